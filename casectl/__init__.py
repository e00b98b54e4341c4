"""casectl: support cases in git, and service levels recomputed from their history."""

__version__ = "0.1.0"
