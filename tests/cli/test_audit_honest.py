"""Honest work, taken by casectl itself, is blamed for nothing: undone steps, crossing clones, what time does."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from tests.audit.plain import HERE, POLICY, STAFF
from tests.cli.conftest import Terminal

UCI = Path(__file__).parents[1] / "uci"


@pytest.fixture
def sam(terminal: Terminal) -> Terminal:
    """Sam's clone of the desk that the audit's stories are about."""
    terminal.run("init", str(terminal.root), "--policy", str(HERE / "desk.yaml"), at="08:00")
    (terminal.root / "policies/staff.yaml").write_text(STAFF.replace("  max:", "  mia:").replace("max@", "mia@"))
    as_somebody(terminal, "max")
    terminal.git("add", "policies")
    at_its_own_time(terminal, "commit", "-qm", "Our staff")
    as_somebody(terminal, "sam")
    return terminal


def as_somebody(desk: Terminal, name: str) -> Terminal:
    desk.git("config", "user.name", name.title())
    desk.git("config", "user.email", f"{name}@example.org")
    return desk


def at_its_own_time(desk: Terminal, *words: str) -> None:
    """Plain git, by the desk's clock."""
    with desk.monkeypatch.context() as patch:
        for name in ("AUTHOR", "COMMITTER"):
            patch.setenv(f"GIT_{name}_DATE", f"@{desk.times[-1]} +0000")
        desk.git(*words)


@pytest.fixture
def pair(sam: Terminal) -> tuple[Terminal, Terminal]:
    """Sam's clone and Jo's, beside a shared repository."""
    hub = sam.root.with_name("hub.git")
    sam.git("init", "-q", "--bare", "-b", "main", str(hub))
    sam.git("remote", "add", "origin", str(hub))
    sam.run("sync")
    sam.git("clone", "-q", str(hub), str(sam.root.with_name("jo")))
    return sam, as_somebody(replace(sam, root=sam.root.with_name("jo")), "jo")


def found(desk: Terminal, at: str = "2026-12-24 12:00") -> list[str]:
    """The codes of what the audit finds."""
    desk.set_clock(at)
    said = desk.run("audit", "-o", "json", "--fail-on", "major")
    rows = json.loads(said.out)["rows"] if said.out else []
    return [str(row["code"]) for row in rows]


def as_lee(desk: Terminal, *words: str, at: str | None = None) -> None:
    """A step that is for the lead."""
    as_somebody(desk, "lee")
    desk.run(*words, at=at)
    as_somebody(desk, "sam")


def test_a_whole_life(sam: Terminal) -> None:
    case = sam.open(at="09:00")
    sam.run("take", case, at="09:10")
    sam.run("respond", case, "-m", "We look.", at="09:20")
    sam.run("hold", case, "--waiting-for", "customer", "-m", "Which name?", at="09:30")
    sam.run("email", case, "--in", "-m", "This one.", at="10:00")
    sam.run("resume", case, at="10:05")
    sam.run("escalate", case, "--reason", "Nobody knows.", at="12:30")
    sam.run("resolve", case, "-m", "Solved.", at="13:00")
    as_lee(sam, "close", case, at="13:30")
    assert found(sam) == []


def test_what_was_undone(sam: Terminal) -> None:
    case = sam.open(at="09:00")
    sam.run("take", case, at="09:10")
    sam.run("resolve", case, "-m", "Solved.", at="09:20")
    sam.run("undo", case, "--reason", "Another case.", at="09:25")
    sam.run("undo", case, "--reason", "Not mine.", at="09:26")
    sam.run("hold", case, "--waiting-for", "customer", "-m", "Which name?", at="09:30")
    assert found(sam) == []


def test_an_undo_that_was_undone(sam: Terminal) -> None:
    case = sam.open(at="09:00")
    sam.run("resolve", case, "-m", "Solved.", at="09:20")
    undone = sam.step("undo", case, "--reason", "Another case.", at="09:25")
    sam.run("undo", case, str(undone["entries"][0]), "--reason", "No, this one.", at="09:26")
    as_lee(sam, "close", case, at="09:40")
    assert found(sam) == []


