"""Exempt a period of a case from its targets, for a reason that the policy knows.

REF is the exemption's id, the beginning of it, or some of its text; it may be left out where one alone can be meant.
"""

from __future__ import annotations

from typing import Annotated

from casectl.desk.known import claimed, holds_role, known_person, known_word, who_holds
from casectl.desk.records import THE_OPEN_ONE, Record, added, amended, find
from casectl.desk.verb import Flag, Remark, Scene, change, remark
from casectl.desk.wording import clean_if_given, first_words, personal_data
from casectl.model.change import Change
from casectl.model.instants import Instant, at_the_desk
from casectl.model.problems import NotAllowed, UsageMistake

FORMS = "exempt ID CODE --from INSTANT, exempt ID --end [REF], or exempt ID --approve [REF]"


def exempt(
    scene: Scene,
    code: Annotated[str | None, Flag("Why: a code of the policy.", positional=True, metavar="[CODE]")] = None,
    begins: Annotated[str | None, Flag("Since when; never in the future.", ("--from",), metavar="INSTANT")] = None,
    until: Annotated[str | None, Flag("Until when; left out: it lasts on.", metavar="INSTANT")] = None,
    end: Annotated[str | None, Flag("End this exemption, which lasts on.", metavar="[REF]", bare=THE_OPEN_ONE)] = None,
    approve: Annotated[
        str | None, Flag("Approve this exemption, which was asked for.", metavar="[REF]", bare=THE_OPEN_ONE)
    ] = None,
    approved_by: Annotated[str | None, Flag("Who approves it.", metavar="PERSON")] = None,
    message: Remark = None,
) -> Change:
    """A new exemption, the end of one, or its approval. A closed case may have one too."""
    if [code, end, approve].count(None) != 2 or (code is None) != (begins is None):
        raise UsageMistake("one thing at a time: a new exemption with its --from, its end, or its approval", FORMS)
    if code is not None and begins is not None:
        return _new(scene, code, begins, until, approved_by, message)
    if end is not None and approved_by is None:
        return _ended(scene, end, until, message)
    if approve is not None and until is None:
        return _approved(scene, approve, approved_by, message)
    raise UsageMistake("--end goes with --until, and --approve with --approved-by", FORMS)


def _new(
    scene: Scene, code: str, begins: str, until: str | None, approved_by: str | None, message: str | None
) -> Change:
    policy = scene.policy
    if not policy.exemptions:
        hint = "declare one under `exemptions:` in the policy, such as `regulator: {label: An authority's order}`"
        raise NotAllowed(f"policy {policy.ref} knows no reason to exempt a period", hint)
    known_word(code, "exemption", policy.exemptions, policy)
    since = _claim(scene, begins, "--from")
    ended = _claim(scene, until, "--until") if until is not None else None
    if ended is not None and ended <= since:
        raise UsageMistake(f"it would end before it begins: '{until}'", "--until comes after --from")
    approver, warnings = _approver(scene, code, approved_by) if approved_by is not None else (None, ())
    text = clean_if_given(message, "the message")
    record, records = added(scene, "exemptions", code=code, since=since, until=ended, approved_by=approver, text=text)
    if approver is None:
        way = f"casectl exempt {scene.case.id} --approve {record['id']}"
        warnings = (f"it counts for nothing until it is approved: {way}, by {_approvers(scene, code)}",)
    asked = f"approved by {approver}" if approver else "asked for"
    summary = f"{asked}: {code} {record['id']} {_period(since, ended, policy.zone)}"
    warnings += personal_data(text, "the message")
    return change(scene, "exempt", summary, {"exemptions": records}, warnings=warnings)


def _ended(scene: Scene, ref: str, until: str | None, message: str | None) -> Change:
    record = find(scene, "exemptions", ref, "exemption", lambda found: "until" not in found, "has an end already")
    ended = scene.moment.now if until is None else _claim(scene, until, "--until")
    if ended < int(record.get("from", 0)):
        raise UsageMistake(f"it would end before it begins: '{until}'", "--until comes after its --from")
    records = amended(scene, "exemptions", record, until=ended)
    summary = f"{record.get('code')} {record.get('id')} ended {at_the_desk(ended, scene.policy.zone)}"
    return _amendment(scene, summary, records, message)


def _approved(scene: Scene, ref: str, approved_by: str | None, message: str | None) -> Change:
    record = find(
        scene, "exemptions", ref, "exemption", lambda found: "approved_by" not in found, "is approved already"
    )
    approver, warnings = _approver(scene, str(record.get("code")), approved_by or "me")
    records = amended(scene, "exemptions", record, approved_by=approver)
    ends = record.get("until")
    period = _period(int(record.get("from", 0)), None if ends is None else int(ends), scene.policy.zone)
    summary = f"approved by {approver}: {record.get('code')} {record.get('id')} {period}"
    return _amendment(scene, summary, records, message, warnings)


def _amendment(
    scene: Scene, summary: str, records: tuple[Record, ...], message: str | None, warnings: tuple[str, ...] = ()
) -> Change:
    said = f": {first_words(message)}" if message else ""
    warnings += personal_data(message, "the message")
    return change(scene, "exempt", summary + said, {"exemptions": records}, remark(scene, message), warnings)


def _approver(scene: Scene, code: str, person: str) -> tuple[str, tuple[str, ...]]:
    """Who approves, as a staff key. Raises `NotAllowed` for somebody without a role that the code asks for.

    That somebody approved is the word of whoever commits: a warning says so where that is another, without the role.
    """
    policy, by = scene.policy, scene.moment.by
    exemption = policy.exemptions.get(code)
    if exemption is None:
        raise NotAllowed(f"policy {policy.ref} has no exemption '{code}'", "casectl undo takes the exemption back")
    key, warnings = known_person(scene.book, scene.moment, person)
    roles = exemption.approved_by
    if roles and not holds_role(scene.book, policy.desk, key, roles):
        raise NotAllowed(f"{key} may not approve '{code}' by policy {policy.ref}", _approvers(scene, code))
    if roles and key != by and not holds_role(scene.book, policy.desk, by, roles):
        vouched = f"that {key} approved it rests on the word of {by}, who commits it and is no {' or '.join(roles)}"
        warnings += (f"{vouched}; an --approve that {key} types is {key}'s own",)
    return key, warnings


def _approvers(scene: Scene, code: str) -> str:
    """Who may approve such an exemption: roles of the policy, and who of the staff holds them."""
    roles = scene.policy.exemptions[code].approved_by
    return f"{' or '.join(roles)}: {who_holds(scene.book, scene.policy.desk, roles)}" if roles else "anybody"


def _claim(scene: Scene, text: str, what: str) -> Instant:
    try:
        return claimed(text, what, scene.moment.now, scene.policy.zone)
    except UsageMistake as mistake:
        if "future" in mistake.message:
            mistake.hint = "never over a period that has not begun; one that lasts on has no --until yet"
        raise


def _period(since: Instant, until: Instant | None, zone: str) -> str:
    return f"{at_the_desk(since, zone)} to {at_the_desk(until, zone) if until is not None else 'its end'}"
