"""Clones that share a bare repository: what each took is everybody's, once, under its own hash and time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from casectl.model.change import Attached, Change
from casectl.model.problems import Busy, NotAllowed, NotFound, TryAgainLater
from casectl.model.timeline import Timeline
from casectl.sla.disputes import open_disputes
from casectl.store import remotes
from casectl.store import sync as syncing
from casectl.store.casefile import parse_case
from casectl.store.create import create_repo
from casectl.store.history import read_timeline
from casectl.store.merge import merge_trees
from casectl.store.repo import Repo, find_repo
from tests.conftest import EPOCH, SAM, GitRepo
from tests.store.clones import Clone, clone, share
from tests.store.stories import PATH_A, A, case_id, noting, setting


@pytest.fixture
def hub(git_repo: GitRepo, tmp_path: Path) -> Path:
    return share(git_repo, tmp_path / "hub.git")


@pytest.fixture
def pair(hub: Path) -> tuple[Clone, Clone]:
    """Two clones that both have case A."""
    one, two = clone(hub, "ann"), clone(hub, "bob")
    one.open()
    one.sync()
    two.sync()
    return one, two


def life(here: GitRepo) -> Timeline:
    return read_timeline(here.repo, A, here.head)


def committed(here: GitRepo) -> dict[str, str]:
    """The committer's time of every commit."""
    return dict(line.split() for line in here.git("log", "--format=%H %cI").splitlines())


def test_steps_on_different_cases_reach_everybody(pair: tuple[Clone, Clone]) -> None:
    one, two = pair
    one.take(noting("from ann"), 100)
    two.open(case_id("B"), at=110)
    before = committed(one) | committed(two)
    assert one.sync().sent == 1
    done = two.sync()
    assert (done.received, done.sent, len(done.merges), done.united) == (1, 2, 1, ())
    assert one.sync().received == 2
    assert one.head == two.head
    assert before.items() <= committed(one).items()
    assert one.git("status", "--porcelain") == two.git("status", "--porcelain") == ""


def test_one_case_of_both_is_united_and_the_merge_adds_nothing(pair: tuple[Clone, Clone]) -> None:
    one, two = pair
    one.take(setting(assignee="ann", commitments=({"id": "c1", "kind": "call", "due": EPOCH},)), 100)
    two.take(setting(owner="bob", commitments=({"id": "c2", "kind": "call", "due": EPOCH},)), 90)
    two.take(noting("from bob"), 95)
    one.take(noting("from ann"), 105)
    one.sync()
    assert two.sync().united == (A,)
    one.sync()
    steps = life(one).steps
    assert [step.at - EPOCH for step in steps] == [60, 90, 95, 100, 105]
    case, problems = parse_case(one.file(PATH_A).decode(), PATH_A)
    assert case == life(one).case()
    assert problems == life(one).problems == life(one).disputes == ()
    assert case is not None
    assert [record["id"] for record in case.records("commitments")] == ["c2", "c1"]
    assert [entry.fields["text"] for entry in case.log] == ["from bob", "from ann"]


@pytest.mark.parametrize("order", [("ann", "bob", "eve"), ("eve", "ann", "bob"), ("bob", "eve", "ann")])
def test_the_same_bytes_whoever_syncs_first(hub: Path, order: tuple[str, ...]) -> None:
    """Three clones, one case, in each order: the case's file is byte for byte the fold of all steps."""
    clones = {name: clone(hub, name) for name in ("ann", "bob", "eve")}
    clones["ann"].open()
    for each in clones.values():
        each.sync()
    for number, (name, each) in enumerate(clones.items()):
        each.take(setting(assignee=name, title=f"as {name} sees it"), 200 - 10 * number)
        each.take(lambda _, now, by=name: noting(f"by {by}")(_, now), 300 + number)
    for name in (*order, *order):
        clones[name].sync()
    texts = {each.file(PATH_A) for each in clones.values()}
    assert len(texts) == len({each.head for each in clones.values()}) == 1
    case = life(clones["ann"]).case()
    assert (case.text("assignee"), [entry.fields["text"] for entry in case.log]) == (
        "ann",
        ["by ann", "by bob", "by eve"],
    )
    assert parse_case(texts.pop().decode(), PATH_A)[0] == case