def test_a_case_that_was_taken_back_as_a_whole(sam: Terminal) -> None:
    """It is named, and that is all."""
    case = sam.open(at="09:00")
    sam.run("note", case, "-m", "They rang.", at="09:05")
    sam.run("undo", case, case, "--reason", "A test.", at="09:10")
    assert found(sam) == ["case-undone"]


def test_a_case_that_was_merged(sam: Terminal) -> None:
    case, other = sam.open(at="09:00"), sam.open(at="09:01")
    sam.run("merge", other, "--into", case, at="09:05")
    sam.run("note", case, "-m", "They rang twice.", at="09:06")
    assert found(sam) == []


def test_what_time_did(sam: Terminal) -> None:
    """By a machine that nobody has in the staff list."""
    case = sam.open(at="09:00")
    as_somebody(sam, "cron")
    sam.run("sweep", at="16:00")
    as_somebody(sam, "sam")
    sam.run("resolve", case, "-m", "Solved.", at="16:30")
    as_somebody(sam, "cron")
    sam.run("sweep", at="2026-11-25 10:00")
    assert sam.run("show", case, "-o", "json").json["status"] == "closed"
    assert found(sam) == []


def test_a_sweep_that_was_taken_back(sam: Terminal) -> None:
    case = sam.open(at="09:00")
    sam.run("sweep", at="16:00")
    sam.run("undo", case, "--reason", "We know.", at="16:05")
    sam.run("sweep", at="16:10")
    assert found(sam) == []


def test_a_hand_edit_that_was_adopted(sam: Terminal) -> None:
    """It is named, and that is all."""
    case = sam.open(at="09:00")
    path = next(Path(sam.root, "cases").rglob("*.yaml"))
    path.write_text(path.read_text().replace("Nobody can sign in", "Nobody can sign out"))
    sam.run("adopt", case, at="09:05")
    assert found(sam) == ["adopted"]


def test_an_exemption_asked_for_and_approved(sam: Terminal) -> None:
    case = sam.open(at="09:00")
    period = ("--from", "2026-11-23T09:00:00+00:00", "--until", "2026-11-23T10:00:00+00:00")
    sam.run("exempt", case, "strike", *period, "-m", "They strike.", at="11:00")
    as_lee(sam, "exempt", case, "--approve", "strike", at="11:05")
    assert found(sam) == []


def test_clones_whose_steps_crossed(pair: tuple[Terminal, Terminal]) -> None:
    """Sam resolved the case; Jo, who could not know, took it and put it on hold. Then one of the two is settled."""
    sam, jo = pair
    case = sam.open(at="09:00")
    sam.run("sync")
    jo.run("sync")
    sam.run("resolve", case, "-m", "Solved.", at="09:10")
    jo.run("take", case, at="09:15")
    jo.run("hold", case, "--waiting-for", "customer", "-m", "Which name?", at="09:20")
    sam.run("sync", at="09:30")
    jo.run("sync", at="09:31")
    assert set(found(jo)) == {"disputed"}
    jo.run("settle", case, at="09:40")
    jo.run("resume", case, at="09:45")
    jo.run("sync", at="09:50")
    sam.run("sync", at="09:51")
    assert found(jo) == found(sam) == []


def test_a_step_after_one_that_crossed(pair: tuple[Terminal, Terminal]) -> None:
    """Jo resolved, reopened and resolved again in a train, while Sam closed what he had resolved."""
    sam, jo = pair
    case = sam.open(at="09:00")
    sam.run("sync")
    jo.run("sync")
    sam.run("resolve", case, "-m", "Solved.", at="09:10")
    as_lee(sam, "close", case, at="09:12")
    jo.run("resolve", case, "-m", "Solved here.", at="09:13")
    jo.run("reopen", case, "-m", "Not yet.", at="09:14")
    jo.run("resolve", case, "-m", "Now.", at="09:15")
    sam.run("sync", at="09:30")
    jo.run("sync", at="09:31")
    assert set(found(jo)) == {"disputed"}


