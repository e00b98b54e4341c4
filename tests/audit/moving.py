"""A second desk beside the plain one, for cases that move from desk to desk."""

from __future__ import annotations

from pathlib import Path

from tests.audit.plain import POLICY, Plain, begin

TWO = POLICY.replace("desk: acme", "desk: two").replace("prefix: ACM", "prefix: TWO")


def begin_two(root: Path) -> Plain:
    """A repository with the desks `acme` and `two`, whose policies read the same."""
    return begin(root, {"policies/two/1.0.yaml": TWO, "policies/two/customers.yaml": "customers:\n  hilltop: {}\n"})
