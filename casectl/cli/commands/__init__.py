"""Hand-written commands, one file each: `casectl sla` is `sla.py`, found by its name and loaded only when it runs.

Such a file begins with a docstring, whose first line is the command's line in `casectl --help`, and defines
`app`, made by `cli.context.command_app()`: with one command it is that command, with a callback a group of them.
A command returns its exit code, or None for 0. A name that Python keeps for itself ends in `_` (`import_.py`).
"""