def test_two_machines_that_did_what_was_due(pair: tuple[Terminal, Terminal]) -> None:
    """One swept; the other, who could not know, swept too, and resolved the case before."""
    sam, jo = pair
    case, other = sam.open(at="09:00"), sam.open("Another", at="09:00")
    sam.run("sync")
    jo.run("sync")
    sam.run("sweep", at="16:00")
    jo.run("resolve", case, "-m", "Solved.", at="15:55")
    jo.run("sweep", at="16:01")
    jo.run("sync", at="16:05")
    sam.run("sync", at="16:06")
    sam.run("resolve", other, "-m", "Solved.", at="16:10")
    sam.run("sync", at="16:15")
    jo.run("sync", at="16:16")
    sam.run("sweep", at="2026-11-25 10:00")
    jo.run("sweep", at="2026-11-25 10:01")
    sam.run("sync", at="2026-11-25 10:02")
    jo.run("sync", at="2026-11-25 10:03")
    assert found(jo) == []


def test_plain_git_pull(pair: tuple[Terminal, Terminal]) -> None:
    sam, jo = pair
    case, other = sam.open(at="09:00"), sam.open("Another", at="09:01")
    sam.run("sync")
    jo.run("sync")
    sam.run("note", case, "-m", "They rang.", at="09:10")
    jo.run("note", other, "-m", "They rang here, too.", at="09:15")
    sam.run("sync", at="09:30")
    at_its_own_time(jo, "pull", "-q", "--no-rebase", "--no-edit", "origin", "main")
    jo.run("take", case, at="09:35")
    assert len(jo.git("rev-list", "--merges", "HEAD").split()) == 1
    assert found(jo) == []


def test_two_undos_of_one_step(pair: tuple[Terminal, Terminal]) -> None:
    sam, jo = pair
    case = sam.open(at="09:00")
    sam.run("take", case, at="09:05")
    sam.run("sync")
    jo.run("sync")
    sam.run("undo", case, "--reason", "Not mine.", at="09:10")
    jo.run("undo", case, "--reason", "Not his.", at="09:11")
    sam.run("sync", at="09:30")
    jo.run("sync", at="09:31")
    jo.run("take", case, at="09:40")
    assert found(jo) == []


def test_two_undos_of_one_case(pair: tuple[Terminal, Terminal]) -> None:
    """The first took it back; what the other put back on its own side is no step of a case that goes on."""
    sam, jo = pair
    case = sam.open(at="09:00")
    sam.run("take", case, at="09:05")
    sam.run("sync")
    jo.run("sync")
    sam.run("undo", case, case, "--reason", "A test.", at="09:10")
    jo.run("undo", case, case, "--reason", "Only a test.", at="09:11")
    sam.run("sync", at="09:30")
    jo.run("sync", at="09:31")
    assert found(jo) == ["case-undone"]


def test_work_on_a_case_that_another_clone_had_taken_back(pair: tuple[Terminal, Terminal]) -> None:
    """Jo, who had it in hand, went on with it; Sam settled meanwhile that it stands, and solved it."""
    sam, jo = pair
    case = sam.open(at="09:00")
    sam.run("sync")
    jo.run("sync")
    sam.run("undo", case, case, "--reason", "A test.", at="09:10")
    jo.run("take", case, at="09:11")
    sam.run("sync", at="09:30")
    jo.run("sync", at="09:31")
    sam.run("sync", at="09:32")
    sam.run("settle", case, at="09:35")
    sam.run("resolve", case, "-m", "Solved.", at="09:36")
    jo.run("hold", case, "--waiting-for", "customer", "-m", "Which name?", at="09:40")
    sam.run("sync", at="09:50")
    jo.run("sync", at="09:51")
    assert set(found(jo)) == {"disputed"}


