"""Histories as people and plain git make them, read in bulk and one by one: both ways tell the same lives."""

from __future__ import annotations

import random

import pytest

from casectl.model.case import Case
from casectl.model.problems import NotFound
from casectl.model.timeline import Timeline
from casectl.store.canonical import dump
from casectl.store.casefile import parse_case
from casectl.store.history import current_cases, read_timeline, read_timelines, resolve_case
from tests.conftest import EPOCH, GitRepo
from tests.store.stories import PATH_A, A, case_id, noting, opened, setting, stepped


def life(git_repo: GitRepo, name: str = A, rev: str = "HEAD") -> Timeline:
    """The case's timeline, read both ways."""
    commit = git_repo.git("rev-parse", rev)
    bulk = {timeline.case_id: timeline for timeline in read_timelines(git_repo.repo, commit)}
    assert read_timeline(git_repo.repo, name, commit) == bulk[name]
    return bulk[name]


def text_of(git_repo: GitRepo, path: str = PATH_A) -> str:
    return (git_repo.root / path).read_text(encoding="utf-8")


def on_branch(git_repo: GitRepo, name: str, start: str = "main") -> None:
    git_repo.git("checkout", "-q", "-B", name, start)


def case_at_head(git_repo: GitRepo) -> Case:
    case, problems = parse_case(git_repo.git("show", f"HEAD:{PATH_A}") + "\n", PATH_A)
    assert case is not None, problems
    return case


def test_a_straight_life_is_its_commits(git_repo: GitRepo) -> None:
    first = opened(git_repo)
    second = stepped(git_repo, setting(status="on-hold", waiting_for="customer"), EPOCH + 120)
    third = stepped(git_repo, noting("called back"), EPOCH + 180)
    fourth = stepped(git_repo, setting(status="active", waiting_for=None), EPOCH + 240)
    timeline = life(git_repo)
    assert [step.commit for step in timeline.steps] == [w.commit for w in (first, second, third, fourth)]
    assert [step.at for step in timeline.steps] == [EPOCH + 60, EPOCH + 120, EPOCH + 180, EPOCH + 240]
    assert [dict(step.changes) for step in timeline.steps[1:]] == [
        {"status": "on-hold", "waiting_for": "customer"},
        {},
        {"status": "active", "waiting_for": None},
    ]
    assert [entry.fields["text"] for entry in timeline.steps[2].entries] == ["called back"]
    assert {step.author for step in timeline.steps} == {"sam@example.org"}
    assert timeline.case() == fourth.case
    assert timeline.problems == ()


def test_reading_an_earlier_commit_shows_what_was_known_then(git_repo: GitRepo) -> None:
    first = opened(git_repo)
    stepped(git_repo, noting("later"), EPOCH + 120)
    assert len(life(git_repo, rev=first.commit).steps) == 1
    with pytest.raises(NotFound, match="no case"):
        read_timeline(git_repo.repo, A, git_repo.git("rev-parse", f"{first.commit}~1"))


def test_commits_that_touch_many_cases_or_none(git_repo: GitRepo) -> None:
    opened(git_repo)
    opened(git_repo, case_id("B"))
    git_repo.commit("notes.txt", "x\n", EPOCH + 70)
    git_repo.write(PATH_A, text_of(git_repo).replace("p3", "p1"))
    other = PATH_A.replace(A, case_id("B"))
    git_repo.write(other, text_of(git_repo, other).replace("p3", "p2"))
    git_repo.git("commit", "-q", "-a", "-m", "both", at=EPOCH + 80)
    assert [life(git_repo, case_id(c)).case().priority for c in "AB"] == ["p1", "p2"]


def test_a_simple_merge_counts_nothing_twice(git_repo: GitRepo) -> None:
    opened(git_repo)
    on_branch(git_repo, "side")
    stepped(git_repo, noting("on the side"), EPOCH + 120)
    git_repo.git("checkout", "-q", "main")
    git_repo.commit("notes.txt", "x\n", EPOCH + 130)
    git_repo.git("merge", "-q", "--no-edit", "side", at=EPOCH + 140)
    timeline = life(git_repo)
    assert [step.at for step in timeline.steps] == [EPOCH + 60, EPOCH + 120]
    assert timeline.case() == case_at_head(git_repo)


