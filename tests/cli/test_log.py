"""`casectl log`: what each step changed, in words."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Terminal
from tests.cli.promising import promising_desk


def test_of_lists_only_what_a_step_changed(terminal: Terminal, tmp_path: Path) -> None:
    desk = promising_desk(terminal, tmp_path)
    policy = desk.root / "policies" / "acme-desk" / "1.0.yaml"
    policy.write_text(policy.read_text().replace("{case: update_every}", "{agreed: resolution}"))
    desk.monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-11-23T08:10:00+00:00")
    desk.git("commit", "-qam", "a second time to agree")
    desk.monkeypatch.delenv("GIT_COMMITTER_DATE")
    case = desk.open(at="09:00")
    desk.step("agree", case, "completion", "2026-11-27T12:00:00+00:00", at="09:01")
    desk.step("agree", case, "resolution", "2026-11-26T12:00:00+00:00", at="09:02")
    for minute in (3, 4):
        desk.step("promise", case, "--due", "2026-11-24T12:00:00+00:00", "-m", "We call.", at=f"09:0{minute}")
    first, second = (record["id"] for record in desk.run("show", case, "-o", "json").json["commitments"])
    desk.step("promise", case, "--kept", first, at="09:05")
    desk.step("undo", case, "--reason", "not yet", at="09:06")
    told = [row["what"] for row in desk.run("log", case, "-o", "json").json["rows"]]
    kept = desk.git("rev-parse", "--short=12", "HEAD~1").strip()
    due = "call-back, due Tue 2026-11-24 12:00 GMT: We call."
    assert told[1:5] == [
        "agreed completion Fri 2026-11-27 12:00:00 GMT",
        "agreed resolution Thu 2026-11-26 12:00:00 GMT",
        f"commitments {first} {due}",
        f"commitments {second} {due}",
    ]
    assert told[5].endswith(f"commitments {first} call-back, kept")
    assert told[6].endswith(f"({kept}): not yet; commitments {first} call-back, kept -")


def test_an_undo_says_what_it_takes_back(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    desk.step("hold", case, "--waiting-for", "customer", at="09:10")
    desk.step("undo", case, "--reason", "Another case.", at="09:20")
    desk.step("note", case, "-m", "Looked.", at="09:30")
    desk.step("undo", case, "--reason", "Nothing seen.", at="09:40")
    desk.step("undo", case, case, "--reason", "Opened twice.", at="09:50")
    voids = [row["what"] for row in desk.run("log", case, "-o", "json").json["rows"] if "void" in row["what"]]
    held, noted = (desk.git("rev-parse", "--short=12", f"HEAD~{back}").strip() for back in (4, 2))
    assert voids[0].startswith("void of ")
    assert f" ({held}): Another case.; status open" in voids[0]
    assert f"void of note ({noted}): Nothing seen." in voids[1]
    assert "void of the whole case: Opened twice." in voids[2]
    assert "void of the whole case: Opened twice." in desk.run("show", case).out