def test_two_files_that_were_attached_under_one_name(pair: tuple[Terminal, Terminal], tmp_path: Path) -> None:
    """One of them lies beside the other, under a name that no log entry holds."""
    sam, jo = pair
    case = sam.open(at="09:00")
    sam.run("sync")
    jo.run("sync")
    log = tmp_path / "router.log"
    for desk, words in ((sam, "no carrier"), (jo, "line up")):
        log.write_text(words)
        desk.run("attach", case, str(log), at="09:10")
    sam.run("sync", at="09:30")
    jo.run("sync", at="09:31")
    assert len(jo.git("ls-files", "*router.log").split()) == 2
    assert found(jo) == []


def test_an_undo_after_a_hold_that_crossed(pair: tuple[Terminal, Terminal]) -> None:
    """Sam's hold left whom the case waited for in a case that Jo had taken; an undo leaves that out."""
    sam, jo = pair
    case = sam.open(at="09:00")
    sam.run("sync")
    jo.run("sync")
    sam.run("hold", case, "--waiting-for", "supplier", "-m", "Ordered.", at="09:10")
    jo.run("take", case, at="09:15")
    sam.run("sync", at="09:30")
    jo.run("sync", at="09:31")
    jo.run("hold", case, "--waiting-for", "customer", "-m", "Which name?", at="09:40")
    jo.run("undo", case, "--reason", "Not this one.", at="09:41")
    assert set(found(jo)) == {"disputed"}


def late_twice(terminal: Terminal) -> tuple[Terminal, Terminal, str]:
    """Two clones of a case, at the desk where each word that was not kept goes one level up: two words were not."""
    terminal.run("init", str(terminal.root), "--policy", "expereo", at="08:00")
    (terminal.root / "policies/staff.yaml").write_text(
        "staff:\n  sam: {name: Sam, mail: sam@example.org, roles: [case-manager]}\n"
    )
    as_somebody(terminal, "sam")
    terminal.git("add", "policies")
    at_its_own_time(terminal, "commit", "-qm", "Our staff")
    asked = ("--category", "degraded", "--channel", "phone", "--title", "Slow", "-o", "id")
    case = terminal.run("open", "--customer", "acme", "--service", "head-office", *asked, at="09:00").out.strip()
    for due in ("1h", "2h"):
        terminal.run("promise", case, "--kind", "call-back", "--due", due, "-m", "We ring.", at="09:01")
    other = replace(terminal, root=terminal.root.with_name("other"))
    hub = terminal.root.with_name("hub.git")
    terminal.git("clone", "-q", "--bare", str(terminal.root), str(hub))
    terminal.git("remote", "add", "origin", str(hub))
    terminal.git("clone", "-q", str(hub), str(other.root))
    return terminal, as_somebody(other, "sam"), case


def sweep_both(one: Terminal, other: Terminal) -> None:
    for desk, at in ((one, "12:00"), (other, "12:01")):
        as_somebody(desk, "cron").run("sweep", at=at)
        as_somebody(desk, "sam")
    for desk in (one, other):
        desk.run("sync", at="12:05")


def test_two_machines_that_went_up_two_levels(terminal: Terminal) -> None:
    """It was done once, and contradicts nothing."""
    one, other, _ = late_twice(terminal)
    sweep_both(one, other)
    assert found(other) == []


def test_two_machines_that_did_what_was_due_from_other_levels(terminal: Terminal) -> None:
    """The second had been told to go up by hand: what it did by itself is no deed of who runs it."""
    one, other, case = late_twice(terminal)
    other.run("escalate", case, "--reason", "They are angry.", at="11:30")
    sweep_both(one, other)
    assert set(found(other)) <= {"disputed"}


def test_a_month_of_the_shipped_desks(terminal: Terminal) -> None:
    """Two cases of the demo claim to have come in more than a day before they were opened, and did; a breach was
    exempted, and a case taken back. That is told, and nothing else."""
    terminal.run("demo", str(terminal.root), "--as-of", "2026-11-06T17:00:00+00:00", at="2026-11-06 17:00")
    assert set(found(terminal)) == {"breach-exempted", "case-undone", "claim-old"}


