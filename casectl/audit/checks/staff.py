"""Who gave whom roles and keys, and who accepted findings: nobody should do either for themselves unseen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from casectl.audit.finding import Code, Finding, show_file
from casectl.audit.history import History, Touch
from casectl.model.people_reader import read_staff
from casectl.model.policy import Person
from casectl.model.scrutiny import Acceptance
from casectl.model.scrutiny_reader import read_accepted
from casectl.store.book import FOLDER, CommitTree, commit_tree
from casectl.store.commitlog import Commit
from casectl.store.objects import ObjectReader
from casectl.store.policy_tree import ACCEPTED, STAFF

CODES = {
    "self-granted": Code("minor", "Somebody changed what the staff list says of themselves."),
    "acceptance-proxy": Code("observation", "An acceptance was written by somebody else than who is said to give it."),
}


def of_history(history: History) -> Iterator[Finding]:
    with ObjectReader(history.repo) as reader:
        tree = commit_tree(history.repo, reader, history.commit)
        for commit in history.commits.values():
            for touch in history.touches.get(commit.id, ()) if len(commit.parents) == 1 else ():
                if touch.path == f"{FOLDER}/{STAFF}":
                    yield from _granted(tree, commit, touch)
                elif touch.path == f"{FOLDER}/{ACCEPTED}":
                    yield from _accepted(history, tree, commit, touch)


def _granted(tree: CommitTree, commit: Commit, touch: Touch) -> Iterator[Finding]:
    before, now = _people(tree, touch.old), _people(tree, touch.new)
    mail = commit.committer.mail.lower()
    for key, person in now.items():
        if person != before.get(key) and mail in {each.mail.lower() for each in (person, before.get(key, person))}:
            told = f"changed what the staff list says of {key}, who committed it"
            yield Finding("self-granted", commit.id, told, about=key, show=show_file(commit.id, touch.path))


def _people(tree: CommitTree, blob: str) -> Mapping[str, Person]:
    node, _ = tree.parsed(blob, STAFF)
    return read_staff(node, tree.shown(STAFF))[0] if node is not None else {}


def _accepted(history: History, tree: CommitTree, commit: Commit, touch: Touch) -> Iterator[Finding]:
    before = {(each.finding, each.by) for each in _words(tree, touch.old)}
    person = history.book.person_by_mail(commit.committer.mail)
    for word in _words(tree, touch.new):
        if (word.finding, word.by) not in before and (person is None or person.key != word.by):
            told = f"says that {word.by} accepts finding {word.finding}; it was committed by {commit.committer.mail}"
            show = show_file(commit.id, touch.path)
            yield Finding("acceptance-proxy", commit.id, told, about=word.finding, show=show)


def _words(tree: CommitTree, blob: str) -> tuple[Acceptance, ...]:
    node, _ = tree.parsed(blob, ACCEPTED)
    return read_accepted(node, tree.shown(ACCEPTED))[0] if node is not None else ()
