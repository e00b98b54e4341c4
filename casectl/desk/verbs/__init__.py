"""One file, one verb: `hold.py` holds the function `hold`, and `casectl hold` exists because the file does.

A file's docstring is the help of its command, the first line standing in the list of commands. The function's
first parameter is a `Scene` (a step in the life of a case) or an `Opening` (a new case); the others are the
command's options, each `Annotated[type, Flag(...)]`.
"""
