"""Whether a case that is being opened is there already: the same trouble, told twice."""

from __future__ import annotations

from collections.abc import Iterable

from casectl.desk.others import is_done
from casectl.desk.verb import Opening
from casectl.desk.wording import first_words
from casectl.model.case import Case
from casectl.model.policy import Policy

MOST_TOLD = 3


def perhaps_the_same(opening: Opening, policy: Policy, case: Case) -> tuple[str, ...]:
    """A hint at each open case of the last days that a new one may be about, with the command that merges them."""
    if case.text("customer") is None:
        return ()
    found = [other for other in opening.recent(policy.prefix) if _may_be(opening, case, other)]
    return tuple(
        f"perhaps the same as {other.id} ({other.status}, {first_words(other.need('title'))}): "
        f"casectl merge {case.id} --into {other.id}"
        for other in _newest(found)
    )


def _may_be(opening: Opening, case: Case, other: Case) -> bool:
    """Whether both are of one customer, the other is open, and they share what they are about or who reported them."""
    if other.text("customer") != case.text("customer") or other.text("merged_into") or is_done(opening.book, other):
        return False
    told = any(case.text(name) is not None and case.text(name) == other.text(name) for name in ("service", "contact"))
    return told or case.need("title").casefold() == other.need("title").casefold()


def _newest(cases: Iterable[Case]) -> list[Case]:
    return sorted(cases, key=lambda case: case.id.split("-")[-2:], reverse=True)[:MOST_TOLD]
