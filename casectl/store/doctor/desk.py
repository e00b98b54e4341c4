"""What a desk's repository should not be like for long: half-taken steps, edits, settings, files that are no cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath

from casectl.model.caseid import is_id
from casectl.model.problems import CasectlError
from casectl.store.book import read_book
from casectl.store.checkout import carrying
from casectl.store.doctor.finding import Finding, mended, note, problem
from casectl.store.edits import find_edits
from casectl.store.git import GitError, run_git
from casectl.store.heal import heal, leftovers
from casectl.store.hooks import AFTER_COMMIT, ON_COMMIT, ON_MERGE, habits_of
from casectl.store.lookup import current_cases
from casectl.store.objects import ObjectReader
from casectl.store.refusals import refuse_unwritable
from casectl.store.repo import Repo, identity, is_shallow

_HARMFUL = r"^(pull\.rebase|rebase|branch\..*\.rebase|core\.fsync|remote\..*\.(promisor|partialclonefilter))$"
_HOOKS = (*ON_COMMIT, *ON_MERGE[:1], AFTER_COMMIT, "reference-transaction", "post-merge")


def unfinished_steps(repo: Repo, head: str, mend: bool) -> Iterator[Finding]:
    """Steps, syncs and imports that died half-way."""
    noted = carrying(repo)
    with ObjectReader(repo) as reader:
        found = leftovers(repo, reader, head)
        healed = heal(repo, reader, head) if mend else ()
    if noted and noted[0] != head:
        what = f"a sync or an import from {noted[0][:12]} to {noted[1][:12]} died half-way"
        done = mended("unfinished-move", what, "brought along all that nobody has edited since")
        yield done if mend else problem("unfinished-move", what, "casectl doctor")
    for each in found:
        case_id, what = each.note.case_id, f"a step on {each.note.case_id} died half-way"
        if case_id in healed:
            yield mended("unfinished-step", what, f"brought {each.path} along")
        elif each.touched:
            hint = (
                f"git diff HEAD -- {each.path}; then git checkout HEAD -- {each.path}, and take your change as a step"
            )
            yield problem("unfinished-step", f"{what}, and {each.path} was edited since", hint)
        elif not mend:
            yield problem("unfinished-step", what, "casectl doctor")


def state(repo: Repo) -> Iterator[Finding]:
    """A merge or the like under way, a detached HEAD, and what is missing of the history."""
    try:
        refuse_unwritable(repo)
    except CasectlError as refusal:
        yield problem("under-way", refusal.message, refusal.hint)
    if is_shallow(repo):
        yield problem("shallow", "this clone is shallow: figures cannot be certified", "git fetch --unshallow")
    replaced = run_git(repo, "for-each-ref", "--format=%(refname)", "refs/replace/").split()
    if replaced:
        hint = "git replace -d ID drops one"
        yield note("replace-refs", f"{len(replaced)} objects are replaced for git; casectl reads the real ones", hint)
    if (repo.common_dir / "info" / "grafts").is_file():
        yield note("grafts", "info/grafts gives commits other parents for git; casectl reads the real ones")


def edits(repo: Repo) -> Iterator[Finding]:
    """Case files that differ from the last commit, or that no commit has; a merge under way has to end first."""
    try:
        refuse_unwritable(repo)
    except CasectlError:
        return
    for each in find_edits(repo):
        path, adopt, back = each.path, f"casectl adopt {each.case_id}", f"git checkout HEAD -- {each.path}"
        if each.is_new:
            yield problem("untracked-case", f"{path} is in no commit", adopt)
        elif each.is_gone:
            yield problem("deleted-case", f"{path} was deleted here", f"to have it back: {back}")
        else:
            hint = f"{adopt}, or drop them: {back}"
            yield problem("edited-case", f"{path} has changes that are not committed", hint)


def settings(repo: Repo) -> Iterator[Finding]:
    """What git is told that does harm here."""
    for key, value in _configured(repo):
        on = value.lower() not in ("false", "no", "off", "0", "")
        if key.endswith("rebase") and on:
            what = f"{key}={value}: a rebase rewrites when steps were taken"
            yield problem("rebase", what, f"git config {key} false")
        elif key == "core.fsync" and "none" in value:
            yield note("fsync", f"core.fsync={value}: git's own commits may be lost with the power; casectl's are not")
        elif key.endswith(".promisor") and on:
            remote = key.removeprefix("remote.").removesuffix(".promisor")
            commands = f"git config --unset {key}; git config --unset remote.{remote}.partialclonefilter"
            hint = f"{commands}; git fetch --refetch {remote}"
            yield problem("partial-clone", f"this is a partial clone of {remote}: reading may need the network", hint)


def people(repo: Repo, head: str | None) -> Iterator[Finding]:
    """Who acts here, and what runs when they do."""
    try:
        who = identity(repo)
    except CasectlError as unknown:
        yield problem("nobody", unknown.message, unknown.hint)
        return
    book = read_book(repo, head)[0] if head else None
    if book and not book.person_by_mail(who.mail):
        what = f"{who.mail} is not in policies/staff.yaml: an audit will ask who that is"
        yield problem("stranger", what, "add the address there, or: git config user.email ADDRESS")
    hooks = habits_of(repo).hooks(_HOOKS)
    if hooks:
        yield note("hooks", f"steps run these hooks: {', '.join(hooks)}", str(next(iter(hooks.values())).parent))


def cases(repo: Repo, head: str) -> Iterator[Finding]:
    """Files of the last commit that are no cases, and cases that are there twice."""
    for _, problems in current_cases(repo, head):
        for each in problems:
            if not each.warning:
                where = f"{each.path}:{each.line}" if each.line else each.path
                yield problem("invalid-case", f"{where}: {each.message}", each.hint)
    listed = (
        run_git(repo, "ls-tree", "-r", "-z", "--name-only", head, "--", "cases/").decode(errors="replace").split("\0")
    )
    found = [PurePosixPath(path) for path in listed if path.endswith(".yaml") and is_id(PurePosixPath(path).stem)]
    for name, count in Counter(path.stem for path in found).items():
        if count > 1:
            places = " and ".join(str(path) for path in found if path.stem == name)
            yield problem("twice", f"case {name} is there twice: {places}", "git rm the one at the wrong place")


def _configured(repo: Repo) -> list[tuple[str, str]]:
    try:
        said = run_git(repo, "config", "-z", "--get-regexp", _HARMFUL).decode(errors="replace")
    except GitError as failed:
        if failed.said.strip():
            raise
        return []
    pairs = (pair.partition("\n") for pair in said.split("\0") if pair)
    return list({key: value if given else "true" for key, given, value in pairs}.items())
