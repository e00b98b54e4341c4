"""The command line: parse, call one function, print, exit code. No rules live here; it alone reads the clock."""
