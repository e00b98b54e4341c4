"""Legal moves: which status a case may go to from where it stands, as its policy says."""

from __future__ import annotations

from collections.abc import Iterable

from casectl.model.case import Case
from casectl.model.caseid import path_of
from casectl.model.policy import DONE_PHASES, Policy, State
from casectl.model.problems import InvalidFiles, NotAllowed, Problem, UsageMistake, did_you_mean

WORKING_PHASES = ("active", "new")

_COMMANDS = {"waiting": "hold", "resolved": "resolve", "monitoring": "resolve", "closed": "close"}
_LEADS_TO = {"hold": ("waiting",), "resolve": ("resolved", "monitoring"), "close": ("closed",), "take": ("active",)}
"""The phases that a command leads to, the preferred one first; any other leads back to work."""


def state_of(policy: Policy, case: Case) -> State:
    """The state that the case is in. Raises `InvalidFiles` when its policy has no such status."""
    state = policy.states.get(case.status)
    if state is None:
        message = f"status '{case.status}' is none of policy {policy.ref}"
        raise InvalidFiles([Problem(path_of(case.id), 0, message, did_you_mean(case.status, policy.states))])
    return state


def move(policy: Policy, case: Case, phases: Iterable[str], to: str | None = None) -> str:
    """The status that the case moves to: `to` when given, else the first legal one in the first phase that has any.

    `phases` are those that the verb leads to, the preferred one first. Raises `UsageMistake` for a `to` that the
    policy does not have, and `NotAllowed` for a move that it does not allow, saying which it does.
    """
    here, wanted = state_of(policy, case), tuple(phases)
    if to is not None:
        _known(policy, to)
        if to in here.moves and policy.phase_of(to) in wanted:
            return to
        raise _refusal(policy, case, here, f"'{to}'")
    name = _first(policy, here, wanted)
    if name is None:
        raise _refusal(policy, case, here, _states_in(policy, wanted))
    return name


def _first(policy: Policy, here: State, phases: Iterable[str]) -> str | None:
    found = (name for phase in phases for name in here.moves if policy.phase_of(name) == phase and name != here.name)
    return next(found, None)


def move_if_legal(policy: Policy, case: Case, phases: Iterable[str]) -> str | None:
    """As `move`, but None where the policy has no such move."""
    try:
        return move(policy, case, phases)
    except NotAllowed:
        return None


def back_to_work(case: Case) -> tuple[str, ...]:
    """The phases to which a case returns from waiting or from being solved: to nobody's work if nobody has it."""
    return WORKING_PHASES if case.text("assignee") else tuple(reversed(WORKING_PHASES))


def require_unfinished(policy: Policy, case: Case, deed: str) -> State:
    """The case's state, unless it is closed. Raises `NotAllowed` saying that a closed case cannot be `deed`."""
    state = state_of(policy, case)
    if state.phase == "closed":
        raise NotAllowed(f"{case.id} is {state.name}: a closed case cannot be {deed}", _ways_out(policy, case, state))
    return state


def _known(policy: Policy, status: str) -> None:
    if status not in policy.states:
        raise UsageMistake(f"policy {policy.ref} has no state '{status}'", did_you_mean(status, policy.states))


def _refusal(policy: Policy, case: Case, here: State, wanted: str) -> NotAllowed:
    message = f"{case.id} is {here.name}: policy {policy.ref} does not let it move to {wanted} from there"
    return NotAllowed(message, _ways_out(policy, case, here))


def _states_in(policy: Policy, phases: tuple[str, ...]) -> str:
    names = [f"'{state.name}'" for state in policy.states.values() if state.phase in phases]
    return " or ".join(names) or f"a state of phase {' or '.join(phases)} (it has none)"


def _ways_out(policy: Policy, case: Case, here: State) -> str:
    if not here.moves:
        return f"nothing leaves that state; open a new case instead: casectl open --follows {case.id} --title TITLE"
    ways = (f"{name} ({_way(policy, case, here, name)})" for name in here.moves)
    return f"from {here.name} it can move to {', '.join(ways)}"


def _way(policy: Policy, case: Case, here: State, name: str) -> str:
    """The command that moves the case to a state; it names the state where it would lead to another by itself."""
    command = _command(here, policy.phase_of(name))
    stays = command == "take" and here.phase == "active"
    by_itself = None if stays else _first(policy, here, _LEADS_TO.get(command) or back_to_work(case))
    return f"casectl {command} {case.id}" + ("" if by_itself == name else f" --to {name}")


def _command(here: State, phase: str) -> str:
    if phase in _COMMANDS:
        return _COMMANDS[phase]
    if here.phase in DONE_PHASES:
        return "reopen"
    return "resume" if here.phase == "waiting" else "take"


def ways(policy: Policy, case: Case) -> list[tuple[str, str]]:
    """The states that a command may move the case to, with that command."""
    here = state_of(policy, case)
    reached = [name for name in here.moves if here.phase != "active" or policy.phase_of(name) != "new"]
    return [(name, _way(policy, case, here, name)) for name in reached]