def test_two_branches_that_changed_different_fields_both_count(git_repo: GitRepo) -> None:
    """A version written from an older base does not un-assign what the other branch assigned."""
    opened(git_repo)
    on_branch(git_repo, "side")
    stepped(git_repo, setting(assignee="jo"), EPOCH + 120)
    git_repo.git("checkout", "-q", "main")
    stepped(git_repo, setting(status="active"), EPOCH + 180)
    git_repo.git("merge", "--no-edit", "side", at=EPOCH + 240)
    timeline = life(git_repo)
    assert [dict(step.changes) for step in timeline.steps[1:]] == [{"assignee": "jo"}, {"status": "active"}]
    assert timeline.case() == case_at_head(git_repo)
    assert timeline.problems == ()


def test_what_a_merge_settles_is_the_merges_own_step(git_repo: GitRepo) -> None:
    opened(git_repo)
    on_branch(git_repo, "side")
    stepped(git_repo, setting(priority="p1"), EPOCH + 120)
    git_repo.git("checkout", "-q", "main")
    stepped(git_repo, setting(priority="p2"), EPOCH + 180)
    git_repo.git("merge", "--no-edit", "side", at=EPOCH + 240, check=False)
    git_repo.git("checkout", "--theirs", "--", PATH_A)
    git_repo.git("add", PATH_A)
    git_repo.git("commit", "-q", "-m", "settled", at=EPOCH + 240)
    timeline = life(git_repo)
    priorities = [(step.at - EPOCH, step.changes["priority"]) for step in timeline.steps]
    assert priorities == [(60, "p3"), (120, "p1"), (180, "p2"), (240, "p1")]


def test_a_merge_that_takes_only_our_side_hides_nothing(git_repo: GitRepo) -> None:
    """`-s ours`: the other side's steps happened; the merge is the step that took them back."""
    opened(git_repo)
    on_branch(git_repo, "side")
    stepped(git_repo, setting(status="active"), EPOCH + 120)
    stepped(git_repo, noting("on the side"), EPOCH + 130)
    git_repo.git("checkout", "-q", "main")
    git_repo.commit("notes.txt", "x\n", EPOCH + 180)
    git_repo.git("merge", "-q", "--no-edit", "-s", "ours", "side", at=EPOCH + 240)
    timeline = life(git_repo)
    assert [step.at - EPOCH for step in timeline.steps] == [60, 120, 130, 240]
    assert dict(timeline.steps[-1].changes) == {"status": "new"}
    assert [entry.fields["text"] for entry in timeline.case().log] == ["on the side"]
    assert "removed log entry" in timeline.problems[0].message


def test_a_step_dated_before_its_parent_counts_at_its_parents_time(git_repo: GitRepo) -> None:
    opened(git_repo, at=EPOCH + 1000)
    stepped(git_repo, setting(status="active"), EPOCH + 500)
    timeline = life(git_repo)
    assert [step.at for step in timeline.steps] == [EPOCH + 1000, EPOCH + 1000]
    assert "dated 2026-09-21T14:21:40+00:00, before the step it follows" in timeline.problems[0].message
    assert timeline.problems[0].warning


def test_a_clock_years_behind_does_not_cut_the_history_short(git_repo: GitRepo) -> None:
    opened(git_repo)
    for number in range(8):
        git_repo.commit("notes.txt", f"{number}\n", EPOCH - 400 * 86_400 + number)
    stepped(git_repo, setting(status="active"), EPOCH + 500)
    assert [step.at for step in life(git_repo).steps] == [EPOCH + 60, EPOCH + 500]


