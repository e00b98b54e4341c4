"""The README of a pack: its blocks work as printed, without casectl and without Python, and fail where something is
not as it was."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.audit.pack.packing import Pack, Story, path_of
from tests.cli.conftest import Terminal
from tests.store.signing import make_key, needs_keygen

TOOLS = (
    "awk bash cat cut diff find git grep head ls mkdir printf rm sed sha256sum sort tail test tr uniq ssh-keygen sh env"
).split()


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PATH with what the README asks for, and nothing else: neither casectl nor Python."""
    folder = tmp_path_factory.mktemp("tools")
    for name in TOOLS:
        found = shutil.which(name)
        if found:
            (folder / name).symlink_to(found)
    assert not shutil.which("python3", path=str(folder))
    assert not shutil.which("casectl", path=str(folder))
    return folder


def blocks(text: str) -> list[str]:
    return re.findall(r"^```bash\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def run(block: str, folder: Path, tools: Path) -> subprocess.CompletedProcess[str]:
    """A block in a shell of its own, by somebody with an empty home."""
    (folder.parent / "nobody").mkdir(exist_ok=True)
    env = {"PATH": str(tools), "HOME": str(folder.parent / "nobody"), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    print(f"{block}\n{done.stdout}{done.stderr}-> {done.returncode}")
    return done


@pytest.fixture
def unzipped(pack: Pack, place: Path) -> Path:
    return pack.unzipped(place)


def test_every_block_works_as_printed_and_says_nothing_but_who_signed(unzipped: Path, tools: Path) -> None:
    found = blocks((unzipped / "README.md").read_text())
    assert len(found) == 9
    for block in found:
        done = run(block, unzipped, tools)
        assert done.returncode == 0
        assert bool(done.stdout) is ("%G?" in block)


def test_one_line_runs_them_all(unzipped: Path, tools: Path) -> None:
    (line,) = re.findall(r"^```sh\n(.*?)^```$", (unzipped / "README.md").read_text(), flags=re.MULTILINE | re.DOTALL)
    done = run(line, unzipped, tools)
    assert done.stdout.endswith("all of it holds\n")
    (unzipped / "claims.csv").write_text("none\n")
    done = run(line, unzipped, tools)
    assert done.returncode != 0
    assert "all of it holds" not in done.stdout


def test_they_work_a_second_time(unzipped: Path, tools: Path) -> None:
    for _ in range(2):
        for block in blocks((unzipped / "README.md").read_text()):
            assert run(block, unzipped, tools).returncode == 0


def all_hold(made: Pack, folder: Path, tools: Path) -> None:
    made.unzipped(folder)
    for block in blocks((folder / "README.md").read_text()):
        assert run(block, folder, tools).returncode == 0


def test_they_work_for_a_desk_without_any_case(desk: Terminal, place: Path, tools: Path) -> None:
    desk.run("audit", "pack", "--out", str(place / "p.zip"))
    all_hold(Pack(place / "p.zip"), place / "open", tools)


@pytest.mark.parametrize("words", [("--sample", "0"), ("--since", "2026-11-22T00:00:00Z"), ("--desk", "other-desk")])
def test_they_work_for_a_part(told: Terminal, place: Path, tools: Path, words: tuple[str, ...]) -> None:
    told.run("audit", "pack", "--out", str(place / "p.zip"), *words)
    all_hold(Pack(place / "p.zip"), place / "open", tools)


def appended(name: str) -> Callable[[Path, Story], None]:
    def change(folder: Path, _story: Story) -> None:
        place = folder / name
        place.write_bytes(place.read_bytes() + b"# changed\n")

    return change


def without(name: str, which: str) -> Callable[[Path, Story], None]:
    """The lines of a case taken out of a table."""

    def change(folder: Path, story: Story) -> None:
        place = folder / name
        lines = place.read_text().splitlines(keepends=True)
        place.write_text("".join(line for line in lines if not line.startswith(story.cases[which])))

    return change


def other(name: str, old: str, new: str) -> Callable[[Path, Story], None]:
    def change(folder: Path, _story: Story) -> None:
        place = folder / name
        text = place.read_text()
        assert old in text
        place.write_text(text.replace(old, new, 1))

    return change


def sampled(name: str) -> Callable[[Path, Story], None]:
    return lambda folder, story: appended(f"sample/{story.cases['late']}/{name}")(folder, story)


def beside(folder: Path, _story: Story) -> None:
    (folder / "more.txt").write_text("x")


def undrawn(folder: Path, story: Story) -> None:
    shutil.rmtree(folder / "sample" / story.cases["late"])


def hidden(folder: Path, story: Story) -> None:
    place = folder / "sample" / story.cases["late"]
    (place / "case.yaml").rename(place / "deleted.txt")


def foreign_step(folder: Path, story: Story) -> None:
    place = folder / "sample" / story.cases["late"] / "timeline.csv"
    place.write_text(place.read_text() + "0" * 40 + ",,,,,,,\n")


LIES: dict[str, tuple[str, Callable[[Path, Story], None]]] = {
    "a changed file": ("sha256sum", appended("cases.csv")),
    "a file beside": ("sha256sum", beside),
    "another commit": ("rev-parse HEAD", other("manifest.json", '"commit": "', '"commit": "0')),
    "a policy": ("hash-object", appended("policies/acme-desk/1.0.yaml")),
    "a case left out": ("check/ever", without("cases.csv", "over")),
    "a deleted case left out": ("check/ever", without("cases.csv", "deleted")),
    "a case without rows": ("unjudged.csv", without("population.csv", "formula")),
    "a total": ("targets", other("totals.csv", "targets,total,", "targets,total,1")),
    "a state": ("targets", other("population.csv", ",met,", ",breached,")),
    "another sample": ("check/drawn", undrawn),
    "a sampled file": ("day=", sampled("case.yaml")),
    "a case said to be deleted": ("day=", hidden),
    "a step that is none": ("day=", foreign_step),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_found_by_the_block_that_looks_for_it(lie: str, unzipped: Path, tools: Path, story: Story) -> None:
    words, change = LIES[lie]
    found = blocks((unzipped / "README.md").read_text())
    for block in found:
        assert run(block, unzipped, tools).returncode == 0
    change(unzipped, story)
    (block, *_) = [block for block in found if words in block]
    assert run(block, unzipped, tools).returncode != 0


def test_cases_that_only_a_branch_or_a_merge_had_are_in_the_list(told: Terminal, place: Path, tools: Path) -> None:
    """One that `-s ours` dropped; one that stands in a merge commit alone, and was taken away after it."""
    dropped, evil = "ACM-261122-0000D", "ACM-261122-0000E"
    source = next((told.root / "cases").rglob("ACM-*.yaml"))
    told.git("checkout", "-qb", "side", "HEAD~2")
    _put(told, source, dropped)
    told.git("commit", "-qm", "On a side branch")
    told.git("checkout", "-q", "main")
    told.git("merge", "-q", "-s", "ours", "--no-ff", "--no-commit", "side")
    _put(told, source, evil)
    told.git("commit", "-qm", "More than a merge")
    merge = told.git("rev-parse", "HEAD").strip()
    told.git("rm", "-q", path_of(evil))
    told.git("commit", "-qm", "And away again")
    told.run("audit", "pack", "--out", str(place / "p.zip"))
    made = Pack(place / "p.zip")
    lines = {line["id"]: line for line in made.table("cases.csv")}
    assert (lines[dropped]["file"], lines[dropped]["deleted_in"]) == ("deleted", merge)
    assert (lines[evil]["file"], lines[evil]["deleted_in"]) == ("deleted", told.git("rev-parse", "HEAD").strip())
    all_hold(made, place / "open", tools)
    told.run("audit", "verify", str(place / "p.zip"), "--recompute")


def test_a_file_of_a_day_that_never_was_is_no_case(told: Terminal, place: Path, tools: Path) -> None:
    """Every first and last day of a month, in a leap year and in another, and the days beside them."""
    source = next((told.root / "cases").rglob("ACM-*.yaml"))
    for year in (23, 24):
        for month in range(14):
            for day in (0, 1, 28, 29, 30, 31, 32):
                _put(told, source, f"ACM-{year:02}{month:02}{day:02}-AAAAA")
    told.git("commit", "-qm", "Days")
    told.git("rm", "-qr", "--ignore-unmatch", "cases/2023", "cases/2024")
    told.git("commit", "-qm", "And away with them")
    told.run("audit", "pack", "--out", str(place / "p.zip"), "--sample", "3")
    made = Pack(place / "p.zip")
    ids = {line["id"] for line in made.table("cases.csv")}
    assert {"ACM-240229-AAAAA", "ACM-230228-AAAAA", "ACM-230831-AAAAA", "ACM-231231-AAAAA"} <= ids
    assert not {"ACM-230229-AAAAA", "ACM-240230-AAAAA", "ACM-240431-AAAAA", "ACM-231301-AAAAA"} & ids
    all_hold(made, place / "open", tools)


def test_policy_files_without_a_plain_name_are_left_out_and_told(told: Terminal, place: Path, tools: Path) -> None:
    """What the pack takes, verify lets pass; and the page's own list agrees with both."""
    plain = ["a file, 100% (new) & 'so' $x `y` #1.txt", "_~^.txt"]
    odd = ["no\u00a0break.txt", "k\u00e4rnten.txt", "\u202etxt.yaml", "zero\u200bwidth.txt", "bell\x07.txt", 'a"b.txt']
    folder = told.root / "policies" / "holidays"
    folder.mkdir(exist_ok=True)
    for name in (*plain, *odd):
        (folder / name).write_text("holidays: []\n")
    (folder / "link").symlink_to("nowhere")
    told.git("add", "-A")
    told.git("commit", "-qm", "Names")
    said = told.run("audit", "pack", "--out", str(place / "p.zip"))
    made = Pack(place / "p.zip")
    packed = {name.removeprefix("policies/holidays/") for name in made.members if "/holidays/" in name}
    assert packed & {*plain, *odd, "link"} == set(plain)
    left_out = [f"policies/holidays/{name}" for name in (*odd, "link")]
    assert made.manifest["left_out"] == sorted(left_out)
    assert said.err.count("warning: left out: policies/holidays/") == len(left_out)
    assert not {"\u202e", "\x07"} & set(said.err)
    told.run("audit", "verify", str(place / "p.zip"), "--recompute")
    all_hold(made, place / "open", tools)


def _put(told: Terminal, source: Path, case: str) -> None:
    target = told.root / path_of(case)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(source.read_text().replace(source.stem, case))
    told.git("add", "-A")


@needs_keygen
def test_signatures_are_told_good_and_whose(
    told: Terminal, place: Path, tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By git and ssh-keygen, with the keys as the pack has them; the same by the verdict of the pack itself."""
    key = make_key(place, "ed25519")
    _sign_from_now_on(told, key)
    told.run("note", next(iter(_present(told))), "-m", "Signed.", at="2026-11-26 12:00")
    told.run("audit", "pack", "--out", str(place / "p.zip"))
    made = Pack(place / "p.zip")
    assert key.read_text().split()[1] in made.text("allowed_signers")
    prints = {row["keys"] for row in made.table("authority.csv") if row["person"] == "sam"}
    said = subprocess.run(["ssh-keygen", "-l", "-f", str(key)], capture_output=True, text=True, check=True).stdout
    assert prints == {f"{said.split()[1]} 2026-01-01/"}
    assert made.manifest["versions"]["cryptography"]
    folder = made.unzipped(place / "open")
    (block,) = [block for block in blocks((folder / "README.md").read_text()) if "%G?" in block]
    for each in blocks((folder / "README.md").read_text()):
        done = run(each, folder, tools)
        assert done.returncode == 0
    assert "1 commits: G" in run(block, folder, tools).stdout
    tip, *_ = (folder / "check" / "signed").read_text().splitlines()
    assert tip == f"{made.manifest['commit']} G sam@desk.example sam@desk.example"
    told.run("audit", "verify", str(place / "p.zip"), "--recompute")
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    said = told.run("audit", "verify", str(place / "p.zip"), "--recompute", code=1)
    assert said.out == "", "a library that is not here is no fault of the pack"
    assert "hint: pip install '.[signatures]' in casectl's folder" in said.err


def _sign_from_now_on(told: Terminal, key: Path) -> None:
    staff = told.root / "policies" / "staff.yaml"
    own = f'keys: [{{key: "{key.read_text().strip()}", from: 2026-01-01}}]'
    staff.write_text(staff.read_text().replace("roles: [agent]}", f"roles: [agent], {own}}}"))
    told.git("commit", "-qam", "Sam's key")
    for name, value in (("gpg.format", "ssh"), ("user.signingKey", str(key)), ("commit.gpgsign", "true")):
        told.git("config", name, value)


def _present(told: Terminal) -> list[str]:
    return [case["id"] for case in told.run("sla", "-o", "json", code=3).json["cases"] if case["phase"] == "active"]


def test_an_auditor_needs_no_environment_of_ours(tools: Path) -> None:
    """The list of tools holds the programs that the README names, and each of them is on this machine."""
    missing = {name for name in TOOLS if not (tools / name).exists()} - {"ssh-keygen"}
    assert not missing, os.environ["PATH"]
