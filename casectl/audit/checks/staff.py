"""Who changed the staff list and the policies, on which every other answer rests: nobody should do that unseen.

What was written before the first case was opened is nobody's business: nothing rested on it.
"""

from __future__ import annotations

from collections.abc import Iterator

from casectl.audit.finding import Code, Finding, named_mail, show_file
from casectl.audit.history import History
from casectl.audit.merges import own_touches
from casectl.audit.staffing import LIST, StaffChange, staff_changes
from casectl.model.instants import Instant
from casectl.model.policy import Book, Person, Policy
from casectl.reports.hours import version_in_force
from casectl.store.book import desk_of_file, is_policy_file, read_book
from casectl.store.commitlog import Commit
from casectl.store.objects import ObjectReader

CODES = {
    "staff-changed": Code(
        "observation", "Somebody was put on the staff list, taken off it, or has other roles or keys."
    ),
    "self-granted": Code("minor", "Somebody changed their own roles, desks or address in the staff list."),
    "key-for-another": Code("minor", "A signing key was entered in the name of somebody else than who committed it."),
    "staff-stranger": Code("major", "The staff list was changed by somebody who was not on it."),
    "staff-unreadable": Code("major", "The staff list was left empty, unreadable or away: nobody's roles are known."),
    "policy-stranger": Code("minor", "A file of policies/ was changed by somebody who was not on the staff list then."),
    "policy-role": Code("major", "A policy or the staff list was changed by somebody without the role for it."),
}


def of_history(history: History) -> Iterator[Finding]:
    for change in staff_changes(history):
        if not history.is_founding(change.commit.id):
            entrusted = _is_entrusted(history.book, change.committed_by)
            yield from (_shown(change, *each) for each in _of_list(change, entrusted))
    with ObjectReader(history.repo) as reader:
        for commit in history.commits.values():
            paths = [touch.path for touch in own_touches(history, commit, is_policy_file)]
            if paths and not history.is_founding(commit.id):
                book, _ = read_book(history.repo, history.before(commit.id), reader=reader)
                yield from _by_somebody(commit, sorted(paths), book, history.made_at(commit))


def _shown(change: StaffChange, code: str, told: str, about: str = "") -> Finding:
    commit = change.commit.id
    return Finding(code, commit, told, about=about, show=show_file(commit, LIST))


def _is_entrusted(book: Book, person: Person | None) -> bool:
    """Whether a policy leaves the staff list to roles of which somebody has one."""
    rules = ((policy.desk, policy.scrutiny.changed_by) for policy in book.policies.values())
    return person is not None and any(roles and person.holds(roles, desk) for desk, roles in rules)


def _of_list(change: StaffChange, entrusted: bool) -> Iterator[tuple[str, ...]]:
    """Keys are entered by their owners, or by who is `entrusted` with the list."""
    who, mail = change.committed_by, change.commit.committer.mail
    if not change.readable:
        yield "staff-unreadable", "left no staff list that can be read"
        return
    if change.before and who is None:
        named = ", ".join(change.concerned)
        yield "staff-stranger", f"changed what the staff list says of {named}; it was committed by {named_mail(mail)}"
        return
    others: list[str] = []
    for key in change.concerned:
        before, now = change.before.get(key), change.now.get(key)
        own = (who is not None and key == who.key) or (now is not None and now.mail.lower() == mail.lower())
        if own and _without_keys(before) != _without_keys(now):
            yield "self-granted", f"changed what the staff list says of {key}, who committed it", key
        elif not own and not entrusted and now is not None and set(now.keys) - set(before.keys if before else ()):
            yield "key-for-another", f"entered a signing key of {key}; it was committed by {named_mail(mail)}", key
        else:
            others.append(f"{key} ({_difference(before, now)})")
    if others:
        yield "staff-changed", f"changed what the staff list says of {', '.join(others)}"


def _without_keys(person: Person | None) -> Person | None:
    return None if person is None else person._replace(keys=())


def _difference(before: Person | None, now: Person | None) -> str:
    """What became of somebody, in a few words."""
    if before is None or now is None:
        return "taken off it" if now is None else f"new, {', '.join(now.roles) or 'without a role'}"
    got, lost = (sorted(set(one) - set(other)) for one, other in ((now.roles, before.roles), (before.roles, now.roles)))
    told = [f"+{role}" for role in got] + [f"-{role}" for role in lost]
    told += [name for name in ("name", "mail", "desks", "keys") if getattr(before, name) != getattr(now, name)]
    return ", ".join(told) or "another order of roles"


def _by_somebody(commit: Commit, paths: list[str], book: Book, at: Instant) -> Iterator[Finding]:
    """By the list as it was before the commit: nobody makes a name for themselves as they go."""
    others = [path for path in paths if path != LIST]
    if others and book.staff and book.person_by_mail(commit.committer.mail) is None:
        told = f"changed {others[0]}; it was committed by {named_mail(commit.committer.mail)}"
        yield Finding("policy-stranger", commit.id, told, show=show_file(commit.id, others[0]))
    yield from _by_role(commit, paths, book, at)


def _by_role(commit: Commit, paths: list[str], book: Book, at: Instant) -> Iterator[Finding]:
    """Whether the policies in force then, as they read before the commit, let its committer change them. What belongs
    to no desk, such as the staff list, is every desk's."""
    folders = {desk_of_file(path) for path in paths}
    desks = [desk for desk in book.desks() if desk in folders or "" in folders]
    person = book.person_by_mail(commit.committer.mail)
    for policy in (version_in_force(book, desk, at) for desk in desks):
        if policy.scrutiny.changed_by and not (person and person.holds(policy.scrutiny.changed_by, policy.desk)):
            yield _without_role(commit, paths, policy)


def _without_role(commit: Commit, paths: list[str], policy: Policy) -> Finding:
    rules = policy.scrutiny
    told = f"changed {paths[0]}, which {policy.ref} leaves to {' or '.join(rules.changed_by)}"
    show = show_file(commit.id, paths[0])
    return Finding("policy-role", commit.id, told, "", policy.desk, rules.clause, policy.desk, show)
