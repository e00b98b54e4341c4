"""A finding is told by two stories that differ in one thing: the offence, which the audit finds, and a twin, which is
none. `@twins(CODE, SEVERITY, WORDS)` makes both of one function; whoever has no twins is told by `test_review.py`."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.audit.plain import ID, Plain, begin

Story = Callable[[Plain, bool], str]
TOLD: Counter[str] = Counter()
"""How many pairs of stories each code has, of the files that were read."""


def twins(
    code: str,
    severity: str,
    words: str,
    case: str | None = ID,
    clause: Iterable[str] = (),
    also: Iterable[str] = (),
    always: Iterable[str] = (),
    author: str | None = None,
    beside: Iterable[str] = (),
) -> Callable[[Story], Any]:
    """Two tests of a story `(desk, guilty)`, which gives the commit that is to blame.

    The offence has that finding once, by that commit, about that `case`, in these `words` and with that `clause`, and
    besides it only `also` and `always`; the twin has only `always`. The author is that of the commit unless
    said. Codes `beside` these are another story's matter, and not counted.
    """
    TOLD[code] += 1

    def told(story: Story) -> Any:
        @pytest.mark.parametrize("guilty", [True, False], ids=["offence", "twin"])
        def test(tmp_path: Path, guilty: bool) -> None:
            desk = begin(tmp_path / "desk")
            blamed = story(desk, guilty)
            rows = [dict(row) for row in desk.review().table.rows if row["code"] not in beside]
            print(*(f"{row['code']} {row['commit'][:8]} {row['finding']}" for row in rows), sep="\n")
            expected = Counter([code, *also, *always] if guilty else always)
            assert Counter(str(row["code"]) for row in rows) == expected
            if guilty:
                (row,) = [row for row in rows if row["code"] == code and (row["commit"], row["case"]) == (blamed, case)]
                said = desk.git("log", "-1", "--format=%ae", blamed) if author is None else author
                assert (row["severity"], row["author"], row["clause"]) == (severity, said, tuple(clause))
                assert words in row["finding"]
                assert_shown(desk, row)

        test.__doc__ = story.__doc__
        return test

    return told


def assert_shown(desk: Plain, row: dict[str, Any]) -> None:
    """The finding's command, given to a plain shell, shows the commit, or what it changed."""
    done = subprocess.run(["sh", "-c", row["show"]], cwd=desk.root, capture_output=True, check=False)
    shown = done.stdout.decode(errors="replace")
    print(f"$ {row['show']}\n{shown}{done.stderr.decode(errors='replace')}")
    assert done.returncode == 0
    tree = desk.git("rev-parse", f"{row['commit']}^{{tree}}")
    assert row["commit"][:12] in shown or tree in shown