EACH = "open triage assign take respond hold resume refer escalate expedite promise agree exempt update root-cause"
EACH += " confirm-path handover attempt confirm attach call email note link merge set resolve reopen close undo"


@pytest.fixture
def guild(terminal: Terminal) -> Terminal:
    """A desk where each step is for one role alone, and nobody has two."""
    authority = "".join(f"  {verb}: {{by: may-{verb}, otherwise: warn}}\n" for verb in EACH.split())
    more = "commitments:\n  call-back: {label: A call back}\npaths: {a: Works as required}\n"
    head, _, rest = POLICY.partition("authority:\n")
    text = f"{head}authority:\n{authority}{more}{rest[rest.index('states:') :]}"
    people = [f"  {verb}: {{name: {verb}, mail: {verb}@example.org, roles: [may-{verb}]}}\n" for verb in EACH.split()]
    folder = terminal.home / "guild"
    (folder / "holidays").mkdir(parents=True)
    (folder / "desk.yaml").write_text(text.replace("within: 4h}\n", "within: {agreed: response}}\n", 1))
    (folder / "holidays/feasts.yaml").write_text((HERE / "holidays/feasts.yaml").read_text())
    terminal.run("init", str(terminal.root), "--policy", str(folder / "desk.yaml"), at="08:00")
    (terminal.root / "policies/staff.yaml").write_text("staff:\n" + "".join(people))
    as_somebody(terminal, "max")
    terminal.git("add", "policies")
    at_its_own_time(terminal, "commit", "-qm", "Our staff")
    return terminal


def work(guild: Terminal, who: str = "") -> None:
    """Something of everything, each step by whom it is for, or all of them by somebody else."""
    period = ("--from", "2026-11-23T09:00:00+00:00", "--until", "2026-11-23T10:00:00+00:00")
    as_somebody(guild, who or "open")
    case, other = guild.open(at="09:00"), guild.open("Another", at="09:01")
    steps = [
        ("triage", case, "--priority", "p3"),
        ("agree", case, "response", "4h"),
        ("take", case),
        ("assign", other, "take"),
        ("handover", case, "--to", "assign", "-m", "Yours."),
        ("respond", case, "-m", "We look."),
        ("hold", case, "--waiting-for", "supplier", "-m", "Ordered."),
        ("hold", case, "--waiting-for", "customer", "-m", "Which name?"),
        ("email", case, "--in", "-m", "This one."),
        ("resume", case),
        ("refer", case, "--to", "the desk of Hilltop", "--waiting-for", "supplier"),
        ("resume", case),
        ("call", case, "--out", "-m", "Told them."),
        ("note", case, "-m", "All told."),
        ("expedite", case, "--reason", "The director."),
        ("promise", case, "--due", "2h", "-m", "We ring."),
        ("promise", case, "--kept"),
        ("update", case, "-m", "Nearly."),
        ("root-cause", case, "-m", "A typo."),
        ("confirm-path", case, "a", "-m", "As required."),
        ("attempt", case, "--by", "call", "-m", "Nobody there."),
        ("set", case, "service=mail", "description=More of it", "update_every=4h"),
        ("attach", case, str(HERE / "desk.yaml")),
        ("link", case, other, "--because", "The same."),
        ("undo", case, "--reason", "It is not."),
        ("exempt", case, "storm", *period, "--approved-by", "exempt", "-m", "A storm."),
        ("resolve", case, "-m", "Solved.", "--reason-for-outage", "A typo."),
        ("reopen", case, "-m", "Not yet."),
        ("resolve", case, "-m", "Now."),
        ("confirm", case, "-m", "They say so."),
        ("close", case, "--satisfaction", "5"),
        ("merge", other, "--into", guild.open("A third", at="09:02")),
    ]
    for minute, step in enumerate(steps):
        as_somebody(guild, who or step[0]).run(*step, at=f"11:{minute + 10}")


