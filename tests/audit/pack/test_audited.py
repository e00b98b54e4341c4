"""The moment of a pack's audit: an input, against which the future is told and acceptances end."""

from __future__ import annotations

from pathlib import Path
from shlex import split

from tests.audit.pack.packing import AUDITED, PERIOD, UNTIL, Pack, commit
from tests.cli.conftest import Terminal


def test_a_commit_that_is_dated_in_the_future_is_found(told: Terminal, place: Path) -> None:
    """By the moment of packing, which is an input: a month later the same inputs tell it still."""
    (told.root / "NEWS").write_text("none\n")
    commit(told, "2027-03-01T09:00:00", "Tomorrow's news")
    tip = told.git("rev-parse", "HEAD").strip()
    said = told.run("audit", "pack", "--out", str(place / "p.zip"), "--until", UNTIL)
    assert said.err == ""
    made = Pack(place / "p.zip")
    assert made.manifest["audited_at"] == AUDITED, "the clock's"
    assert ("future", tip) in {(row["code"], row["commit"]) for row in made.table("findings.csv")}
    told.run(*split(made.manifest["commands"]["pack"])[1:], at="2027-04-01 12:00")
    assert (told.root / "PACK.zip").read_bytes() == made.path.read_bytes()
    told.run("audit", "verify", str(made.path), "--recompute")
    told.run("audit", "pack", "--out", str(place / "q.zip"), "--until", UNTIL)
    assert "future" not in {row["code"] for row in Pack(place / "q.zip").table("findings.csv")}, "it is past by now"


def test_what_was_accepted_is_open_again_by_the_moment_of_the_audit(told: Terminal, place: Path) -> None:
    words = ("audit", "pack", "--force", "--out", str(place / "p.zip"), *PERIOD[:4])
    told.run(*words)
    (row, *_) = (row for row in Pack(place / "p.zip").table("findings.csv") if row["severity"] != "observation")
    word = f"{{finding: {row['id']}, by: bo, why: Known., until: 2026-12-01}}"
    (told.root / "policies" / "accepted.yaml").write_text(f"accepted:\n- {word}\n")
    told.git("config", "user.email", "bo@desk.example")
    commit(told, "2026-11-26T12:00:00", "Accept it")

    def state(audited_at: str) -> str:
        told.run(*words, "--audited-at", audited_at, at="2027-01-10 12:00")
        return {row["id"]: row["state"] for row in Pack(place / "p.zip").table("findings.csv")}[row["id"]]

    assert (state("2026-11-27"), state("2026-12-24")) == ("accepted", "open")


def test_an_audit_of_the_future_is_warned_of(told: Terminal, place: Path) -> None:
    said = told.run("audit", "pack", "--out", str(place / "p.zip"), "--audited-at", "2027-01-01")
    assert "--audited-at lies in the future" in said.err
    told.run("audit", "pack", "--out", str(place / "q.zip"), "--audited-at", "9027-01-01", code=2)
