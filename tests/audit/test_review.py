"""The audit as a whole: which findings are listed, and that nothing in a clone changes what is found."""

from __future__ import annotations

from hashlib import sha1
from pathlib import Path
from shutil import copy

import pytest

from casectl.model.problems import CasectlError, NotFound
from tests.audit.plain import ID, OTHER, POLICY, Plain, begin, entry, path_of

HOLD = {"status": "on-hold", "waiting_for": "customer"}
LAX = POLICY.replace("acme", "lax").replace("ACM", "LAX")
TITLE = entry("n1", "note", "They rang.")


@pytest.fixture
def desk(tmp_path: Path) -> Plain:
    """Three findings: Eve is no member of the staff, Jo held without a word, Max edited a policy in force."""
    desk = begin(tmp_path / "desk", {"policies/lax/1.0.yaml": LAX})
    desk.open(who="eve")
    desk.step("hold", at="10:00", who="jo", **HOLD)
    desk.commit({"policies/lax/1.0.yaml": LAX.replace("within: 8h", "within: 9h")}, "An edit", who="max", at="11:00")
    return desk


def rows(desk: Plain, **wanted: str) -> list[dict[str, object]]:
    return [dict(row) for row in desk.review(**wanted).table.rows]


def test_everything_oldest_first(desk: Plain) -> None:
    found = desk.review()
    assert [row["code"] for row in found.table.rows] == ["stranger", "hold-unexplained", "policy-edited"]
    assert found.open == {"major": 1, "minor": 2, "observation": 0}
    assert found.table.title == "Audit: 1 major, 2 minor"
    assert found.fails_on("observation")
    assert found.fails_on("major")


def test_two_reviews_of_one_commit_are_the_same(desk: Plain) -> None:
    assert desk.review() == desk.review()


def test_since_and_until_go_by_the_commits(desk: Plain) -> None:
    """From the first on, and before the second."""
    assert desk.codes(since="10:00") == ["hold-unexplained", "policy-edited"]
    assert desk.codes(since="10:00:01", until="11:00:01") == ["policy-edited"]
    assert desk.codes(until="10:00") == ["stranger"]


def test_what_is_dated_later_than_now_is_in_every_window(desk: Plain) -> None:
    """Whoever chooses a date does not choose when it is found."""
    desk.step("note", TITLE, at="2031-01-01 09:00", who="jo")
    assert "future" in desk.codes(until="10:00")


def test_one_desk_and_what_is_nobodys(desk: Plain) -> None:
    assert desk.codes(desk="acme") == ["stranger", "hold-unexplained"]
    assert desk.codes(desk="lax") == ["policy-edited"]
    with pytest.raises(NotFound, match="lux"):
        desk.review(desk="lux")


def test_a_desk_keeps_the_findings_of_cases_that_are_gone(desk: Plain) -> None:
    desk.commit({path_of(): None}, "Tidy up")
    assert "deleted" in desk.codes(desk="acme")


def test_another_desk_is_told_nothing_of_files_beside_a_case(desk: Plain) -> None:
    photo = path_of().replace(".yaml", ".files/photo.png")
    desk.commit({photo: "an eagle"}, "A photo")
    desk.commit({photo: "a pigeon"}, "Another photo")
    assert "attachment-changed" in desk.codes(desk="acme")
    desk.commit({path_of(): None}, "Tidy up")
    assert "deleted" in desk.codes(desk="acme")
    assert desk.codes(desk="lax") == ["policy-edited"]


def test_a_history_without_a_case_has_nothing_to_say(tmp_path: Path) -> None:
    found = begin(tmp_path / "desk").review()
    assert (found.table.rows, found.table.title) == ((), "Audit: nothing open")
    assert not found.fails_on("observation")


