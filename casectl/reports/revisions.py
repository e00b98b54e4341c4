"""The revision table of a desk's policy, from git: version, date, who, what; and whether it was made known in time."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from datetime import UTC, date, datetime

from casectl.model.instants import Instant, format_instant, zone_named
from casectl.model.policy import Book, Policy
from casectl.reports.table import Cell, Column, Table, tally
from casectl.reports.words import moment
from casectl.store.policy_history import Revision

_COLUMNS = (
    Column("version"),
    Column("revision", right=True),
    Column("what"),
    Column("date", shown="words"),
    Column("at", shown="data"),
    Column("who"),
    Column("mail", shown="data"),
    Column("subject", width=60),
    Column("effective"),
    Column("notice", right=True),
    Column("wanted", right=True),
    Column("clause", shown="wide"),
    Column("code", shown="data"),
    Column("finding", width=72),
    Column("commit", shown="data"),
    Column("short", "commit", shown="words"),
)


WITHOUT_FIGURES = frozenset(("audit", "binding", "name"))
"""Parts of a policy that change no case's figure, whatever they say."""


def revision_table(
    desk: str, revisions: Sequence[Revision], book: Book, commit: str, founding: Container[str]
) -> tuple[Table, bool]:
    """Every revision, oldest first; and whether one of them is a finding.

    A version is to be committed as many days before it comes into force as the version before it promises, and never
    after that day; those of the desk's first commit owe no notice. An edit before that day changes what was made known,
    and owes as much; one from that day on reaches only cases opened under the version, or moved to it, later, and is a
    finding too. So is it to take away the version in force; one that another has superseded may go. Comments and layout
    owe nothing, nor does what was taken away once it was in force, and is put back as it was.
    Of the commits that are `founding`, before there was any case, nothing is a finding.
    Days are those of the desk's own calendar.
    """
    rows = list(_rows(revisions, book, founding))
    found = sum(row["finding"] is not None for row in rows)
    table = Table(
        title=f"Revisions of {desk}: {len(rows)}",
        columns=_COLUMNS,
        rows=tuple(rows),
        schema="casectl.policy-history/1",
        stamp={"commit": commit},
        totals={"revisions": tally({"in order": len(rows) - found, "to be asked about": found})},
    )
    return table, bool(found)


def _rows(revisions: Sequence[Revision], book: Book, founding: Container[str]) -> Iterator[dict[str, Cell]]:
    first = next((each.commit for each in revisions if each.policy), "")
    numbers: dict[str, int] = {}
    gone: dict[str, bytes | None] = {}
    for each in revisions:
        numbers[each.version] = numbers.get(each.version, 0) + 1
        day = _day(each.at, _zone(each))
        if each.policy is None and _has_begun(each.was, day):
            gone[each.version] = each.old
        says_new = _is_new(each, day) and each.new != gone.get(each.version)
        row = _row(each, numbers[each.version], day, says_new and each.commit != first, book)
        yield {**row, "code": None, "finding": None} if each.commit in founding else row


def _has_begun(policy: Policy | None, day: date) -> bool:
    return policy is not None and policy.effective <= day


def _is_new(each: Revision, day: date) -> bool:
    """Whether it makes something known that is to come into force: of a version that had none until then."""
    return each.policy is not None and each.what != "reworded" and not _has_begun(each.was, day)


def _before(each: Revision) -> Policy | None:
    """The version that comes before one that begins on that day."""
    earlier = [policy for policy in each.standing if each.effective and policy.effective < each.effective]
    return max(earlier, key=lambda policy: policy.effective, default=None)


def _in_force(each: Revision, day: date) -> Policy | None:
    """The version in force on that day, as the commit's author had them."""
    begun = [policy for policy in each.standing if policy.effective <= day]
    return max(begun, key=lambda policy: (policy.effective, policy.version), default=None)


def _zone(each: Revision) -> str:
    speaks = each.policy or each.was or _before(each)
    return speaks.zone if speaks else "UTC"


def _row(each: Revision, number: int, day: date, owes: bool, book: Book) -> dict[str, Cell]:
    zone, before = _zone(each), _before(each)
    who = book.person_by_mail(each.mail)
    wanted = before.notice.days if owes and before and before.notice else None
    given = (each.effective - day).days if each.effective and owes else None
    code, finding = _finding(each, day, (given, wanted))
    return {
        "version": each.version,
        "revision": number,
        "what": each.what,
        "date": moment(each.at, zone),
        "at": format_instant(each.at),
        "who": who.key if who else each.mail,
        "mail": each.mail,
        "subject": each.subject,
        "effective": str(each.effective) if each.effective else None,
        "notice": None if given is None else f"{given} d",
        "wanted": None if wanted is None else f"{wanted} d",
        "clause": before.notice.clause if wanted is not None and before and before.notice else (),
        "code": code,
        "finding": finding,
        "commit": each.commit,
        "short": each.commit[:12],
    }


def _finding(each: Revision, day: date, notice: tuple[int | None, int | None]) -> tuple[str | None, str | None]:
    """What an audit calls it, and in words."""
    given, wanted = notice
    if given is not None and wanted is not None and given < wanted:
        return "policy-notice", f"made known {max(0, given)} days ahead instead of {wanted}"
    if each.what == "removed" and each.was is not None and each.was is _in_force(each, day):
        return "policy-removed", "removed while in force: cases opened before keep the text of their opening"
    if each.what == "edited" and _has_begun(each.was, day):
        return _edited(each, each.was is _in_force(each, day))
    if given is not None and given < 0:
        return "policy-backdated", f"made known {-given} days after it came into force"
    if each.policy is None and each.what != "removed":
        return "policy-unreadable", "cannot be read"
    return None, None


def _edited(each: Revision, in_force: bool) -> tuple[str, str]:
    """Of a version whose day has come: to leave it unreadable is as grave. That another one followed it makes an edit
    no better: a case is moved to an old version by one step, and then judged by what that says."""
    did = "left unreadable" if each.policy is None else "edited"
    did += f" ({', '.join(each.sections)})" if each.sections else ""
    did += " while in force" if in_force else " after its time"
    if each.sections and set(each.sections) <= WITHOUT_FIGURES:
        return "policy-reworded", f"{did}: no figure rests on that"
    return "policy-edited", f"{did}: cases opened {'before' if in_force else 'under it'} keep the text of their opening"


def _day(at: Instant, zone: str) -> date:
    return datetime.fromtimestamp(at, UTC).astimezone(zone_named(zone)).date()
