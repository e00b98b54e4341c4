"""What the clock says of one target of one case: rows of the machine contract, and the ledger behind each."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

from casectl.model.instants import Instant
from casectl.model.problems import Problem
from casectl.model.target import Clauses, Rule
from casectl.model.timeline import Dispute

TargetState = Literal[
    "withdrawn",
    "exempt",
    "breached",
    "untargeted",
    "met",
    "pending",
    "paused",
    "at-risk",
    "running",
]

STATES: tuple[TargetState, ...] = get_args(TargetState)
"""In order of precedence: a row is in the first state that holds."""

LedgerKind = Literal["counted", "run-on", "paused", "solved", "exempt", "closed", "holiday"]


class LedgerLine(NamedTuple):
    """A stretch of time and what it counted for. `edge` is the commit that began it, or None for the calendar's."""

    begins: Instant
    ends: Instant
    kind: LedgerKind
    counted_seconds: int
    edge: str | None = None
    reason: str = ""


class Overturned(NamedTuple):
    """A breach that was a fact until a step on the record reached back and took it away."""

    breached_at: Instant
    by: str
    """The commit of that step."""
    reason: str


class TargetRow(NamedTuple):
    """One target, one occurrence, as of one moment. All `_seconds` are open seconds of the rule's calendar."""

    target: str
    occurrence: int
    clause: Clauses
    state: TargetState
    started_at: Instant | None
    stopped_at: Instant | None
    due_at: Instant | None
    breached_at: Instant | None
    elapsed_seconds: int
    limit_seconds: int | None
    goal_seconds: int | None
    paused_seconds: int
    exempt_seconds: int
    evidence: tuple[str, ...]
    """Commits that this row rests on, oldest first: what started, paused, re-ruled and stopped it."""
    rule: Rule
    reason: str = ""
    """Why, where the figures alone do not say it: a step that made the case late at once, the record that holds no
    figure yet, what exempts or withdraws it."""
    subject: str = ""
    """Which one, of a target that a case may have several of: the id of the commitment."""
    owed: bool = False
    """It waits for somebody to say its figure: an agreed time, an interval between updates."""
    overturned: Overturned | None = None
    aim_at: Instant | None = None
    """When the goal is used up, of a row that is only aimed at something and promises nothing."""

    @property
    def remaining_seconds(self) -> int | None:
        """Limit less elapsed, negative when past it; None without a limit."""
        return None if self.limit_seconds is None else self.limit_seconds - self.elapsed_seconds


DutyState = Literal["owed", "overdue", "done", "late", "missed", "dropped"]

DUTY_STATES: tuple[DutyState, ...] = get_args(DutyState)


class DutyRow(NamedTuple):
    """Something that a case is owed beside its times, once: a contact, or a detail that its opening lacked."""

    duty: str
    """The name of the duty; of a detail the field, log kind or item of a checklist."""
    kind: Literal["contact", "detail"]
    occurrence: int
    label: str
    clause: Clauses
    state: DutyState
    """`owed` in good time, `overdue` past its due moment, `missed` when the case ended without it; `done` or `late`;
    `dropped` with a case that goes on as another, or that was not solved after all."""
    since: Instant
    due_at: Instant | None
    done_at: Instant | None
    lacks: tuple[str, ...]
    """The log kinds (of a detail: its own name) that would discharge it."""
    evidence: tuple[str, ...]
    """The commit that brought it about, and the one that discharged it."""
    each: bool = False
    """Whether all that it lacks is needed, not one of it."""
    to: tuple[str, ...] = ()
    message: str = ""
    what: Literal["contact", "field", "entry", "item"] = "contact"

    @property
    def open(self) -> bool:
        """Whether somebody still has to see to it."""
        return self.state in ("owed", "overdue")


class Upcoming(NamedTuple):
    """What time alone has made due in a case: a rule of its policy, for one occurrence of what it is about."""

    rule: str
    occurrence: str
    """What about: `resolution 1`, `solved 2`; a rule does its deed once for each."""
    since: Instant
    """When it became due."""
    reason: str


class Contact(NamedTuple):
    """That the desk and the customer were in touch."""

    at: Instant
    by: str
    """The mail address of whoever took the step."""
    kind: str
    """`call out`, `response`."""


class Promise(NamedTuple):
    """Something promised in a case, as it stands."""

    id: str
    kind: str
    announced_at: Instant
    """When it was first said for that time."""
    due_at: Instant
    until: Instant | None
    """The end of what lasts a while."""
    text: str
    state: Literal["open", "kept", "cancelled"]


class Misuse(NamedTuple):
    """That a case came by a way that is kept for others."""

    flagged_at: Instant
    undone_at: Instant | None
    """When it came to be a case that the way is kept for, after all."""
    commit: str
    """The step that says so."""


class Standing(NamedTuple):
    """What conditions ask about a case, from a moment on."""

    at: Instant
    customer: str | None
    facts: tuple[str | None, ...]
    """Priority, type, channel, plan, service, category."""


class CaseFacts(NamedTuple):
    """What the life of a case tells beside its times."""

    opened_at: Instant
    resolved_at: Instant | None
    """When it was solved last, while it is."""
    received_at: Instant = 0
    """When it came in, as claimed."""
    standings: tuple[Standing, ...] = ()
    """Whose case it was and what kind of, from when on; the first from its opening."""
    category: str | None = None
    service: str | None = None
    satisfaction: int | None = None
    reopenings: int = 0
    escalations: int = 0
    held: bool = False
    """It waited for somebody at some time."""
    contact: Contact | None = None
    handed: str = ""
    """What was said at the last handover."""
    promises: tuple[Promise, ...] = ()
    misuse: Misuse | None = None


class CaseFigures(NamedTuple):
    """Every row of one case as of one moment, with the facts of the case that reports group by."""

    id: str
    external_id: str | None
    source: str | None
    """Where an imported case came from; its times are that system's testimony."""
    policy: str
    desk: str
    title: str
    customer: str | None
    type: str
    channel: str
    priority: str
    status: str
    phase: str
    owner: str | None
    assignee: str | None
    rows: tuple[TargetRow, ...]
    problems: tuple[Problem, ...] = ()
    customer_zone: str | None = None
    """The time zone on the customer's record."""
    merged_into: str | None = None
    """The case that goes on in place of this one."""
    void: bool = False
    """The case was taken back as a whole: it was opened by mistake."""
    team: str | None = None
    level: int = 1
    """Of the ladder; 1 is the desk itself."""
    waiting_for: str | None = None
    expedited: bool = False
    """It goes before others of its priority."""
    follows: str | None = None
    """The solved case that came back in this one."""
    links: tuple[str, ...] = ()
    """Other cases that its log links it with."""
    duties: tuple[DutyRow, ...] = ()
    """Whom it owes what beside its times, and what its opening lacked."""
    upcoming: tuple[Upcoming, ...] = ()
    """What time alone has made due, and nobody has done yet."""
    facts: CaseFacts = CaseFacts(0, None)
    disputes: tuple[Dispute, ...] = ()
    """Steps of two clones that contradict each other, and that nobody has settled; figures go by the fold."""

    @property
    def counts(self) -> bool:
        """Whether it is a case of its own: neither taken back as a whole nor gone on in another."""
        return not self.void and self.merged_into is None