class TestTheSameWhatever:
    """What a repository is configured to show, or keeps beside its history, changes nothing."""

    def test_another_clone(self, desk: Plain, tmp_path: Path) -> None:
        desk.git("clone", "-q", "--no-local", str(desk.root), str(tmp_path / "other"))
        assert rows(Plain(tmp_path / "other", desk.head)) == rows(desk)

    def test_a_mailmap(self, desk: Plain) -> None:
        """By it Eve would be Sam."""
        before = rows(desk)
        mapped = "Sam <sam@example.org> Eve <eve@example.org>\n"
        desk.commit({".mailmap": mapped}, "Names", who="max")
        (desk.root / ".mailmap").write_text(mapped)
        desk.git("config", "log.mailmap", "true")
        desk.git("config", "mailmap.blob", f"{desk.head}:.mailmap")
        assert desk.git("log", "-1", "--format=%aE", str(before[0]["commit"])) == "sam@example.org"
        *found, changed = rows(desk)
        assert found == before
        assert changed["code"] == "view-changed"

    def test_a_replaced_commit(self, desk: Plain) -> None:
        before = rows(desk)
        guilty = str(before[0]["commit"])
        content = desk.git("cat-file", "commit", guilty).replace("Eve <eve", "Sam <sam") + "\n"
        innocent = desk.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=content)
        desk.git("replace", guilty, innocent)
        assert desk.git("log", "-1", "--format=%ae", guilty) == "sam@example.org"
        assert rows(desk) == before

    def test_a_replaced_file(self, desk: Plain) -> None:
        before = rows(desk)
        held = desk.git("rev-parse", f"{desk.head}:{path_of()}")
        explained = desk.blob(desk.sheet().changed((TITLE,), {}).text)
        desk.git("replace", held, explained)
        assert "They rang." in desk.git("show", f"{desk.head}:{path_of()}")
        assert rows(desk) == before

    def test_a_graft(self, desk: Plain) -> None:
        """By it the history would begin after what Eve did."""
        before = rows(desk)
        (desk.root / ".git/info").mkdir(exist_ok=True)
        (desk.root / ".git/info/grafts").write_text(f"{desk.git('rev-parse', 'HEAD~1')}\n")
        assert desk.git("rev-list", "--count", "HEAD") == "2"
        assert rows(desk) == before

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("format.pretty", "oneline"),
            ("log.showSignature", "true"),
            ("log.showRoot", "false"),
            ("log.date", "relative"),
            ("log.diffMerges", "off"),
            ("log.follow", "true"),
            ("log.decorate", "full"),
            ("log.abbrevCommit", "true"),
            ("core.abbrev", "4"),
            ("core.quotePath", "false"),
            ("color.ui", "always"),
            ("diff.renames", "copies"),
            ("diff.noprefix", "true"),
            ("diff.ignoreSubmodules", "all"),
            ("diff.external", "true"),
            ("diff.orderFile", "policies/staff.yaml"),
            ("diff.relative", "true"),
            ("i18n.logOutputEncoding", "UTF-16"),
            ("i18n.commitEncoding", "latin1"),
            ("notes.displayRef", "*"),
            ("core.commitGraph", "true"),
            ("core.pager", "false"),
            ("submodule.recurse", "true"),
        ],
    )
    def test_a_configuration(self, desk: Plain, name: str, value: str) -> None:
        before = rows(desk)
        desk.git("config", name, value)
        assert rows(desk) == before


class TestRefused:
    """Nothing is certified of a clone that may lack something."""

    def test_a_shallow_clone(self, desk: Plain, tmp_path: Path) -> None:
        desk.git("clone", "-q", "--depth", "1", f"file://{desk.root}", str(tmp_path / "other"))
        refused = refusal(Plain(tmp_path / "other", desk.head))
        assert "shallow" in refused.message
        assert refused.hint == "git fetch --unshallow"

    def test_a_partial_clone(self, desk: Plain, tmp_path: Path) -> None:
        desk.git("config", "uploadpack.allowFilter", "true")
        desk.git("clone", "-q", "--filter=blob:none", f"file://{desk.root}", str(tmp_path / "other"))
        assert "partial" in refusal(Plain(tmp_path / "other", desk.head)).message


class TestCaches:
    """What git keeps beside the commits may have come with the directory: nobody is asked of it."""

    def test_a_commit_graph_of_another_history(self, desk: Plain, tmp_path: Path) -> None:
        other = begin(tmp_path / "other")
        other.open(OTHER)
        for each in (desk, other):
            each.git("commit-graph", "write", "--reachable")
        graph = Path(".git/objects/info/commit-graph")
        (desk.root / graph).chmod(0o644)
        copy(other.root / graph, desk.root / graph)
        assert desk.codes() == ["stranger", "hold-unexplained", "policy-edited"]

    def test_a_commit_graph_that_leaves_out_a_commit(self, desk: Plain) -> None:
        """Git walks by it, and never comes by what Jo did."""
        desk.git("commit-graph", "write", "--reachable")
        graph = desk.root / ".git/objects/info/commit-graph"
        graph.chmod(0o644)
        graph.write_bytes(with_parent(graph.read_bytes(), desk.head, desk.git("rev-parse", "HEAD~2")))
        assert desk.git("rev-list", "--count", "HEAD") == "3"
        assert desk.codes() == ["stranger", "hold-unexplained", "policy-edited"]


