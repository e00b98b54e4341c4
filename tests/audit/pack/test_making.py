"""What is in an evidence pack: everything of the period, nothing twice, and sums that add up."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from pathlib import Path
from shlex import split

import pytest

from casectl.audit.pack.cases import Period
from casectl.audit.pack.controls import CONTROLS
from casectl.audit.pack.evidence import gather, population_table, states
from casectl.audit.pack.manifest import Inputs
from casectl.audit.pack.sample import draw
from casectl.store.repo import find_repo, head_commit
from tests.audit.pack.packing import AUDITED, FORMULA, PERIOD, SINCE, UNTIL, Pack, Story, commit, path_of
from tests.cli.conftest import Terminal, moment_of


def test_every_case_that_ever_was_has_one_line_that_says_whether_it_counts(pack: Pack, story: Story) -> None:
    lines = {line["id"]: line for line in pack.table("cases.csv")}
    assert len(lines) == len(pack.table("cases.csv")) == len(story.cases)
    told = {
        name: (lines[case]["in_period"], lines[case]["file"], lines[case]["judged"])
        for name, case in story.cases.items()
    }
    assert told == {
        "over": ("closed before", "present", "yes"),
        "formula": ("yes", "present", "yes"),
        "late": ("yes", "present", "yes"),
        "deleted": ("yes", "deleted", "yes"),
        "other": ("yes", "present", "yes"),
        "nobody": ("yes", "present", "no"),
        "garbage": ("yes", "present", "no"),
        "later": ("opened later", "present", "no"),
    }


def test_the_totals_tie_with_the_tables(pack: Pack) -> None:
    totals: dict[str, dict[str, int]] = {}
    for row in pack.table("totals.csv"):
        totals.setdefault(row["what"], {})[row["part"]] = int(row["number"])
    for parts in totals.values():
        assert sum(parts.values()) == 2 * parts["total"]
    rows, cases = pack.table("population.csv"), pack.table("cases.csv")
    assert Counter(row["state"] for row in rows) == Counter(totals["targets"]) - Counter(
        total=totals["targets"]["total"]
    )
    assert totals["targets"]["total"] == len(rows)
    assert totals["cases"]["total"] == len(cases)
    within = [line for line in cases if line["in_period"] == "yes"]
    assert totals["cases"]["in the period"] == totals["period"]["total"] == len(within)
    judged, out = {row["id"] for row in rows}, {row["id"] for row in pack.table("unjudged.csv")}
    assert judged | out == {line["id"] for line in within}
    assert not judged & out
    assert totals["findings"]["total"] == len(pack.table("findings.csv")) > 0


def test_the_population_is_what_the_machine_contract_says(pack: Pack, told: Terminal, story: Story) -> None:
    """Each of its facts, of each target and occurrence, of a case of the period."""
    case = story.cases["late"]
    (own,) = [one for one in told.run("sla", case, "--as-of", UNTIL, "-o", "json").json["cases"] if one["id"] == case]
    rows = [row for row in pack.table("population.csv") if row["id"] == case]
    assert len(rows) == len(own["targets"]) > 1
    for row, target in zip(rows, own["targets"], strict=True):
        for name, value in target.items():
            if name == "overturned":
                continue
            joined = " ".join(value) if isinstance(value, list) else "" if value is None else str(value)
            assert row[name] == joined, name
        assert {name: row[name] for name in ("policy", "priority", "status", "phase")} == {
            name: own[name] for name in ("policy", "priority", "status", "phase")
        }


def test_a_case_without_targets_keeps_a_row(told: Terminal) -> None:
    repo = find_repo(told.root)
    inputs = Inputs(Period(None, moment_of("2026-11-24 18:00")), moment_of("2026-11-26 12:00"))
    evidence = gather(repo, head_commit(repo), inputs)
    before = states(evidence)
    (place, bare) = next((place, each) for place, each in enumerate(evidence.cases) if each.figures)
    assert bare.figures
    evidence.cases[place] = bare._replace(figures=bare.figures._replace(rows=()))
    rows = [row for row in population_table(evidence).rows if row["id"] == bare.line.id]
    assert [(row["state"], row.get("target"), row["title"]) for row in rows] == [
        ("no target", None, bare.figures.title)
    ]
    lost = Counter(row.state for row in bare.figures.rows)
    assert states(evidence) == before - Counter({str(state): n for state, n in lost.items()}) + Counter(
        {"no target": 1}
    )


def test_every_claimed_time_stands_beside_its_step(pack: Pack, story: Story) -> None:
    claims = {(row["id"], row["claim"]): row for row in pack.table("claims.csv")}
    assert {key: int(row["lag_seconds"]) for key, row in claims.items()} == {
        (story.cases["formula"], "received"): 1800,
        (story.cases["late"], "detected"): 3600,
        (story.cases["late"], "call.started"): 600,
        (story.cases["late"], "exemptions.from"): 3600,
    }
    line = next(line for line in pack.table("cases.csv") if line["id"] == story.cases["formula"])
    assert (line["received"], line["received_lag_seconds"]) == ("2026-11-12T08:30:00+00:00", "1800")


def test_what_cannot_be_judged_says_why(pack: Pack, story: Story) -> None:
    why = {row["id"]: row["why"] for row in pack.table("unjudged.csv")}
    assert set(why) == {story.cases["nobody"], story.cases["garbage"]}
    assert all(why.values())


def test_formulas_and_line_breaks_are_harmless_in_every_table(pack: Pack, story: Story) -> None:
    (title, *_) = [row["title"] for row in pack.table("population.csv") if row["id"] == story.cases["formula"]]
    assert title == f"'{FORMULA}"
    (line,) = [line for line in pack.table("cases.csv") if line["id"] == story.cases["formula"]]
    assert line["customer"] == "'+oakfield, and more"
    for name, content in pack.members.items():
        if name.endswith(".csv"):
            text = content.decode()
            assert text.count("\n") == 1 + len(pack.table(name)), f"{name}: a row on more than one line"
            cells = [cell for row in pack.table(name) for cell in row.values()]
            assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t"))], name


def test_the_sample_can_be_drawn_again_by_anybody(pack: Pack, told: Terminal, place: Path) -> None:
    ids = [line["id"] for line in pack.table("cases.csv") if line["in_period"] == "yes"]
    told.run(
        "audit",
        "pack",
        "--out",
        str(place / "two.zip"),
        "--until",
        UNTIL,
        "--since",
        SINCE,
        "--sample",
        "2",
        "--seed",
        "x9",
    )
    two = Pack(place / "two.zip")
    by_hand = sorted(ids, key=lambda case: hashlib.sha256(b"x9:" + case.encode()).digest())[:2]
    assert {name.split("/")[1] for name in two.members if name.startswith("sample/")} == set(by_hand)
    assert {line["id"] for line in two.table("cases.csv") if line["in_sample"] == "yes"} == set(by_hand)
    assert {name.split("/")[1] for name in pack.members if name.startswith("sample/")} == set(ids)


def test_the_draw_is_that_of_sha256_and_sort() -> None:
    assert draw(["B-1", "A-1", "C-1", "A-1"], "1", 2) == tuple(
        sorted(["A-1", "B-1", "C-1"], key=lambda case: hashlib.sha256(f"1:{case}".encode()).hexdigest())[:2]
    )
    assert draw([], "1", 5) == ()
    assert draw(["A-1"], "1", 0) == ()


def test_a_deleted_case_is_shown_by_what_history_has_of_it(pack: Pack, told: Terminal, story: Story) -> None:
    folder = f"sample/{story.cases['deleted']}"
    gone = told.git("log", "-1", "--format=%H", "--grep", "Away with it").strip()
    assert f"{folder}/case.yaml" not in pack.members
    assert f"deleted by commit {gone}" in pack.text(f"{folder}/deleted.txt")
    assert f"commit     {gone}" in pack.text(f"{folder}/commits.txt")
    assert pack.text(f"{folder}/timeline.csv").count("opened") == 1
    line = next(line for line in pack.table("cases.csv") if line["id"] == story.cases["deleted"])
    assert line["deleted_in"] == gone


def test_a_sampled_case_shows_its_file_its_ledger_and_its_commits(pack: Pack, told: Terminal, story: Story) -> None:
    case = story.cases["late"]
    folder = f"sample/{case}"
    assert pack.members[f"{folder}/case.yaml"] == (told.root / path_of(case)).read_bytes()
    assert pack.text(f"{folder}/ledger.txt") == told.run("explain", case, "--as-of", UNTIL).out
    commits = told.git("log", "--reverse", "--format=%H", "--", path_of(case)).split()
    assert [row["commit"] for row in pack.table(f"{folder}/timeline.csv")] == commits
    told_by = [
        line.split()[1] for line in pack.text(f"{folder}/commits.txt").splitlines() if line.startswith("commit ")
    ]
    assert told_by == commits
    raw = told.git("cat-file", "commit", commits[0]).splitlines()
    author = next(line.removeprefix("author ") for line in raw if line.startswith("author "))
    assert f"author     {author}" in pack.text(f"{folder}/commits.txt")


def test_of_two_committers_the_one_is_shown_whose_time_stands_beside_it(
    told: Terminal, place: Path, story: Story
) -> None:
    told.run("note", story.cases["late"], "-m", "Called again.", at="2026-11-26 10:00")
    text = told.git("cat-file", "commit", "HEAD")
    forged = place / "commit"
    forged.write_text(text.replace("\n\n", "\ncommitter Eve <eve@desk.example> 1795689000 +0000\n\n", 1))
    tip = told.git("hash-object", "-t", "commit", "-w", "--literally", str(forged)).strip()
    told.git("update-ref", "HEAD", tip)
    told.run("audit", "pack", "--out", str(place / "p.zip"), at="2026-11-27 12:00")
    made = Pack(place / "p.zip")
    folder = f"sample/{story.cases['late']}"
    row = made.table(f"{folder}/timeline.csv")[-1]
    assert (row["commit"], row["committer"]) == (tip, "Eve <eve@desk.example> 1795689000 +0000")
    assert row["committed_at"] == "2026-11-26T10:30:00+00:00"
    assert "committer  Eve <eve@desk.example> 1795689000 +0000\n" in made.text(f"{folder}/commits.txt")


def test_what_nothing_can_judge_has_no_ledger_but_a_reason(pack: Pack, story: Story) -> None:
    for name in ("nobody", "garbage"):
        assert pack.text(f"sample/{story.cases[name]}/ledger.txt").strip()


def test_policies_are_the_bytes_of_the_commit(pack: Pack, told: Terminal) -> None:
    paths = told.git("ls-tree", "-r", "--name-only", "HEAD", "policies/").split()
    packed = {name: content for name, content in pack.members.items() if name.startswith("policies/")}
    assert set(packed) == set(paths)
    assert all(content == (told.root / name).read_bytes() for name, content in packed.items())
    lines = {line["path"]: line for line in pack.manifest["policies"]}
    version = lines["policies/acme-desk/1.0.yaml"]
    assert (version["version"], version["effective"]) == ("acme-desk/1.0", "2026-01-01")
    assert version["blob"] == told.git("rev-parse", "HEAD:policies/acme-desk/1.0.yaml").strip()
    assert lines["policies/staff.yaml"]["version"] is None
    assert {row["desk"] for row in pack.table("revisions.csv")} == {"acme-desk", "other-desk"}


def test_revisions_are_what_policy_history_says_of_each_desk(pack: Pack, told: Terminal) -> None:
    """Every column of it, in its order, after the desk; but for the commit of the whole pack."""
    wanted = []
    for desk in ("acme-desk", "other-desk"):
        said = told.run("policy", "history", desk, "-o", "csv")
        wanted += [[("desk", desk), *list(row.items())[:-1]] for row in csv.DictReader(io.StringIO(said.out))]
        assert said.out.partition("\n")[0].endswith(",read_commit")
    assert [list(row.items()) for row in pack.table("revisions.csv")] == wanted


def test_authority_says_what_a_step_would_say(pack: Pack) -> None:
    may = {(row["desk"], row["person"], row["what"]): row["may"] for row in pack.table("authority.csv")}
    assert may["acme-desk", "sam", "undo"] == "refused"
    assert may["acme-desk", "bo", "undo"] == "yes"
    assert may["other-desk", "bo", "close"] == "refused", "works at another desk"
    assert may["other-desk", "sam", "undo"] == "warned", "a role that nobody holds locks nobody out"
    assert may["acme-desk", "sam", "note"] == may["acme-desk", "(not on the staff)", "note"] == "yes"
    assert may["acme-desk", "bo", "approve exemption weather"] == "yes"
    assert may["acme-desk", "sam", "approve exemption weather"] == "refused"


def test_nobodys_keys_are_a_file_too(pack: Pack) -> None:
    assert not [line for line in pack.text("allowed_signers").splitlines() if not line.startswith("#")]
    assert {row["keys"] for row in pack.table("authority.csv")} == {""}
    assert pack.manifest["versions"]["cryptography"] is None


def test_the_manifest_says_what_it_was_made_from(pack: Pack, told: Terminal) -> None:
    manifest = pack.manifest
    head = told.git("rev-parse", "HEAD").strip()
    assert (manifest["schema"], manifest["commit"]) == ("casectl.evidence/1", head)
    assert manifest["tree"] == told.git("rev-parse", "HEAD^{tree}").strip()
    assert (manifest["since"], manifest["until"], manifest["as_of"]) == (SINCE, UNTIL, UNTIL)
    assert manifest["audited_at"] == AUDITED
    assert (manifest["desk"], manifest["sample"], manifest["seed"]) == (None, 25, "1")
    assert {"casectl", "python", "git", "tzdata"} <= {name for name, said in manifest["versions"].items() if said}
    others = pack.members.keys() - {"manifest.json", "SHA256SUMS"}
    assert manifest["files"].keys() == others
    for name in others:
        content = pack.members[name]
        assert manifest["files"][name] == {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def test_what_was_done_to_its_cases_after_its_end_is_found(told: Terminal, place: Path, story: Story) -> None:
    """From the beginning of the period on, up to the commit that is packed; and by the manifest's own command."""
    path = told.root / path_of(story.cases["late"])
    path.write_text(path.read_text().replace("title: Nobody", "title: Somebody"))
    commit(told, "2026-11-26T11:00:00", "Never said")
    tip = told.git("rev-parse", "HEAD").strip()
    told.run("audit", "pack", "--out", str(place / "p.zip"), *PERIOD)
    made = Pack(place / "p.zip")
    findings = made.table("findings.csv")
    assert {row["code"] for row in findings if row["commit"] == tip} >= {"form"}
    assert SINCE <= min(row["at"] for row in findings) < UNTIL
    told.set_clock("2027-01-26 12:00")
    words = split(made.manifest["commands"]["findings.csv"])
    assert told.run(*words[1:], code=3).out == made.text("findings.csv")


