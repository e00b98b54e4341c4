"""What versions of `policies/accepted.yaml` say; and whether a merge of it only unites what its two sides say: whoever
makes it decides nothing."""

from __future__ import annotations

from casectl.audit.history import History
from casectl.model.scrutiny import Acceptance
from casectl.model.scrutiny_reader import read_accepted
from casectl.store.book import FOLDER, CommitTree, commit_tree
from casectl.store.commitlog import Commit
from casectl.store.objects import ObjectReader
from casectl.store.policy_tree import ACCEPTED

WORDS = f"{FOLDER}/{ACCEPTED}"

Words = frozenset[Acceptance]


def words_in(tree: CommitTree, blob: str) -> tuple[Words | None, bool]:
    """What a version accepts, wherever it stands in it; None where that cannot be read. And whether all of it can."""
    node, problems = tree.parsed(blob, ACCEPTED)
    if node is None or problems:
        return None if problems else frozenset(), not problems
    given, mistakes = read_accepted(node, WORDS)
    return frozenset(each._replace(line=0) for each in given), not mistakes


def unites_words(history: History, merge: Commit) -> bool:
    """Whether a merge of two left every word that both sides had, or that one of them had added, and no other. Not
    where one of the versions cannot be read."""
    if len(merge.parents) != 2:
        return False
    bases = history.bases(*merge.parents)
    with ObjectReader(history.repo) as reader:
        trees = [commit_tree(history.repo, reader, each) for each in (merge.id, *merge.parents, *bases)]
        versions = [words_in(tree, tree.blob(ACCEPTED) or "") for tree in trees]
    known = [words for words, whole in versions if words is not None and whole]
    if len(known) < len(versions):
        return False
    made, ours, theirs = known[:3]
    return made == (ours & theirs) | (ours ^ theirs) - Words().union(*known[3:])
