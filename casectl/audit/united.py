"""Whether a merge of `policies/accepted.yaml` only unites what its two sides say: whoever makes it decides nothing."""

from __future__ import annotations

from casectl.audit.history import History
from casectl.model.scrutiny import Acceptance
from casectl.model.scrutiny_reader import read_accepted
from casectl.store.book import FOLDER, CommitTree, commit_tree
from casectl.store.commitlog import Commit
from casectl.store.objects import ObjectReader
from casectl.store.policy_tree import ACCEPTED

WORDS = f"{FOLDER}/{ACCEPTED}"

_Words = frozenset[Acceptance]


def unites_words(history: History, merge: Commit) -> bool:
    """Whether a merge of two left every word that both sides had, or that one of them had added, and no other. Not
    where one of the versions cannot be read."""
    if len(merge.parents) != 2:
        return False
    bases = history.bases(*merge.parents)
    with ObjectReader(history.repo) as reader:
        tree = commit_tree(history.repo, reader, merge.id)
        versions = [_words(tree, commit) for commit in (merge.id, *merge.parents, *bases)]
    known = [version for version in versions if version is not None]
    if len(known) < len(versions):
        return False
    made, ours, theirs = known[:3]
    return made == (ours & theirs) | (ours ^ theirs) - frozenset[Acceptance]().union(*known[3:])


def _words(tree: CommitTree, commit: str) -> _Words | None:
    """What a commit's file accepts, wherever it stands in it; None where that cannot be read."""
    found = tree.reader.look(f"{commit}:{WORDS}")
    if found is None:
        return frozenset()
    node, problems = tree.parsed(found.id, ACCEPTED)
    given, mistakes = read_accepted(node, tree.shown(ACCEPTED)) if node is not None else ((), problems)
    return None if problems or mistakes else frozenset(each._replace(line=0) for each in given)
