"""The command line: parse, call one function, print, exit code. No rules live here; it alone reads the clock."""

import gc

# A command makes some ten thousand objects that live to its end, most of them while it loads: looking through them for
# garbage every 700 takes one millisecond in fifteen. A report over many cases gains as much.
gc.set_threshold(50_000, 20, 50)