@pytest.mark.parametrize("date", ["no date", "99999999999999999999 +0000", ""])
def test_a_commit_without_a_date_counts_at_the_step_before(git_repo: GitRepo, date: str) -> None:
    opened(git_repo)
    stepped(git_repo, setting(status="active"), EPOCH + 120)
    lines = git_repo.git("cat-file", "commit", "HEAD").split("\n")
    broken = "\n".join(
        f"committer {git_repo.git('log', '-1', '--format=%cn <%ce>')} {date}" if line.startswith("committer") else line
        for line in lines
    )
    git_repo.write("broken", broken + "\n")
    commit = git_repo.git("hash-object", "-t", "commit", "-w", "--literally", "broken")
    git_repo.git("update-ref", "refs/heads/main", commit)
    timeline = life(git_repo)
    assert [step.at for step in timeline.steps] == [EPOCH + 60, EPOCH + 60]
    assert "no date that can be read" in timeline.problems[0].message


def test_addresses_are_raw(git_repo: GitRepo) -> None:
    opened(git_repo)
    git_repo.commit(".mailmap", "Other <other@example.org> <sam@example.org>\n", EPOCH + 70)
    assert life(git_repo).opened.author == "sam@example.org"


def test_configuration_cannot_hide_merges_roots_or_steps(git_repo: GitRepo) -> None:
    test_a_merge_that_takes_only_our_side_hides_nothing(git_repo)
    steps = life(git_repo).steps
    for key, value in {
        "log.diffMerges": "off",
        "log.showRoot": "false",
        "log.showSignature": "true",
        "log.follow": "true",
        "diff.renames": "copies",
        "diff.orderFile": "/dev/null",
        "color.ui": "always",
        "format.pretty": "oneline",
        "core.quotePath": "true",
    }.items():
        git_repo.git("config", key, value)
    assert life(git_repo).steps == steps


def test_a_version_that_cannot_be_read_is_reported_and_changes_nothing(git_repo: GitRepo) -> None:
    opened(git_repo)
    good = text_of(git_repo)
    bad = git_repo.commit(PATH_A, good.replace("channel: phone", "chanel: phone"), EPOCH + 120)
    git_repo.commit(PATH_A, good.replace("p3", "p1"), EPOCH + 180)
    timeline = life(git_repo)
    assert [dict(step.changes) for step in timeline.steps[1:]] == [{"priority": "p1"}]
    problem = next(problem for problem in timeline.problems if "chanel" in problem.message)
    assert (problem.path, problem.line) == (PATH_A, good.split("\n").index("channel: phone") + 1)
    assert bad[:12] in problem.message


@pytest.mark.parametrize("content", [b"\xff\xfe", b"", b"- a list\n", b"a: &x [*x]\n", b"\0"])
def test_hostile_versions_are_problems_and_the_other_cases_are_read(git_repo: GitRepo, content: bytes) -> None:
    opened(git_repo)
    opened(git_repo, case_id("B"))
    (git_repo.root / PATH_A).write_bytes(content)
    git_repo.git("commit", "-q", "-a", "-m", "bad", at=EPOCH + 100)
    bad, good = read_timelines(git_repo.repo, git_repo.head)
    assert len(bad.steps) == 1
    assert bad.problems
    assert (len(good.steps), good.problems) == (1, ())
    states = list(current_cases(git_repo.repo, git_repo.head))
    assert [case and case.id for case, _ in states] == [None, case_id("B")]
    assert states[0][1][0].path == PATH_A


def test_an_edited_or_removed_entry_is_a_finding_and_changes_nothing(git_repo: GitRepo) -> None:
    opened(git_repo)
    stepped(git_repo, noting("first"), EPOCH + 100)
    last = stepped(git_repo, noting("second"), EPOCH + 110)
    edited = text_of(git_repo).replace("text: first", "text: forged")
    git_repo.commit(PATH_A, edited, EPOCH + 120)
    case, _ = parse_case(edited, PATH_A)
    assert case is not None
    git_repo.commit(PATH_A, dump(Case(case.fields, case.log[:1])), EPOCH + 130)
    timeline = life(git_repo)
    assert len(timeline.steps) == 3
    assert timeline.case() == last.case
    assert [problem.warning for problem in timeline.problems] == [True, True]
    assert ["edited" in timeline.problems[0].message, "removed" in timeline.problems[1].message] == [True, True]