def with_parent(graph: bytes, commit: str, parent: str) -> bytes:
    """A commit graph in which a commit has another parent than it has; sealed, as git seals it."""
    chunks = {graph[at : at + 4]: int.from_bytes(graph[at + 4 : at + 12]) for at in range(8, 8 + 12 * graph[6], 12)}
    names = graph[chunks[b"OIDL"] : chunks[b"CDAT"]]
    place = [bytes.fromhex(name) for name in (commit, parent)]
    row, other = (names.index(name) // 20 for name in place)
    at = chunks[b"CDAT"] + 36 * row + 20
    content = graph[:at] + other.to_bytes(4) + graph[at + 4 : -20]
    return content + sha1(content, usedforsecurity=False).digest()


def refusal(desk: Plain) -> CasectlError:
    with pytest.raises(CasectlError) as refused:
        desk.review()
    assert refused.value.exit_code == 1
    return refused.value


def test_a_case_that_is_named_like_another_desks(desk: Plain) -> None:
    """What its file says counts, not the prefix that it has, for what is found before it is read, too."""
    desk.commit({path_of("LAX-261123-K7Q4P"): desk.sheet().text.replace(ID, "LAX-261123-K7Q4P")}, "A copy", who="jo")
    found = {str(row["code"]): row["desk"] for row in rows(desk)}
    assert found["form"] == "acme"


def test_a_date_set_back_hides_nothing_from_a_window(tmp_path: Path) -> None:
    """A commit counts no earlier than what it follows, whatever it says."""
    desk = begin(tmp_path / "desk")
    desk.open(at="2026-11-23 09:00")
    desk.commit({path_of(): None}, "Tidy up", at="2025-01-01 00:00")
    assert "deleted" in desk.codes(since="2026-11-01 00:00")


@pytest.mark.parametrize("first", ["ours", "theirs"])
def test_a_branch_hides_nothing_from_a_window(tmp_path: Path, first: str) -> None:
    """Whoever looked at ours at the end of November saw no case closed, whichever parent the merge names first."""
    desk = begin(tmp_path / "desk")
    opened = desk.open(resolution="Done.")
    theirs = desk.step("close", at="2026-11-24 10:00", status="closed")
    desk.go(opened)
    ours = desk.step("note", TITLE, at="2026-12-02 10:00")
    desk.go(ours if first == "ours" else theirs)
    desk.merge(theirs if first == "ours" else ours, at="2026-12-05 10:00")
    assert desk.codes() == ["illegal-move", "role", "late-merge"]
    assert desk.codes(since="2026-12-01 00:00") == ["illegal-move", "role", "late-merge"]
    assert desk.codes(until="2026-12-01 00:00") == ["illegal-move", "role"]
    assert desk.codes(since="2026-12-05 10:00:01") == []


def test_what_every_branch_was_built_on_is_not_told_again(desk: Plain) -> None:
    base = desk.head
    theirs = desk.step("note", TITLE, at="2026-12-02 10:00")
    desk.go(base)
    desk.step("note", entry("n2", "note", "They rang again."), at="2026-12-02 10:05")
    desk.merge(theirs, at="2026-12-02 10:10")
    assert desk.codes(since="2026-12-01 00:00") == []


def test_a_date_in_the_future_moves_no_others_out_of_a_window(desk: Plain) -> None:
    """It is told of always; what follows it belongs where it is dated."""
    desk.step("note", TITLE, at="2031-01-01 09:00", who="jo")
    desk.commit({path_of(): None}, "Tidy up", at="2026-12-01 10:00")
    assert desk.codes(since="2026-12-01 00:00", until="2026-12-02 00:00") == ["future", "clock-back", "deleted", "form"]
    assert desk.codes(since="2026-12-02 00:00") == ["future"]


def test_one_commit_against_two_desks_is_two_findings(tmp_path: Path) -> None:
    desk = begin(tmp_path / "desk", {"policies/lax/1.0.yaml": LAX})
    desk.open()
    both = {f"policies/{name}/1.0.yaml": text.replace("within: 8h", "within: 80h")
            for name, text in (("acme", POLICY), ("lax", LAX))}  # fmt: skip
    desk.commit(both, "More time", who="max")
    found = [row for row in rows(desk) if row["code"] == "policy-edited"]
    assert sorted(str(row["desk"]) for row in found) == ["acme", "lax"]
    assert len({row["id"] for row in found}) == 2
