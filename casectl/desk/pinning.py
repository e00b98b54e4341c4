"""A case moves to another version of its desk's policy, on the record."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from datetime import UTC, datetime

from casectl.desk.known import nearest
from casectl.desk.verb import Scene, change
from casectl.model.case import Case, Value
from casectl.model.change import Change
from casectl.model.instants import zone_named
from casectl.model.policy import Policy
from casectl.model.problems import NotAllowed, NotFound, UsageMistake


def moved(scene: Scene, ref: str) -> Change:
    """The case pinned to `ref` (`DESK/VERSION`) as the book has it now; it is judged by that from then on.

    Raises `NotFound` for a version that there is not, `NotAllowed` for another desk's, for the one that it has, and for
    one that does not know what the case is.
    """
    case, here = scene.case, scene.policy
    policy = _version(scene, ref)
    if ref == case.need("policy"):
        raise NotAllowed(f"{case.id} is under {ref} already", "nothing to change")
    lacks = list(_lacking(case, policy))
    if lacks:
        raise NotAllowed(f"policy {ref} does not have {', '.join(lacks)} of {case.id}", f"casectl policy show {ref}")
    summary = f"policy {ref}, was {case.need('policy')}"
    warnings = (*_not_yet(scene, policy), *_forgotten(case, here, policy))
    return change(scene, "set", summary, {"policy": ref}, warnings=warnings)


def refuse_unknown_to_policy(scene: Scene, fields: Mapping[str, Value | None]) -> None:
    """Raise `NotAllowed` where putting back `fields` would leave the case with what its policy does not know.

    That is the policy to which the case goes back where a move is undone; one that cannot be read any more is refused.
    """
    case, ref = scene.case, fields.get("policy")
    policy = scene.policy if ref is None else _once_pinned(scene, str(ref))
    if policy is None:
        message = f"{case.id} would go back to policy {ref}, which cannot be read any more"
        raise NotAllowed(message, f"casectl policy check; casectl set {case.id} policy=DESK/VERSION moves it instead")
    known_gaps = [] if policy is not scene.policy else list(_lacking(case, policy))
    lacks = [gap for gap in _lacking(case.changed(fields), policy) if gap not in known_gaps]
    if lacks:
        message = f"{case.id} would be under policy {policy.ref}, which does not have its {', '.join(lacks)}"
        raise NotAllowed(message, f"change that first, or undo another step: casectl log {case.id}")


def _once_pinned(scene: Scene, ref: str) -> Policy | None:
    """A policy that has judged the case, as it did; else as the book has it now."""
    known = (terms.policy for terms in reversed(scene.terms) if terms.policy.ref == ref)
    return next(known, None) or scene.book.policies.get(ref)


def _version(scene: Scene, ref: str) -> Policy:
    desk, slash, version = ref.partition("/")
    if not (desk and slash and version):
        raise UsageMistake(f"'{ref}' is not DESK/VERSION", f"such as {scene.policy.ref}")
    if desk != scene.policy.desk:
        hint = f"open a case at that desk instead: casectl open --desk {desk}"
        raise NotAllowed(f"{scene.case.id} is a case of desk '{scene.policy.desk}', and stays one", hint)
    policy = scene.book.policies.get(ref)
    if policy is None:
        versions = [name for name, found in scene.book.policies.items() if found.desk == desk]
        raise NotFound(f"there is no policy '{ref}' that can be read", nearest(ref, versions) or "casectl policy check")
    return policy


def _lacking(case: Case, policy: Policy) -> Iterator[str]:
    knows: dict[str, Container[str]] = {
        "status": policy.states,
        "priority": policy.priorities,
        "type": policy.types,
        "channel": policy.channels,
        "waiting_for": policy.waiting_for,
    }
    for name, known in knows.items():
        value = case.text(name)
        if value is not None and value not in known:
            yield f"{name} '{value}'"


def _not_yet(scene: Scene, policy: Policy) -> tuple[str, ...]:
    today = datetime.fromtimestamp(scene.moment.now, UTC).astimezone(zone_named(policy.zone)).date()
    if policy.effective <= today:
        return ()
    return (f"policy {policy.ref} is not in force before {policy.effective}; this case is judged by it from now on",)


def _forgotten(case: Case, here: Policy, policy: Policy) -> Iterator[str]:
    """What the case has that counts under its policy, and would count for nothing under the other."""
    for noun, field, key, before, after in (
        ("exemption", "exemptions", "code", here.exemptions, policy.exemptions),
        ("promise", "commitments", "kind", here.commitments, policy.commitments),
    ):
        words = {str(record.get(key)) for record in case.records(field)}
        for word in sorted(word for word in words if word in before and word not in after):
            yield f"policy {policy.ref} has no {noun} '{word}', which the case has: it counts for nothing there"
