"""The same terminal as the tests of the command line."""

from tests.cli.conftest import desk, terminal

__all__ = ["desk", "terminal"]
