"""`--since last`: a set difference of findings against the last report that reached its reader."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from tests.cli.at_terminal import PROGRAM
from tests.cli.conftest import Terminal
from tests.cli.promising import promising_desk

NEWS = ("report", "breaches", "--since", "last")


@pytest.fixture
def desk(terminal: Terminal, tmp_path: Path) -> Terminal:
    return promising_desk(terminal, tmp_path)


def told(desk: Terminal, *more: str, code: int = 3, at: str | None = None) -> list[tuple[str, str]]:
    """What a report since the last one tells: `new` or `withdrawn` (`first` in a first report), and the case."""
    said = desk.run(*NEWS, *more, "-o", "json", code=code, at=at).out
    return [(row.get("news", "first"), row["id"]) for row in json.loads(said)["rows"]] if said else []


def kept(desk: Terminal, name: str = "breaches") -> Path:
    return desk.root / ".git" / "casectl" / "delivered" / f"{name}.json"


def late(desk: Terminal, title: str, at: str) -> str:
    """A case of the most urgent kind: nobody answers it, so it is breached half an hour later."""
    return desk.open(title, "--priority", "p1", at=at)


class TestNights:
    def test_each_finding_is_told_once(self, desk: Terminal) -> None:
        first = late(desk, "One", at="09:00")
        assert told(desk, at="10:00") == [("first", first)]
        assert told(desk, code=0, at="10:05") == []
        second = late(desk, "Two", at="10:10")
        assert told(desk, at="11:00") == [("new", second)]
        assert told(desk, code=0) == []

    def test_silence_in_every_form_when_nothing_is_new(self, desk: Terminal) -> None:
        late(desk, "One", at="09:00")
        desk.run(*NEWS, at="10:00", code=3)
        for how in ("table", "json", "csv", "jsonl", "md", "html"):
            said = desk.run(*NEWS, "-o", how)
            assert (said.out, said.err) == ("", "")

    def test_a_quiet_night_is_a_delivery_too(self, desk: Terminal) -> None:
        assert told(desk, code=0, at="08:30") == []
        assert json.loads(kept(desk).read_text())["as_of"] == "2026-11-23T08:30:00+00:00"

    def test_a_breach_that_lies_before_its_case_was_synced_is_not_missed(self, desk: Terminal, tmp_path: Path) -> None:
        """Opened and breached in a clone on Monday morning; it comes in when Monday has been reported already."""
        clone = tmp_path / "clone"
        desk.git("clone", "-q", str(desk.root), str(clone))
        away = Terminal(desk.home, clone, desk.monkeypatch)
        missed = late(away, "From the clone", at="09:00")
        assert told(desk, code=0, at="12:00") == []
        desk.git("pull", "-q", str(clone), "HEAD")
        assert desk.run("report", "breaches", "--since", "2026-11-23T12:00:00+00:00", at="13:00").out == ""
        assert told(desk, at="13:00") == [("new", missed)]

    def test_desks_and_switches_are_told_apart(self, desk: Terminal) -> None:
        case = late(desk, "One", at="09:00")
        assert told(desk, at="10:00") == [("first", case)]
        assert told(desk, "--desk", "acme-desk") == [("first", case)]
        assert ("first", case) in told(desk, "--at-risk")
        assert told(desk, "--desk", "acme-desk", code=0) == []
        assert sorted(path.name for path in kept(desk).parent.iterdir()) == [
            "breaches+at-risk.json", "breaches-acme-desk.json", "breaches.json",
        ]  # fmt: skip

    def test_what_was_about_to_be_late_is_new_once_and_never_withdrawn(self, desk: Terminal) -> None:
        case = desk.open(at="09:00")
        desk.step("agree", case, "completion", "2026-12-24T12:00:00+00:00")
        desk.step("set", case, "update_every=900h")
        assert told(desk, "--at-risk", at="09:05") == [("first", case)]
        desk.step("respond", case, "-m", "Seen.", at="09:10")
        assert told(desk, "--at-risk", code=0, at="09:11") == []
        assert told(desk, "--at-risk", at="16:00") == [("new", case)]


class TestWithdrawn:
    def test_an_overturned_breach_with_its_reason_and_commit(self, desk: Terminal) -> None:
        case = late(desk, "One", at="09:00")
        desk.step("respond", case, "-m", "Here.", at="09:40")
        desk.run(*NEWS, at="10:00", code=3)
        since, until = "2026-11-23T09:10:00+00:00", "2026-11-23T09:30:00+00:00"
        desk.step("exempt", case, "carrier", "--from", since, "--until", until, "--approved-by", "me", at="10:05")
        said = desk.run(*NEWS, code=3).out
        assert said.startswith("Breaches: 0 new, 1 withdrawn\n")
        by = desk.git("rev-parse", "HEAD").strip()
        assert f"overturned by {by[:12]}: exempt: carrier" in said
        assert told(desk, code=0) == []

    def test_its_row_as_data(self, desk: Terminal) -> None:
        case = late(desk, "One", at="09:00")
        desk.run(*NEWS, at="10:00", code=3)
        desk.step("undo", case, "--reason", "no such case", at="10:05")
        (row,) = desk.run(*NEWS, "-o", "json", code=3).json["rows"]
        assert (row["news"], row["id"], row["target"], row["state"]) == ("withdrawn", case, "response", "withdrawn")
        assert row["breached_at"] == row["overturned_at"] == "2026-11-23T09:30:00+00:00"
        assert row["overturned_by"] == desk.git("rev-parse", "HEAD").strip()
        assert row["reason"] == "voided: no such case"

    def test_a_breach_that_came_and_went_between_two_reports_is_told_too(self, desk: Terminal) -> None:
        desk.run(*NEWS, at="08:30")
        case = late(desk, "One", at="09:00")
        desk.step("note", case, "-m", "Nobody is here.", at="10:00")
        desk.step("undo", case, case, "--reason", "no such case", at="10:05")
        assert told(desk) == [("new", case)]
        assert told(desk, code=0) == []

    def test_a_step_that_came_in_late(self, desk: Terminal, tmp_path: Path) -> None:
        """The answer was given in time, in a clone that was synced after the report."""
        case = late(desk, "One", at="09:00")
        clone = tmp_path / "clone"
        desk.git("clone", "-q", str(desk.root), str(clone))
        Terminal(desk.home, clone, desk.monkeypatch).step("respond", case, "-m", "On it.", at="09:20")
        desk.run(*NEWS, at="10:00", code=3)
        desk.git("pull", "-q", str(clone), "HEAD")
        said = desk.run(*NEWS, at="10:10", code=3).out
        assert "met, as is known now" in said
        (why,) = [line for line in said.splitlines() if line.startswith("which steps did it: casectl ")]
        assert "response: On it." in desk.run(*shlex.split(why)[5:], code=3).out

    def test_a_case_that_is_gone(self, desk: Terminal) -> None:
        before = desk.git("rev-parse", "HEAD").strip()
        case = late(desk, "One", at="09:00")
        desk.run(*NEWS, at="10:00", code=3)
        desk.git("reset", "-q", "--hard", before)
        said = desk.run(*NEWS, code=3).out
        assert case in said
        assert "the case is gone" in said


class TestDelivery:
    def test_what_could_not_be_written_out_was_not_delivered(self, desk: Terminal) -> None:
        late(desk, "One", at="09:00")
        full = Path("/dev/full")
        if not full.exists():
            pytest.skip("no device that is always full here")
        desk.set_clock("10:00")
        words = ["-c", PROGRAM, str(desk.times[-1]), *NEWS]
        code = _run_into(desk, full, words)
        assert code == 1
        assert not kept(desk).exists()
        assert _run_into(desk, Path("/dev/null"), words) == 3
        assert kept(desk).exists()

    def test_damage_is_said_and_everything_is_new(self, desk: Terminal) -> None:
        case = late(desk, "One", at="09:00")
        desk.run(*NEWS, at="10:00", code=3)
        good = kept(desk).read_text()
        nested = good.replace(f'"{case}"', '{"a": [[]]}')
        for damage in ("", "{", "[]", '{"schema": "other/1"}', good.replace("breached", "bleached"), nested,
                       good.replace(", 1, ", ", 1e400, ")):  # fmt: skip
            kept(desk).write_text(damage)
            said = desk.run(*NEWS, code=3)
            assert case in said.out
            assert "what the last report found cannot be read, so everything is new" in said.err
            assert desk.run(*NEWS).out == ""

    def test_where_nothing_can_be_remembered_that_is_said(self, desk: Terminal) -> None:
        case = late(desk, "One", at="09:00")
        kept(desk).parent.write_text("a file in its place")
        said = desk.run(*NEWS, at="10:00", code=3)
        assert case in said.out
        assert "this report cannot be remembered" in said.err

    def test_looking_back_moves_nothing(self, desk: Terminal) -> None:
        case = late(desk, "One", at="09:00")
        desk.run(*NEWS, at="10:00", code=3)
        before = kept(desk).read_text()
        desk.run(*NEWS, "--as-of", "2026-11-23T09:10:00+00:00")
        desk.run(*NEWS, "--at", "HEAD~1", code=3)
        assert kept(desk).read_text() == before
        assert told(desk, code=0) == []
        assert case

    def test_what_lies_after_the_moment_looked_back_at_is_not_withdrawn(self, desk: Terminal) -> None:
        """Of the last report's three breaches, one was there at 10:15; one case was not even opened then."""
        policy = desk.root / "policies" / "acme-desk" / "1.0.yaml"
        policy.write_text(policy.read_text().replace("opened\n    stop: responded", "received\n    stop: responded"))
        desk.monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-11-23T08:10:00+00:00")
        desk.git("commit", "-qam", "from the receipt on")
        desk.monkeypatch.delenv("GIT_COMMITTER_DATE")
        first = late(desk, "One", at="09:00")
        before = desk.git("rev-parse", "HEAD").strip()
        late(desk, "Two", at="10:00")
        desk.step("open", "--title", "Old", "--priority", "p1", "--received", "2026-11-23T08:30:00+00:00", at="10:30")
        assert len(told(desk, at="11:00")) == 3
        assert told(desk, "--as-of", "2026-11-23T10:15:00+00:00", code=0) == []
        since = f"{desk.git('rev-parse', 'HEAD').strip()}@2026-11-23T11:00:00+00:00"
        desk.run("report", "breaches", "--since", since, "--as-of", "2026-11-23T10:15:00+00:00")
        desk.git("reset", "-q", "--hard", before + "^")
        said = desk.run(*NEWS, "--as-of", "2026-11-23T10:15:00+00:00", code=3).out
        assert "the case is gone" in next(line for line in said.splitlines() if first in line)

    def test_the_future_is_told_and_not_remembered(self, desk: Terminal) -> None:
        case = late(desk, "One", at="09:00")
        said = desk.run(*NEWS, "--as-of", "2026-11-24T09:00:00+00:00", code=3)
        assert case in said.out
        assert "a report about the future is not remembered" in said.err
        assert not kept(desk).exists()
        assert told(desk, at="10:00") == [("first", case)]
        assert "not remembered" not in desk.run(*NEWS).err

    def test_a_delivery_out_of_the_future_is_none(self, desk: Terminal) -> None:
        case = late(desk, "One", at="09:00")
        desk.run(*NEWS, at="2026-11-24 10:00", code=3)
        desk.set_clock("10:00")
        said = desk.run(*NEWS, code=3)
        assert case in said.out
        assert "the last report lies in the future (2026-11-24T10:00:00+00:00), so everything is new" in said.err
        said = desk.run(*NEWS)
        assert (said.out, said.err) == ("", "")


