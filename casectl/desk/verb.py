"""What a verb is: a function from where things stand, and its own options, to the `Change` that it wants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, NamedTuple

from casectl.desk.wording import clean, first_words, personal_data
from casectl.model.case import ENTRY_FIELDS, Case, Entry, Scalar, Value
from casectl.model.change import Change, Moment
from casectl.model.policy import Book, Policy
from casectl.model.problems import NotAllowed
from casectl.model.terms import Terms
from casectl.model.timeline import Timeline

if TYPE_CHECKING:
    from casectl.sla.life import Life


ON_MERGED = ("link", "note", "exempt")
"""Steps that a case may have after it was merged into another: what is known of it, and what excuses it."""

Look = Callable[[str], Case | None]


Recent = Callable[[str], tuple[Case, ...]]


def none_lately(_: str) -> tuple[Case, ...]:
    """There was no case in the last days."""
    return ()


def nobody(_: str) -> Case | None:
    """There is no other case."""
    return None


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
    look: Look = nobody
    """Another case as the last commit has it, by its ID."""

    def life(self) -> Life | None:
        """The life so far as the clock sees it, voids heeded; None where it is not known."""
        if not self.timeline.steps:
            return None
        from casectl.sla.life import Life
        from casectl.sla.voids import effective

        return Life(effective(self.timeline.steps, self.case.id).steps, self.judged_by)

    @property
    def judged_by(self) -> tuple[Terms, ...]:
        """What judges the case; where that is not known, its policy with everybody as the book lists them."""
        customers = self.book.customers.get(self.policy.desk, {})
        return self.terms or (Terms(self.policy, customers, self.book.staff),)


class Opening(NamedTuple):
    """What there is before a case exists: the book of policies, and the moment."""

    book: Book
    moment: Moment
    look: Look = nobody
    """A case as the last commit has it, by its ID."""
    recent: Recent = none_lately
    """The cases of the last days whose IDs have a prefix, as the last commit has them."""


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
    file: bool = False
    """It names files; the verb gets `Attached` values, with what they hold."""
    case: bool = False
    """It names another case, by any tail of its ID; the verb gets the whole ID."""
    bare: str = ""
    """What the option says when it is typed without a value; empty where it needs one."""


Text = Annotated[str, Flag("What to say; `-` reads it from standard input.", ("-m", "--message"), True, metavar="TEXT")]
Remark = Annotated[
    str | None,
    Flag("A note to go with it; `-` reads it from standard input.", ("-m", "--message"), True, metavar="TEXT"),
]
OutageReason = Annotated[
    str | None, Flag("Why the service was out; `-` reads it from standard input.", stdin=True, metavar="TEXT")
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
    restoring: bool = False,
) -> Change:
    """A step on the scene's case. Leaving phase `waiting` forgets whom the case waited for.

    Raises `NotAllowed` for a move to a state that requires what the case does not have, naming all of it, and for work
    on a case that is merged into another; not where a step is only taken back (`restoring`).
    """
    wanted = dict(fields or {})
    if not restoring:
        _refuse_merged(scene, verb)
        refuse_unready(scene, wanted, entries)
    state = scene.policy.states.get(str(wanted.get("status")))
    if state and state.phase != "waiting" and "waiting_for" in scene.case.fields:
        wanted["waiting_for"] = None
    return Change(verb, scene.case.id, summary, wanted, entries, warnings=warnings)


def _refuse_merged(scene: Scene, verb: str) -> None:
    """Raise `NotAllowed` for work on a case that goes on in another one."""
    into = scene.case.text("merged_into")
    if into is not None and verb not in ON_MERGED:
        hint = f"casectl {verb.replace('_', '-')} {into} does it there; or casectl undo {scene.case.id} --reason TEXT"
        raise NotAllowed(f"{scene.case.id} is merged into {into}, where the work goes on", hint)


def refuse_unready(scene: Scene, fields: Mapping[str, Value | None], entries: tuple[Entry, ...]) -> None:
    """Raise `NotAllowed` when the state that the step leads to requires what the case lacks: all of it at once."""
    to = fields.get("status")
    if to is None or to == scene.case.status or not scene.policy.workflow.requires:
        return
    life = scene.life()
    if life is None:
        return
    from casectl.desk.remedies import lack_remedy, lack_words
    from casectl.sla.readiness import lacks

    missing = lacks(life, str(to), scene.moment.now, fields, entries)
    if missing:
        told = "; ".join(lack_words(lack, scene.policy.zone) for lack in missing)
        ways = [way for lack in missing if (way := lack_remedy(lack, scene.case.id))]
        hint = "; ".join(dict.fromkeys(ways)) or f"casectl show {scene.case.id}"
        raise NotAllowed(f"{scene.case.id} cannot be {to} yet: {told}", hint)
