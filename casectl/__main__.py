"""`python -m casectl`: the same program as the `casectl` command."""

from casectl.cli.main import main

if __name__ == "__main__":
    main()
