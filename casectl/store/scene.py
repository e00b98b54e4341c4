"""What a step is decided on: the case at one commit, and its file as it lies in the work tree."""

from __future__ import annotations

from typing import NamedTuple

from casectl.model.case import Case
from casectl.model.caseid import id_in, path_of
from casectl.model.problems import InvalidFiles, NotAllowed, NotFound
from casectl.store.objects import ObjectReader
from casectl.store.repo import Repo
from casectl.store.trees import REGULAR, Chain, read_chain
from casectl.store.versions import CaseReader
from casectl.store.worktree import Placed, caught_up, placed_at, refuse_hand_edits


class Scene(NamedTuple):
    """The folders of a commit down to the case's file, the case with its text, and how its file lies."""

    chain: Chain
    case: Case | None
    text: str | None
    placed: Placed

    @property
    def path(self) -> str:
        """Where the case's file belongs, from the root of the work tree."""
        return self.chain.path

    @property
    def case_id(self) -> str:
        """Whose scene it is."""
        return id_in(self.path)

    @property
    def hidden(self) -> bool:
        """Not checked out, and to stay so."""
        return self.placed.sparse and self.placed.on_disk is None


def existing(repo: Repo, reader: ObjectReader, commit: str, case_id: str) -> Scene:
    """The scene of a case that `commit` has. Raises `NotFound`, `NotAllowed` for hand edits, `InvalidFiles`."""
    path = path_of(case_id)
    chain = read_chain(reader, commit, path)
    content = reader.read(chain.file.id) if chain.file else None
    if chain.file is None or content is None:
        raise NotFound(f"no case {case_id}", "casectl list shows the cases there are")
    if chain.file.mode not in REGULAR:
        raise NotAllowed(f"{path} is no regular file in the last commit", "put the case's file back with git")
    placed = caught_up(repo, commit, placed_at(repo, path), chain.file.id)
    refuse_hand_edits(placed, chain.file.id, content)
    case, problems = CaseReader(case_id, path).read(content)
    if case is None:
        raise InvalidFiles(problems, "correct the file and commit it with git; then try again")
    return Scene(chain, case, content.decode(), placed)


def vacant(repo: Repo, reader: ObjectReader, commit: str, case_id: str) -> Scene:
    """The scene of a case to open. Raises `NotAllowed` when `commit` has it, or something else is in its place."""
    path = path_of(case_id)
    chain = read_chain(reader, commit, path)
    if chain.file:
        raise NotAllowed(f"case {case_id} exists already", f"casectl show {case_id}")
    placed = placed_at(repo, path)
    refuse_hand_edits(placed, None)
    return Scene(chain, None, None, placed)