def test_the_commands_of_the_manifest_repeat_the_pack(pack: Pack, told: Terminal) -> None:
    words = pack.manifest["commands"]["pack"].split()
    assert words[0] == "casectl"
    told.run(*words[1:], at="2026-12-24 12:00")
    assert (told.root / "PACK.zip").read_bytes() == pack.path.read_bytes(), "a month later"


def test_every_other_command_prints_its_file(pack: Pack, told: Terminal) -> None:
    """To the byte: run as they stand, with a case's ID and a file's path where they have a blank for it."""
    words = {name: split(command) for name, command in pack.manifest["commands"].items()}
    own = {name: said for name, said in words.items() if name != "pack" and said[0] in ("casectl", "git")}
    drawn = [row for row in pack.table("cases.csv") if row["in_sample"] == row["judged"] == "yes"]
    judged = [row["id"] for row in drawn if not row["deleted_in"]]
    assert own.keys() == {"findings.csv", "policies/", "sample/ID/case.yaml", "sample/ID/ledger.txt"}
    assert judged
    told.set_clock("2027-01-26 12:00")
    assert told.run(*own["findings.csv"][1:], code=3).out == pack.text("findings.csv")
    for path in (name for name in pack.members if name.startswith("policies/")):
        assert told.git(*(word.replace("PATH", path) for word in own["policies/"][1:])) == pack.text(path)
    for case in judged:
        shown = [word.replace("PATH", path_of(case)) for word in own["sample/ID/case.yaml"][1:]]
        assert told.git(*shown) == pack.text(f"sample/{case}/case.yaml")
        ledger = [case if word == "ID" else word for word in own["sample/ID/ledger.txt"][1:]]
        assert told.run(*ledger).out == pack.text(f"sample/{case}/ledger.txt")