class TestReproduced:
    @pytest.mark.parametrize("how", ["table", "json", "csv", "md"])
    def test_the_header_names_what_it_was_compared_with(self, desk: Terminal, how: str) -> None:
        first = late(desk, "One", at="09:00")
        desk.run(*NEWS, at="10:00", code=3)
        desk.step("undo", first, "--reason", "no such case", at="10:05")
        late(desk, "Two", at="10:10")
        state = kept(desk).read_text()
        said = desk.run(*NEWS, "-o", how, at="11:00", code=3).out
        kept(desk).write_text(state)
        again = desk.run(*NEWS, "-o", "json", code=3).json["reproduce"]
        kept(desk).unlink()
        assert "--since" in again
        assert " last" not in again
        desk.step("note", first, "-m", "later", at="12:00")
        assert desk.run(*shlex.split(again)[1:], "-o", how, code=3).out == said

    def test_a_first_report_is_an_ordinary_one(self, desk: Terminal) -> None:
        late(desk, "One", at="09:00")
        said = desk.run(*NEWS, at="10:00", code=3).out
        assert desk.run("report", "breaches", code=3).out == said


def test_a_file_that_cannot_be_read_is_told_once(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    path = desk.root / desk.run("show", case, "-o", "json").json["path"]
    path.write_text(path.read_text().replace("status: open", "status: [open"))
    desk.monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-11-23T09:05:00+00:00")
    desk.git("commit", "-qam", "a hand edit")
    assert f"{path.relative_to(desk.root)}:" in desk.run(*NEWS, at="09:10", code=3).out
    assert desk.run(*NEWS).out == ""


def test_options_that_do_not_go_together(desk: Terminal) -> None:
    assert "asks about no window" in desk.run(*NEWS, "--until", "2026-11-24", code=2).err
    assert "no commit 'nowhere'" in desk.run("report", "breaches", "--since", "nowhere@2026-11-24", code=4).err


def _run_into(desk: Terminal, out: Path, words: list[str]) -> int:
    import os
    import subprocess
    import sys

    source = str(Path(__file__).resolve().parents[2])
    with out.open("w") as file:
        done = subprocess.run(
            [sys.executable, *words], cwd=desk.root, stdout=file, env={**os.environ, "PYTHONPATH": source}, check=False
        )
    return done.returncode
