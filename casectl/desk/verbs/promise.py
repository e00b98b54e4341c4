"""Promise the customer something by a moment, and say whether the promise was kept.

REF is the promise's id, the beginning of it, or some of its text; it may be left out while one promise alone is open.
"""

from __future__ import annotations

from typing import Annotated

from casectl.desk.known import coming, known_word
from casectl.desk.records import THE_OPEN_ONE, Record, added, amended, find
from casectl.desk.verb import Flag, Scene, change, remark
from casectl.desk.wording import clean, first_words, personal_data
from casectl.model.change import Change
from casectl.model.instants import Instant, at_the_desk
from casectl.model.moves import require_unfinished
from casectl.model.policy import Commitment, Policy
from casectl.model.problems import NotAllowed, UsageMistake

MESSAGE = ("-m", "--message")
FORMS = "promise ID --due WHEN -m TEXT, promise ID --kept [REF], or promise ID --cancel [REF]"


def promise(
    scene: Scene,
    due: Annotated[str | None, Flag("When it will be done: a moment, or a duration from now.", metavar="WHEN")] = None,
    kind: Annotated[str | None, Flag("What is promised; may be left out where there is one kind.")] = None,
    until: Annotated[str | None, Flag("When it ends, for what lasts a while.", metavar="WHEN")] = None,
    kept: Annotated[str | None, Flag("This promise was kept.", metavar="[REF]", bare=THE_OPEN_ONE)] = None,
    cancel: Annotated[str | None, Flag("This promise is taken back.", metavar="[REF]", bare=THE_OPEN_ONE)] = None,
    message: Annotated[
        str | None,
        Flag(
            "What is promised; for the end of one, a note. `-` reads it from standard input.",
            MESSAGE,
            True,
            metavar="TEXT",
        ),
    ] = None,
) -> Change:
    """A new commitment, or the end of one."""
    forms = [form for form in (due, kept, cancel) if form is not None]
    if len(forms) != 1 or (due is None and (kind is not None or until is not None)):
        raise UsageMistake("one thing at a time: a new promise, one that was kept, or one to take back", FORMS)
    if due is not None:
        return _new(scene, due, kind, until, message)
    return _ended(scene, "kept" if kept is not None else "cancelled", forms[0], message)


def _new(scene: Scene, due: str, kind: str | None, until: str | None, message: str | None) -> Change:
    policy, now = scene.policy, scene.moment.now
    require_unfinished(policy, scene.case, "given a promise")
    promised = _kind(policy, kind)
    due_at = coming(due, "--due", now, policy.zone)
    ends = _end(scene, promised, due_at, until)
    if message is None:
        raise UsageMistake("a promise says what is promised: -m is missing", FORMS)
    text = clean(message, "the promise")
    record, records = added(scene, "commitments", kind=promised.name, due=due_at, until=ends, text=text)
    when = at_the_desk(due_at, policy.zone) + (f" until {at_the_desk(ends, policy.zone)}" if ends is not None else "")
    summary = f"{promised.name} {record['id']} due {when}: {first_words(text)}"
    return change(scene, "promise", summary, {"commitments": records}, warnings=personal_data(text, "the promise"))


def _kind(policy: Policy, kind: str | None) -> Commitment:
    if not policy.commitments:
        hint = "declare one under `commitments:` in the policy, such as `call-back: {label: A call back}`"
        raise NotAllowed(f"policy {policy.ref} has no kinds of promises", hint)
    if kind is None and len(policy.commitments) > 1:
        raise UsageMistake("which kind of promise? --kind is missing", f"one of: {', '.join(policy.commitments)}")
    name = kind if kind is not None else next(iter(policy.commitments))
    return policy.commitments[known_word(name, "kind of promise", policy.commitments, policy)]


def _end(scene: Scene, promised: Commitment, due: Instant, until: str | None) -> Instant | None:
    if until is None:
        if promised.window:
            raise UsageMistake(f"'{promised.name}' lasts a while: --until is missing", "--until says when it ends")
        return None
    if not promised.window:
        raise UsageMistake(f"'{promised.name}' does not last: --until does not go with it", "leave --until out")
    ends = coming(until, "--until", scene.moment.now, scene.policy.zone)
    if ends <= due:
        raise UsageMistake(
            f"it would end before it is due: '{until}'", "--until comes after --due; both count from now"
        )
    return ends


def _ended(scene: Scene, how: str, ref: str, message: str | None) -> Change:
    record = find(scene, "commitments", ref, "promise", _is_open, "was kept or taken back already")
    records = amended(scene, "commitments", record, **{how: True})
    said = first_words(str(record.get("text", "")))
    summary = " ".join([str(record.get("kind", "promise")), str(record.get("id")), how]) + (f": {said}" if said else "")
    warnings = personal_data(message, "the message")
    return change(scene, "promise", summary, {"commitments": records}, remark(scene, message), warnings)


def _is_open(record: Record) -> bool:
    return not record.get("kept") and not record.get("cancelled")