def test_without_findings_the_lists_are_there_all_the_same(desk: Terminal, place: Path) -> None:
    desk.run("audit", "pack", "--out", str(place / "p.zip"), at="09:00")
    empty = Pack(place / "p.zip")
    assert empty.table("findings.csv") == empty.table("cases.csv") == empty.table("unjudged.csv") == []
    assert empty.text("findings.csv").startswith("id,code,severity,state,case,")
    assert json.loads(empty.text("findings.json"))["rows"] == []
    desk.run("audit", "verify", str(place / "p.zip"))


def test_one_desk_alone(told: Terminal, place: Path, story: Story) -> None:
    told.run("audit", "pack", "--out", str(place / "p.zip"), "--desk", "other-desk", "--until", UNTIL)
    one = Pack(place / "p.zip")
    assert {row["id"] for row in one.table("population.csv")} == {story.cases["other"]}
    lines = {line["id"]: line["in_period"] for line in one.table("cases.csv")}
    assert lines[story.cases["late"]] == "other desk"
    assert lines[story.cases["garbage"]] == "other desk", "nothing in it can be read, but for whose prefix it has"
    told.run("audit", "pack", "--out", str(place / "q.zip"), "--desk", "no-desk", code=4)


def test_controls_name_files_that_are_in_the_pack(pack: Pack) -> None:
    names = {name.rpartition("/")[2] if name.startswith("sample/") else name for name in pack.members}
    known = names | {
        "policies/",
        "allowed_signers",
        "sample/ID/timeline.csv",
        "sample/ID/ledger.txt",
        "sample/ID/commits.txt",
    }
    for control in CONTROLS:
        files = [word.strip("(),;") for word in control.shows.split() if "." in word or word.startswith("policies/")]
        assert files, control
        assert not [name for name in files if name not in known], control
    assert len(pack.table("controls.csv")) == len(CONTROLS)


