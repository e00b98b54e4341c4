"""Whether a case was opened under the version of its policy that was in force that day."""

from __future__ import annotations

from collections.abc import Iterator

from casectl.audit.finding import Code, Finding
from casectl.audit.trial import Trial
from casectl.desk.known import policy_at_opening
from casectl.model.problems import CasectlError

CODES = {
    "other-version": Code("major", "A case was opened under a version of its policy that was not in force."),
}


def of_case(trial: Trial) -> Iterator[Finding]:
    if not trial.terms or not trial.witnessed(trial.timeline.opened):
        return
    opened = trial.timeline.opened
    pinned = trial.terms[0].policy
    book = trial.book_before(opened.commit)
    try:
        in_force = policy_at_opening(book, pinned.desk, opened.at).ref
    except CasectlError:  # before the desk's first day, or before there was such a desk
        in_force = "none"
    if in_force != pinned.ref:
        told = f"opened the case under {pinned.ref}, and {in_force} was in force"
        yield trial.finding("other-version", opened.commit, told)
