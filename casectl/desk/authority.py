"""Who may take which step, by the roles of the staff list; who acts is whom git names."""

from __future__ import annotations

from collections.abc import Iterable

from casectl.desk.known import holds_role, who_holds
from casectl.model.change import Moment
from casectl.model.policy import Book, Policy
from casectl.model.problems import InvalidFiles, NotAllowed


def refuse_strangers(policy: Policy, book: Book, moment: Moment) -> None:
    """Raise `NotAllowed` for a step of somebody who is not on the staff, where the policy refuses those; `InvalidFiles`
    where a broken staff list keeps it secret who is."""
    if moment.by not in book.staff and policy.workflow.refuses_strangers:
        _refuse_unknown(book)
        hint = "add yourself with `mail: ` as git has it, and commit that"
        raise NotAllowed(f"{moment.by} is not in policies/staff.yaml, and policy {policy.ref} refuses strangers", hint)


def authorise(policy: Policy, book: Book, moment: Moment, verb: str, deed: str = "") -> tuple[str, ...]:
    """Warnings about a step by somebody who should not take it; `deed` says what it is, if not just that verb.

    Raises `NotAllowed` where the policy refuses it: naming the roles that may, and who holds them; `InvalidFiles` where
    a broken staff list keeps it secret who may. Roles that nobody holds lock nobody out.
    """
    rule = policy.workflow.authority.get(verb)
    if rule is None or holds_role(book, policy.desk, moment.by, rule.roles):
        return ()
    if rule.refuses:
        _refuse_unknown(book)
    roles = " or ".join(rule.roles)
    clause = f" ({', '.join(rule.clause)})" if rule.clause else ""
    message = f"{moment.by} may not {deed or verb} by policy {policy.ref}: that is for {roles}{clause}"
    who = who_holds(book, policy.desk, rule.roles)
    somebody = any(person.holds(rule.roles, policy.desk) for person in book.staff.values())
    if rule.refuses and somebody:
        raise NotAllowed(message, f"ask {who}")
    return (f"{message}; it is for {who}",)


def authorise_undo(policy: Policy, book: Book, moment: Moment, ways: Iterable[str]) -> tuple[str, ...]:
    """As `authorise`, for who takes back what each of these verbs does: who may take one of them may do that."""
    refusals: list[NotAllowed] = []
    warnings: list[tuple[str, ...]] = []
    for verb in ways:
        try:
            warnings.append(authorise(policy, book, moment, verb, f"undo '{verb}'"))
        except NotAllowed as refusal:
            refusals.append(refusal)
    if refusals and not warnings:
        raise refusals[0]
    return min(warnings, key=len, default=())


def _refuse_unknown(book: Book) -> None:
    if book.staff_mistakes:
        raise InvalidFiles(book.staff_mistakes, "mend and commit the staff list: till then nobody's roles are known")
