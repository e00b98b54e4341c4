"""What a verb is: a function from where things stand, and its own options, to the `Change` that it wants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, NamedTuple

from casectl.desk.wording import clean, first_words, personal_data
from casectl.model.case import ENTRY_FIELDS, Case, Entry, Scalar, Value
from casectl.model.change import Change, Moment
from casectl.model.policy import Book, Policy
from casectl.model.terms import Terms
from casectl.model.timeline import Timeline


class Scene(NamedTuple):
    """Where a case stands when somebody acts on it."""

    case: Case
    policy: Policy
    """The one that the case is pinned to."""
    book: Book
    moment: Moment
    terms: tuple[Terms, ...] = ()
    """All that has judged it, oldest first; none where its life is not known (a shallow clone)."""
    timeline: Timeline = Timeline("", "", ())
    """Its life so far, for verbs that look back; without steps where it is not known."""


class Opening(NamedTuple):
    """What there is before a case exists: the book of policies, and the moment."""

    book: Book
    moment: Moment


class Flag(NamedTuple):
    """One option of a verb, as plain data; the command line is made from it."""

    help: str
    names: tuple[str, ...] = ()
    """As typed, `-m` and `--message`; the parameter's own name when empty. `--in/--out` is a choice of two."""
    stdin: bool = False
    """A lone `-` stands for what comes in on standard input."""
    positional: bool = False
    """An argument after the ID instead of an option."""
    metavar: str = ""
    bare: str = ""
    """What the option says when it is typed without a value; empty where it needs one."""


Text = Annotated[str, Flag("What to say; `-` reads it from standard input.", ("-m", "--message"), True, metavar="TEXT")]
Remark = Annotated[
    str | None,
    Flag("A note to go with it; `-` reads it from standard input.", ("-m", "--message"), True, metavar="TEXT"),
]
ToState = Annotated[str | None, Flag("Which state, when the policy has several.", metavar="STATE")]


def entry(scene: Scene | Opening, kind: str, **fields: Scalar | None) -> Entry:
    """A new log entry with an id of its own; fields that are None are left out."""
    taken = {known.id for known in scene.case.log} if isinstance(scene, Scene) else set()
    name = scene.moment.mint(5).lower()
    while name in taken:
        name = scene.moment.mint(5).lower()
    kept = {key: value for key in ENTRY_FIELDS if (value := fields.get(key)) is not None}
    return Entry(name, kind, kept)


def remark(scene: Scene, message: str | None) -> tuple[Entry, ...]:
    """The note that goes with a step, if there is one."""
    return () if message is None else (entry(scene, "note", text=clean(message, "the message")),)


def said(scene: Scene, verb: str, kind: str, message: str, what: str) -> Change:
    """A step that adds one log entry of text and changes nothing else; `what` names the text in messages."""
    text = clean(message, what)
    written = entry(scene, kind, text=text)
    return change(scene, verb, first_words(text), {}, (written,), personal_data(text, what))


def change(
    scene: Scene,
    verb: str,
    summary: str,
    fields: Mapping[str, Value | None] | None = None,
    entries: tuple[Entry, ...] = (),
    warnings: tuple[str, ...] = (),
) -> Change:
    """A step on the scene's case. Leaving phase `waiting` forgets whom the case waited for."""
    wanted = dict(fields or {})
    status = str(wanted.get("status", scene.case.status))
    state = scene.policy.states.get(status)
    if state and state.phase != "waiting" and "waiting_for" in scene.case.fields:
        wanted["waiting_for"] = None
    return Change(verb, scene.case.id, summary, wanted, entries, warnings=warnings)