def test_the_summary_ties_and_names_the_digest(told: Terminal, place: Path) -> None:
    said = told.run("audit", "pack", "--out", str(place / "p.zip"), "--until", UNTIL)
    rows, cases, period, sample, findings, commit, digest = said.out.splitlines()
    assert period == "period: 7 = 5 judged + 2 not judged"
    for line in (rows, cases, period, findings):
        total, _, parts = line.partition(": ")[2].partition(" = ")
        assert int(total) == sum(int(part.split()[0]) for part in parts.split(" + ")), line
    assert sample.startswith("sample: 7 of 7")
    assert commit.endswith(told.git("rev-parse", "HEAD").strip())
    assert digest.split()[0] == hashlib.sha256((place / "p.zip").read_bytes()).hexdigest()


def test_a_pack_is_never_overwritten_unasked(told: Terminal, place: Path) -> None:
    (place / "p.zip").write_text("precious")
    said = told.run("audit", "pack", "--out", str(place / "p.zip"), code=5)
    assert "is there already" in said.err
    assert (place / "p.zip").read_text() == "precious"
    told.run("audit", "pack", "--out", str(place / "p.zip"), "--force")
    (place / "link.zip").symlink_to(place / "p.zip")
    for taken in (place, place / "link.zip"):
        told.run("audit", "pack", "--out", str(taken), "--force", code=5)
    (place / "link.zip").unlink()
    told.run("audit", "pack", "--out", str(place / "no" / "p.zip"), code=4)
    assert [each.name for each in place.iterdir()] == ["p.zip"], "nothing else is left behind"