def test_each_step_by_whom_alone_it_is_for(guild: Terminal) -> None:
    """Whoever may take a step is asked for no other role, whatever goes with it."""
    work(guild)
    assert found(guild) == []


def test_each_step_by_whom_it_is_not_for(guild: Terminal) -> None:
    """Every one of them is told, but for those that go with all others."""
    work(guild, "note")
    guild.set_clock("2026-12-24 12:00")
    rows = guild.run("audit", "-o", "json", code=3).json["rows"]
    blamed = {row["commit"] for row in rows if row["code"] == "role"}
    steps = [
        line.split(" ") for line in guild.git("log", "--no-merges", "--format=%H %s", "--grep", "Case: ").splitlines()
    ]
    assert {verb.rstrip(":") for commit, _, verb, *_ in steps if commit not in blamed} == {"note", "link"}


@pytest.fixture
def company(terminal: Terminal) -> Terminal:
    """A company's log, taken over: it holds rows that no map can read, so the import ends with 3."""
    terminal.run("init", str(terminal.root), "--policy", str(UCI / "policy.yaml"), at="08:00")
    terminal.run("import", "csv", str(UCI / "sample.csv"), "--map", str(UCI / "map.yaml"), code=3)
    return terminal


def test_a_real_log_that_was_taken_over(company: Terminal) -> None:
    """Its steps are testimony, and blamed for nothing that they tell; what was done here since is judged."""
    assert found(company) == ["testimony"]
    case = str(company.run("list", "--all", "-o", "json").json["rows"][0]["id"])
    as_somebody(company, "eve").run("note", case, "-m", "Seen here.", at="2026-12-24 12:00")
    assert sorted(found(company)) == ["stranger", "testimony"]


def test_a_real_log_that_went_on(terminal: Terminal, tmp_path: Path) -> None:
    """It is read without the last row of each case, and then with it: every case goes on. Where the desk worked in
    between, on a case of its own, each import is testimony by itself."""
    rows = (UCI / "sample.csv").read_text().splitlines(keepends=True)
    earlier = [row for row, after in pairwise(rows) if row.split(",")[0] in ("number", after.split(",")[0])]
    terminal.run("init", str(terminal.root), "--policy", str(UCI / "policy.yaml"), at="08:00")
    table = tmp_path / "log.csv"
    for part, at in ((earlier, "08:00"), (rows, "09:00")):
        table.write_text("".join(part))
        terminal.run("import", "csv", str(table), "--map", str(UCI / "map.yaml"), code=3)
        terminal.open("Ours", at=f"2026-11-24 {at}")
    assert found(terminal) == ["testimony", "testimony"]


def test_a_real_log_that_went_on_in_two_clones(terminal: Terminal, tmp_path: Path) -> None:
    """Each takes over the last row of each case, after work of its own; the second tells nothing new."""
    rows = (UCI / "sample.csv").read_text().splitlines(keepends=True)[:59]
    earlier = [row for row, after in pairwise(rows) if row.split(",")[0] in ("number", after.split(",")[0])]
    terminal.run("init", str(terminal.root), "--policy", str(UCI / "policy.yaml"), at="08:00")
    hub, other = terminal.root.with_name("hub.git"), replace(terminal, root=terminal.root.with_name("other"))
    table, taken = tmp_path / "log.csv", ("import", "csv", str(tmp_path / "log.csv"), "--map", str(UCI / "map.yaml"))
    table.write_text("".join(earlier))
    terminal.run(*taken)
    terminal.git("clone", "-q", "--bare", str(terminal.root), str(hub))
    terminal.git("remote", "add", "origin", str(hub))
    terminal.git("clone", "-q", str(hub), str(other.root))
    table.write_text("".join(rows))
    for desk, at in ((terminal, "09:00"), (other, "09:30")):
        desk.open("Ours", at=f"2026-11-24 {at}")
        desk.run(*taken)
        desk.run("sync", at=f"2026-11-24 {at}")
    assert set(found(other)) == {"testimony"}