def test_a_deleted_case_is_reported_and_its_life_stays(git_repo: GitRepo) -> None:
    opened(git_repo)
    git_repo.git("rm", "-q", PATH_A)
    git_repo.git("commit", "-q", "-m", "gone", at=EPOCH + 120)
    (timeline,) = read_timelines(git_repo.repo, git_repo.head)
    assert len(timeline.steps) == 1
    assert "deleted" in timeline.problems[0].message
    with pytest.raises(NotFound):
        read_timeline(git_repo.repo, A, git_repo.head)


def test_files_that_are_no_cases_are_none(git_repo: GitRepo) -> None:
    opened(git_repo)
    git_repo.commit("cases/2026/09/21/ABC-260921-0000A.files/table.yaml", "a: b\n", EPOCH + 70)
    git_repo.commit("cases/2026/09/22/ABC-260921-0000B.yaml", "a: b\n", EPOCH + 80)
    assert [timeline.case_id for timeline in read_timelines(git_repo.repo, git_repo.head)] == [A]
    problems = [problem.path for _, found in current_cases(git_repo.repo, git_repo.head) for problem in found]
    assert problems == ["cases/2026/09/22/ABC-260921-0000B.yaml"]


class TestResolving:
    """What people type."""

    @pytest.fixture
    def desk(self, git_repo: GitRepo) -> GitRepo:
        for name in ("ABC-260921-K7Q4P", "ABC-260921-M7Q4P", "ABC-260921-1100Z"):
            opened(git_repo, name)
        return git_repo

    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("ABC-260921-K7Q4P", "ABC-260921-K7Q4P"),
            ("abc-260921-k7q4p", "ABC-260921-K7Q4P"),
            ("k7q4p", "ABC-260921-K7Q4P"),
            ("260921-m7q4p", "ABC-260921-M7Q4P"),
            (" iLOoz ", "ABC-260921-1100Z"),
            ("z", "ABC-260921-1100Z"),
        ],
    )
    def test_any_unambiguous_tail(self, desk: GitRepo, typed: str, meant: str) -> None:
        assert resolve_case(desk.repo, desk.head, typed) == meant

    def test_an_ambiguous_tail_lists_the_candidates(self, desk: GitRepo) -> None:
        with pytest.raises(NotFound, match="any of 2 cases") as unclear:
            resolve_case(desk.repo, desk.head, "7q4p")
        assert unclear.value.hint == "one of: ABC-260921-K7Q4P, ABC-260921-M7Q4P"

    @pytest.mark.parametrize("typed", ["", "zzzzz", "ABC-260921-ZZZZZ", "no/such", "*"])
    def test_an_unknown_one(self, desk: GitRepo, typed: str) -> None:
        with pytest.raises(NotFound, match="no case"):
            resolve_case(desk.repo, desk.head, typed)


@pytest.mark.parametrize("seed", range(6))
def test_random_histories_read_the_same_both_ways(git_repo: GitRepo, seed: int) -> None:
    """Branches, plain merges, clocks that go wrong: bulk and single reading agree, and the fold ends at the file."""
    chance = random.Random(seed)
    at = EPOCH + 60
    for letter in "AB":
        opened(git_repo, case_id(letter), at)
    for turn in range(10):
        at += chance.randint(-300, 3000)
        branch = chance.choice(["main", "side"])
        on_branch(git_repo, branch, branch if turn and git_repo.git("branch", "--list", branch) else "main")
        name = case_id(chance.choice("AB"))
        field = {"main": "assignee", "side": "owner"}[branch]
        stepped(git_repo, setting(name, **{field: f"person-{turn}"}), at, name)
        if chance.random() < 0.4 and git_repo.git("branch", "--list", "side"):
            git_repo.git("checkout", "-q", "main")
            git_repo.git("merge", "--no-edit", "side", at=at + 30, check=False)
            if git_repo.git("status", "--porcelain", "-uno"):
                git_repo.git("merge", "--abort")
    git_repo.git("checkout", "-q", "main")
    for letter in "AB":
        timeline = life(git_repo, case_id(letter))
        stored, _ = parse_case(git_repo.git("show", f"HEAD:{timeline.path}") + "\n", timeline.path)
        assert timeline.case() == stored
        assert [step.at for step in timeline.steps] == sorted(step.at for step in timeline.steps)