def test_two_moves_from_one_state_are_disputed_until_one_is_void(pair: tuple[Clone, Clone]) -> None:
    one, two = pair
    lost = one.take(setting(status="active"), 100)
    kept = two.take(setting(status="on-hold", waiting_for="customer"), 110)
    one.sync()
    two.sync()
    found = life(two)
    assert [(each.field, each.commit, each.against) for each in found.disputes] == [
        ("status", kept.commit, lost.commit)
    ]
    assert open_disputes(found, found.steps) == found.disputes
    void = noting("x")(None, 0).entries[0]._replace(kind="void", fields={"void": lost.commit})
    two.take(lambda _, now: Change("settle", A, "as bob says", {}, (void,)), 200)
    two.sync()
    one.sync()
    found = life(one)
    assert open_disputes(found, found.steps) == ()


def test_agreeing_moves_are_no_contradiction(pair: tuple[Clone, Clone]) -> None:
    one, two = pair
    one.take(setting(status="active"), 100)
    two.take(setting(status="active"), 110)
    two.take(setting(status="resolved"), 120)
    one.sync()
    two.sync()
    assert life(two).disputes == ()
    assert len(life(two).steps) == 4


def test_a_crossing_merge_counts_nothing_twice(pair: tuple[Clone, Clone]) -> None:
    """Each merges the other's branch before it sees the other's merge."""
    one, two = pair
    one.take(setting(assignee="ann"), 100)
    two.take(setting(owner="bob"), 110)
    ours, theirs = one.head, two.head
    for here, other, tip in ((one, two, theirs), (two, one, ours)):
        here.git("fetch", "-q", str(other.root), "main")
        tree = merge_trees(here.repo, here.head, tip).tree
        made = here.git("commit-tree", tree, "-p", here.head, "-p", tip, "-m", "crossing", at=EPOCH + 120)
        here.git("reset", "-q", "--hard", made)
    one.take(noting("after"), 130)
    two.take(setting(priority="p1"), 140)
    one.sync()
    two.sync()
    one.sync()
    assert [step.at - EPOCH for step in life(one).steps] == [60, 100, 110, 130, 140]
    assert life(one).case() == parse_case(one.file(PATH_A).decode(), PATH_A)[0]


def test_a_policy_of_both_is_left_to_a_person_and_nothing_moves(pair: tuple[Clone, Clone]) -> None:
    one, two = pair
    one.commit("policies/x.yaml", "a: 1\n", EPOCH + 100)
    two.commit("policies/x.yaml", "a: 2\n", EPOCH + 110)
    two.take(noting("from bob"), 120)
    one.sync()
    head = two.head
    with pytest.raises(NotAllowed, match=r"both sides changed policies/x\.yaml"):
        two.sync()
    assert two.head == head
    two.git("-c", "pull.rebase=false", "pull", "-q", "--no-rebase", "-X", "ours", "--no-edit", at=EPOCH + 130)
    assert two.sync().sent == 3


def test_a_policy_of_one_side_comes_along(pair: tuple[Clone, Clone]) -> None:
    one, two = pair
    one.commit("policies/x.yaml", "a: 1\n", EPOCH + 100)
    two.take(noting("from bob"), 120)
    one.sync()
    assert "policies/x.yaml" in two.sync().changed
    assert two.file("policies/x.yaml") == b"a: 1\n"


def test_two_files_attached_under_one_name_are_both_kept(pair: tuple[Clone, Clone]) -> None:
    one, two = pair
    for here, content in ((one, b"of ann"), (two, b"of bob")):
        file = Attached("router.log", content)
        here.take(lambda _, now, file=file: noting(file.name)(_, now)._replace(files=(file,)), 100)
        here.sync()
    one.sync()
    folder = one.root / PATH_A.replace(".yaml", ".files")
    assert sorted(path.read_bytes() for path in folder.iterdir()) == [b"of ann", b"of bob"]
    assert (folder / "router.log").exists()