@pytest.mark.parametrize(
    "words",
    [("--since", UNTIL, "--until", SINCE), ("--seed", "a b"), ("--seed", ""), ("--sample", "-1"), ("--until", "soon")],
)
def test_what_cannot_be_meant_is_refused(told: Terminal, place: Path, words: tuple[str, ...]) -> None:
    told.run("audit", "pack", "--out", str(place / "p.zip"), *words, code=2)
    assert not list(place.iterdir())


@pytest.mark.parametrize("how", [("--depth=1",), ("--filter=blob:none",)], ids=["shallow", "partial"])
def test_a_clone_that_lacks_something_is_refused(told: Terminal, place: Path, how: tuple[str, ...]) -> None:
    told.git("config", "uploadpack.allowFilter", "true")
    told.git("clone", "-q", *how, f"file://{told.root}", str(place / "clone"))
    said = told.run("-C", str(place / "clone"), "audit", "pack", "--out", str(place / "p.zip"), code=1)
    assert how[0].removeprefix("--").partition("=")[0] in said.err or "shallow" in said.err or "partial" in said.err
    assert [each.name for each in place.iterdir()] == ["clone"]


def test_a_policy_file_whose_name_leads_elsewhere_is_refused(told: Terminal, place: Path) -> None:
    blob = told.git("hash-object", "-w", "policies/staff.yaml").strip()
    tree = _tree(told, f"100644 blob {blob}\tx.yaml\n")
    policies = _tree(told, told.git("ls-tree", "HEAD:policies") + f"040000 tree {tree}\t..\n")
    rest = [line for line in told.git("ls-tree", "HEAD").splitlines() if not line.endswith("\tpolicies")]
    root = _tree(told, "\n".join([*rest, f"040000 tree {policies}\tpolicies"]) + "\n")
    commit = told.git("commit-tree", root, "-p", "HEAD", "-m", "Evil").strip()
    said = told.run("--at", commit, "audit", "pack", "--out", str(place / "p.zip"), code=3)
    assert "policies/../x.yaml" in said.err


def _tree(told: Terminal, lines: str) -> str:
    """A tree of these lines, whatever git thinks of them."""
    import subprocess

    content = b""
    for line in lines.splitlines():
        about, _, name = line.partition("\t")
        mode, _, blob = about.split(" ")
        content += mode.lstrip("0").encode() + b" " + name.encode() + b"\0" + bytes.fromhex(blob)
    made = subprocess.run(
        ["git", "-C", str(told.root), "hash-object", "-w", "-t", "tree", "--literally", "--stdin"],
        input=content,
        capture_output=True,
        check=True,
    )
    return made.stdout.decode().strip()