def test_a_comment_of_a_hand_edit_survives_the_union(pair: tuple[Clone, Clone]) -> None:
    one, two = pair
    text = one.file(PATH_A).decode().replace("priority: p3", "priority: p2  # the manager rang")
    one.commit(PATH_A, text, EPOCH + 100)
    two.take(setting(owner="bob"), 110)
    one.sync()
    two.sync()
    assert "priority: p2  # the manager rang\n" in two.file(PATH_A).decode()
    assert "owner: bob\n" in two.file(PATH_A).decode()


def test_one_id_opened_twice_is_told_and_disputed(hub: Path) -> None:
    one, two = clone(hub, "ann"), clone(hub, "bob")
    one.open(title="The printer is on fire")
    two.open(at=70, title="Another case altogether")
    one.sync()
    done = two.sync()
    assert A in done.warnings[0]
    assert "opened twice" in done.warnings[0]
    found = life(two)
    assert {each.field for each in open_disputes(found, found.steps)} == {"title", "received"}
    assert len(found.steps) == 2


def test_a_deletion_of_one_side_does_not_take_the_other_sides_step(pair: tuple[Clone, Clone]) -> None:
    one, two = pair
    one.git("rm", "-q", PATH_A)
    one.git("commit", "-q", "-m", "away with it", at=EPOCH + 100)
    two.take(noting("still at it"), 110)
    one.sync()
    two.sync()
    assert [step.at - EPOCH for step in life(two).steps] == [60, 110]
    assert "still at it" in two.file(PATH_A).decode()


def test_a_deletion_comes_along_where_nobody_was_at_work(pair: tuple[Clone, Clone]) -> None:
    one, two = pair
    one.git("rm", "-q", PATH_A)
    one.git("commit", "-q", "-m", "away with it", at=EPOCH + 100)
    one.sync()
    two.sync()
    assert not (two.root / PATH_A).exists()
    assert two.git("status", "--porcelain") == ""


def test_hand_edits_in_the_way_are_named_before_anything_moves(pair: tuple[Clone, Clone]) -> None:
    one, two = pair
    one.take(noting("from ann"), 100)
    one.sync()
    two.write(PATH_A, two.file(PATH_A).decode() + "# mine\n")
    head = two.head
    with pytest.raises(NotAllowed, match=A):
        two.sync()
    assert (two.head, two.file(PATH_A).decode()[-7:]) == (head, "# mine\n")


def test_what_is_staged_or_untracked_stays(pair: tuple[Clone, Clone]) -> None:
    one, two = pair
    one.take(noting("from ann"), 100)
    one.sync()
    two.write("draft.txt", "mine\n")
    two.write("staged.txt", "mine, too\n")
    two.git("add", "staged.txt")
    two.sync()
    assert two.git("status", "--porcelain") == "A  staged.txt\n?? draft.txt"


def test_configuration_that_rebases_is_not_heard(pair: tuple[Clone, Clone]) -> None:
    one, two = pair
    for key in ("pull.rebase", "branch.main.rebase", "rebase.autoStash"):
        two.git("config", key, "true")
    one.take(noting("from ann"), 100)
    mine = two.take(noting("from bob"), 110)
    one.sync()
    two.sync()
    assert mine.commit in committed(two)


def test_a_remote_that_is_down_is_exit_75_and_work_goes_on(pair: tuple[Clone, Clone], hub: Path) -> None:
    one, _ = pair
    hub.rename(hub.with_name("away.git"))
    one.take(noting("meanwhile"), 100)
    with pytest.raises(TryAgainLater, match="origin cannot be reached") as down:
        one.sync()
    assert down.value.exit_code == 75
    hub.with_name("away.git").rename(hub)
    assert one.sync().sent == 1


def test_a_remote_that_refuses_says_why(pair: tuple[Clone, Clone], hub: Path) -> None:
    one, _ = pair
    hook = hub / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho not today >&2\nexit 1\n")
    hook.chmod(0o755)
    one.take(noting("x"), 100)
    head = one.head
    with pytest.raises(NotAllowed, match=r"refuses what was to be sent: pre-receive hook declined"):
        one.sync()
    assert one.head == head


def test_a_lost_race_leaves_one_merge_at_most(pair: tuple[Clone, Clone], monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else pushes between our fetch and our push, three times."""
    one, two = pair
    mine = two.take(noting("from bob"), 100)
    races = iter(range(3))
    plain = remotes.fetch

    def raced(repo: object, remote: object) -> str | None:
        found = plain(repo, remote)  # type: ignore[arg-type]
        if repo == two.repo and next(races, None) is not None:
            one.take(noting("again"), 200)
            monkeypatch.setattr(syncing, "fetch", plain)
            one.sync()
            monkeypatch.setattr(syncing, "fetch", raced)
        return found

    monkeypatch.setattr(syncing, "fetch", raced)
    done = two.sync()
    assert len(done.merges) == 1
    assert two.git("rev-list", "--merges", "--count", "HEAD") == "1"
    assert mine.commit in committed(two)


def test_it_gives_up_in_the_end(pair: tuple[Clone, Clone], monkeypatch: pytest.MonkeyPatch) -> None:
    one, _ = pair
    one.take(noting("x"), 100)
    monkeypatch.setattr(syncing, "push", lambda *_: False)
    head = one.head
    with pytest.raises(TryAgainLater, match="changed by others each time"):
        one.sync()
    assert one.head == head


def test_a_remote_restored_from_an_old_backup_gets_everything_again(
    pair: tuple[Clone, Clone], hub: Path, tmp_path: Path
) -> None:
    one, two = pair
    old = two.head
    one.take(noting("after the backup"), 100)
    one.sync()
    two.git("fetch", "-q")
    one.git("push", "-q", "--force", "origin", f"{old}:main")
    done = two.sync()
    assert "no longer has 1 commit that it had" in done.warnings[0]
    assert "after the backup" in two.file(PATH_A).decode()
    assert GitRepo(two.repo).git("ls-remote", "origin", "main").split()[0] == two.head


def test_a_step_taken_while_the_merge_goes_out_is_not_lost(
    pair: tuple[Clone, Clone], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = pair
    one.take(noting("from ann"), 90)
    one.sync()
    two.take(noting("from bob"), 100)
    plain, late = remotes.push, []

    def slow(repo: object, remote: object, commit: str) -> bool:
        if not late:
            late.append(two.take(noting("in between"), 105).commit)
        return plain(repo, remote, commit)  # type: ignore[arg-type]

    monkeypatch.setattr(syncing, "push", slow)
    two.sync()
    assert late[0] in committed(two)
    assert one.sync().received
    assert one.head == two.head


@pytest.mark.parametrize("name", ["nobody", "-x", "--upload-pack=touch x"])
def test_a_remote_that_there_is_not(pair: tuple[Clone, Clone], name: str) -> None:
    from casectl.store.sync import sync

    one, _ = pair
    with pytest.raises((NotFound, Exception), match="remote"):
        sync(one.repo, one.who, lambda: EPOCH, name)


def test_without_a_remote(git_repo: GitRepo) -> None:
    from casectl.store.sync import sync

    with pytest.raises(NotFound, match="nobody to sync with"):
        sync(git_repo.repo, SAM, lambda: EPOCH)


def test_histories_with_nothing_in_common_are_refused(pair: tuple[Clone, Clone], tmp_path: Path) -> None:
    one, _ = pair
    tree = one.git("rev-parse", "HEAD^{tree}")
    root = one.git("commit-tree", tree, "-m", "another world", at=EPOCH)
    one.git("push", "-q", "--force", "origin", f"{root}:main")
    one.git("update-ref", "-d", "refs/remotes/origin/main")
    with pytest.raises(NotAllowed, match="nothing in common"):
        one.sync()


def test_a_move_that_died_half_way_is_finished_by_the_next_step(
    pair: tuple[Clone, Clone], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The branch has moved; index and work tree are still as before it."""
    from casectl.store import checkout

    one, two = pair
    one.open(case_id("B"), at=90)
    one.take(noting("from ann"), 100)
    one.sync()

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(checkout, "_bring_along", die)
        with pytest.raises(KeyboardInterrupt):
            two.sync()
    assert two.head == one.head
    assert two.git("status", "--porcelain") != ""
    assert two.git("diff", "--cached", "--name-only") == "", "a commit now must not take back what came"
    two.open(case_id("C"), at=120)
    assert two.git("status", "--porcelain") == ""
    assert "from ann" in two.file(PATH_A).decode()


@pytest.mark.parametrize("written", [None, 0, 4096, 8192, 100])
def test_a_file_that_a_killed_git_was_writing_is_brought_too(
    pair: tuple[Clone, Clone], monkeypatch: pytest.MonkeyPatch, written: int | None
) -> None:
    """git removes the old file, makes the new one and fills it page by page; a kill can end it between any two. What
    ends within a page somebody has cut."""
    from casectl.store import checkout

    one, two = pair
    one.take(noting("long " * 2000), 100)
    one.sync()

    def tear(*_: object) -> None:
        (two.root / PATH_A).unlink()
        if written is not None:
            two.write(PATH_A, two.git("show", f"HEAD:{PATH_A}")[:written])
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(checkout, "_bring_along", tear)
        with pytest.raises(KeyboardInterrupt):
            two.sync()
    if written == 100:
        with pytest.raises(NotAllowed, match="not committed"):
            two.take(noting("from bob"), 120)
        assert len(two.file(PATH_A)) == written
        return
    two.take(noting("from bob"), 120)
    assert two.git("status", "--porcelain") == ""
    assert two.file(PATH_A).decode().count("- id:") == 2


def test_an_older_index_that_a_lost_commit_put_back_is_not_in_the_way_of_a_sync(pair: tuple[Clone, Clone]) -> None:
    one, two = pair
    before = (two.repo.git_dir / "index").read_bytes()
    two.take(noting("from bob"), 90)
    one.take(noting("from ann"), 100)
    one.sync()
    (two.repo.git_dir / "index").write_bytes(before)
    assert two.sync().united == (A,)
    assert two.git("status", "--porcelain") == ""


def test_a_lock_left_on_what_was_last_seen_is_named(pair: tuple[Clone, Clone]) -> None:
    """Otherwise a clone would take what it saw last for what the other side has, and say that they are in step."""
    one, two = pair
    one.take(noting("from ann"), 100)
    one.sync()
    (two.root / ".git/refs/remotes/origin/main.lock").touch()
    with pytest.raises(Busy, match=r"main\.lock is in the way"):
        two.sync()
    (two.root / ".git/refs/remotes/origin/main.lock").unlink()
    assert two.sync().received == 1


def test_the_hooks_of_a_merge_are_asked_and_told(pair: tuple[Clone, Clone]) -> None:
    one, two = pair
    for name, says in (("pre-merge-commit", "exit 1"), ("post-merge", f"touch {two.root}/.git/told")):
        hook = two.root / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\n{says}\n")
        hook.chmod(0o755)
    one.take(noting("from ann"), 100)
    two.take(noting("from bob"), 110)
    one.sync()
    head = two.head
    with pytest.raises(NotAllowed, match="pre-merge-commit refused"):
        two.sync()
    assert two.head == head
    assert not (two.root / ".git" / "told").exists()
    (two.root / ".git" / "hooks" / "pre-merge-commit").unlink()
    two.sync()
    assert (two.root / ".git" / "told").exists()


def test_a_repository_of_longer_object_names(tmp_path: Path) -> None:
    """SHA-256 as git offers it: a new case, a union and a file that goes."""
    seed = tmp_path / "desk"
    GitRepo(Repo(tmp_path, tmp_path, tmp_path)).git("init", "-q", "-b", "main", "--object-format=sha256", str(seed))
    create_repo(seed, {"policies/README.md": "x\n", "cases/README.md": "y\n"}, "first", EPOCH, SAM)
    first = GitRepo(find_repo(seed))
    hub = tmp_path / "hub.git"
    first.git("init", "-q", "--bare", "-b", "main", "--object-format=sha256", str(hub))
    first.git("remote", "add", "origin", str(hub))
    first.git("push", "-q", "-u", "origin", "main")
    one, two = clone(hub, "ann"), clone(hub, "bob")
    one.open()
    one.sync()
    two.sync()
    one.git("rm", "-q", "policies/README.md")
    one.git("commit", "-q", "-m", "away", at=EPOCH + 90)
    one.take(noting("from ann"), 100)
    two.take(setting(owner="bob"), 110)
    one.sync()
    assert two.sync().united == (A,)
    assert not (two.root / "policies" / "README.md").exists()
    assert len(two.head) == 64
    assert len(life(two).steps) == 3


def test_names_that_are_no_text_and_names_with_quotes_come_along(pair: tuple[Clone, Clone]) -> None:
    """Latin-1, quotes, tabs, line breaks, leading dashes: as git has them."""
    one, two = pair
    names = [os.fsdecode(b"gr\xf6\xdfe.txt"), '"quoted".txt', "tab\there", "line\nbreak", "-x", "groß"]
    for name in names:
        (one.root / name).write_text("1")
    one.git("add", "-A")
    one.git("commit", "-q", "-m", "odd names", at=EPOCH + 90)
    two.take(noting("from bob"), 95)
    one.sync()
    two.sync()
    one.sync()
    assert all((two.root / name).read_text() == "1" for name in names)
    for name in names:
        (one.root / name).unlink()
    one.git("commit", "-q", "-a", "-m", "away", at=EPOCH + 100)
    two.take(noting("from bob again"), 105)
    one.sync()
    two.sync()
    assert two.git("status", "--porcelain") == ""
    assert not any((two.root / name).exists() for name in names)


def test_modes_come_along_and_neither_side_takes_the_others_back(pair: tuple[Clone, Clone]) -> None:
    one, two = pair
    for name in ("a.sh", "b.sh"):
        one.commit(name, "true\n", EPOCH + 90)
    one.sync()
    two.sync()
    one.git("update-index", "--chmod=+x", "a.sh", PATH_A)
    one.git("commit", "-q", "-m", "x", at=EPOCH + 100)
    one.git("checkout", "-q", "--", ".")
    two.git("update-index", "--chmod=+x", "b.sh")
    two.git("commit", "-q", "-m", "x", at=EPOCH + 110)
    two.git("checkout", "-q", "--", ".")
    two.take(noting("from bob"), 120)
    one.sync()
    two.sync()
    one.sync()
    for each in (one, two):
        assert [os.access(each.root / name, os.X_OK) for name in ("a.sh", "b.sh", PATH_A)] == [True] * 3
        assert each.git("status", "--porcelain") == ""


def test_what_the_other_side_lost_comes_back_although_it_went_on_without_it(
    pair: tuple[Clone, Clone],
) -> None:
    """Restored from a backup, and somebody pushed to that; we had seen the rest and have work of our own."""
    one, two = pair
    old = two.head
    one.take(noting("after the backup"), 100)
    one.sync()
    two.git("fetch", "-q")
    two.take(noting("from bob"), 105)
    three = clone(Path(two.git("remote", "get-url", "origin")), "eve")
    three.git("reset", "-q", "--hard", old)
    three.take(noting("from eve"), 110)
    three.git("push", "-q", "--force", "origin", "main")
    done = two.sync()
    assert "no longer has 1 commit that it had" in " ".join(done.warnings)
    text = two.file(PATH_A).decode()
    assert all(each in text for each in ("after the backup", "from bob", "from eve"))
    assert GitRepo(two.repo).git("ls-remote", "origin", "main").split()[0] == two.head


def test_a_hand_edited_file_whose_log_the_other_side_goes_between(pair: tuple[Clone, Clone]) -> None:
    """The entries of both in the order of their times, whatever their file looked like."""
    one, two = pair
    one.take(noting("first"), 100)
    text = one.file(PATH_A).decode().replace("priority: p3", "priority: p3  # or less")
    one.commit(PATH_A, text, EPOCH + 105)
    two.take(noting("second"), 110)
    one.take(noting("third"), 120)
    two.take(noting("fourth"), 130)
    two.sync()
    one.sync()
    two.sync()
    case, _ = parse_case(two.file(PATH_A).decode(), PATH_A)
    assert case == life(two).case()
    assert [entry.fields["text"] for entry in life(two).case().log] == ["first", "second", "third", "fourth"]
    assert "# or less" in two.file(PATH_A).decode()
    two.take(setting(owner="bob"), 140)
    assert "# or less" in two.file(PATH_A).decode()


def test_an_import_first_ends_a_move_that_died(pair: tuple[Clone, Clone], monkeypatch: pytest.MonkeyPatch) -> None:
    from casectl.store import checkout
    from casectl.store.bulk import BulkStep, write_bulk

    one, two = pair
    one.take(noting("from ann"), 100)
    one.sync()
    with monkeypatch.context() as patch:
        patch.setattr(checkout, "_bring_along", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            two.sync()
    text = two.git("show", f"HEAD:{PATH_A}").replace(A, case_id("D")) + "\n"
    write_bulk(two.repo, [BulkStep(case_id("D"), text, EPOCH + 200, "Bob", "bob@example.org", "imported\n")])
    assert two.git("status", "--porcelain") == ""
    assert "from ann" in two.file(PATH_A).decode()


def test_a_policy_that_crossing_merges_left_in_doubt_is_left_to_a_person(pair: tuple[Clone, Clone]) -> None:
    """Each side is as one of the two bases has it: who of them is newer nobody can tell."""
    one, _ = pair
    base = one.head
    trees = {}
    for text in ("a: 1\n", "a: 2\n"):
        one.git("reset", "-q", "--hard", base)
        trees[text] = one.commit("policies/x.yaml", text, EPOCH + 100)
    first, second = trees.values()

    def merge(tree: str, *parents: str) -> str:
        flags = [flag for parent in parents for flag in ("-p", parent)]
        return one.git("commit-tree", f"{tree}^{{tree}}", *flags, "-m", "merged", at=EPOCH + 200)

    m1, m2 = merge(first, first, second), merge(second, second, first)
    for ours, theirs in ((m1, m2), (m2, m1)):
        with pytest.raises(NotAllowed, match=r"both sides changed policies/x\.yaml"):
            merge_trees(one.repo, ours, theirs)


@pytest.mark.parametrize("url", ["ext::sh -c true", "http://127.0.0.1:9/x"])
def test_a_way_that_is_not_safe_is_no_remote_that_is_down(pair: tuple[Clone, Clone], url: str) -> None:
    one, _ = pair
    one.git("remote", "set-url", "origin", url)
    with pytest.raises(NotAllowed, match="not safe"):
        one.sync()


def test_a_hook_of_ours_that_refuses_to_send_is_no_remote_that_is_down(pair: tuple[Clone, Clone]) -> None:
    one, _ = pair
    hook = one.root / ".git" / "hooks" / "pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    one.take(noting("x"), 100)
    with pytest.raises(NotAllowed, match="pre-push"):
        one.sync()


def test_a_wrong_url_is_forgotten_once_it_is_put_right(pair: tuple[Clone, Clone], tmp_path: Path) -> None:
    one, _ = pair
    other = tmp_path / "other"
    create_repo(other, {"policies/README.md": "x\n", "cases/README.md": "y\n"}, "another world", EPOCH, SAM)
    right = one.git("remote", "get-url", "origin")
    one.git("remote", "set-url", "origin", str(other))
    with pytest.raises(NotAllowed, match="nothing in common"):
        one.sync()
    one.git("remote", "set-url", "origin", right)
    one.take(noting("x"), 100)
    assert one.sync().sent == 1
