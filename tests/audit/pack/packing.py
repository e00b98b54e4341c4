"""A desk with something of everything that a pack has to keep, packed; and what is asked of packs.

Two desks; cases that were closed before the period, opened after it, deleted, moved to a policy that nobody has, never
readable; titles that a spreadsheet would take for formulas; claimed times of every kind.
"""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cli.conftest import ACME, MAIL, Terminal

SINCE, UNTIL = "2026-11-10T00:00:00+00:00", "2026-11-24T18:00:00+00:00"
AUDITED = "2026-11-26T12:00:00+00:00"
PERIOD = ("--since", SINCE, "--until", UNTIL, "--audited-at", AUDITED)
FORMULA = '=HYPERLINK("http://evil.example","see, here")'
STAFF = """\
staff:
  sam: {name: Sam, mail: sam@desk.example, roles: [agent]}
  bo: {name: Bo, mail: bo@desk.example, roles: [boss], desks: [acme-desk]}
"""
EXEMPTIONS = """\
exemptions:
  weather: {label: Storm, approved_by: [boss]}
authority:
  close: {by: [boss, agent]}
  undo: {by: [boss]}
"""


@dataclass(frozen=True)
class Story:
    """The desk, and the cases in it by what became of them."""

    root: Path
    cases: dict[str, str]

    @property
    def home(self) -> Path:
        return self.root.parent


def tell(home: Path, terminal: Terminal) -> Story:
    """Makes the desk in the empty folder `home`."""
    (home / ".gitconfig").write_text(f"[user]\n\tname = Sam\n\temail = {MAIL}\n")
    acme, other = home / "acme.yaml", home / "other.yaml"
    text = ACME.read_text() + EXEMPTIONS
    acme.write_text(text)
    other.write_text(text.replace("acme-desk", "other-desk").replace("prefix: ACM", "prefix: OTH"))
    run = terminal.run
    run("init", str(terminal.root), "--policy", str(acme), "--policy", str(other), at="2026-11-02 08:00")
    (terminal.root / "policies" / "staff.yaml").write_text(STAFF)
    commit(terminal, "2026-11-02T08:01:00", "The staff")
    cases: dict[str, str] = {}

    def opened(name: str, at: str, *words: str, title: str = "Nobody can sign in", desk: str = "acme-desk") -> None:
        said = run("open", "--desk", desk, "--title", title, *words, "-o", "id", at=f"2026-11-{at}")
        cases[name] = said.out.strip()

    opened("over", "02 09:00")
    for verb in ("resolve", "close"):
        run(verb, cases["over"], *(("-m", "Done.") if verb == "resolve" else ()), at="2026-11-02 10:00")
    opened(
        "formula", "12 09:00", "--customer", "+oakfield, and more", "--received", "2026-11-12T08:30:00Z", title=FORMULA
    )
    run("respond", cases["formula"], "-m", 'Two\nlines, "quoted".', at="2026-11-12 09:30")
    opened("late", "16 09:00", "--detected", "2026-11-16T08:00:00Z")
    run("call", cases["late"], "--in", "--minutes", "5", "--started", "2026-11-16T09:10:00Z", at="2026-11-16 09:20")
    run("exempt", cases["late"], "weather", "--from", "2026-11-16T10:00:00Z", "-m", "Snow.", at="2026-11-16 11:00")
    run("take", cases["late"], at="2026-11-17 09:00")
    opened("deleted", "18 09:00")
    opened("other", "19 09:00", desk="other-desk")
    opened("nobody", "20 09:00")
    path = terminal.root / path_of(cases["nobody"])
    path.write_text(path.read_text().replace("acme-desk/1.0", "acme-desk/9.9"))
    commit(terminal, "2026-11-20T09:01:00", "A policy that there is not")
    cases["garbage"] = "ACM-261121-0000A"
    place = terminal.root / path_of(cases["garbage"])
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("id: [\n")
    commit(terminal, "2026-11-21T09:00:00", "Garbage")
    terminal.git("rm", "-q", path_of(cases["deleted"]))
    commit(terminal, "2026-11-23T09:00:00", "Away with it")
    opened("later", "25 09:00")
    return Story(terminal.root, cases)


def path_of(case: str) -> str:
    day = case.split("-")[1]
    return f"cases/20{day[:2]}/{day[2:4]}/{day[4:]}/{case}.yaml"


def commit(terminal: Terminal, at: str, message: str) -> None:
    """All that lies in the work tree, by plain git."""
    dates = {f"GIT_{who}_DATE": f"{at}+00:00" for who in ("AUTHOR", "COMMITTER")}
    for words in (("add", "-A"), ("commit", "-qm", message)):
        subprocess.run(["git", "-C", str(terminal.root), *words], check=True, env={**os.environ, **dates})


@dataclass(frozen=True)
class Pack:
    """A pack as a test reads it, by a library that did not write it."""

    path: Path

    @property
    def members(self) -> dict[str, bytes]:
        with zipfile.ZipFile(self.path) as file:
            return {each.filename: file.read(each) for each in file.infolist()}

    def text(self, name: str) -> str:
        return self.members[name].decode()

    def table(self, name: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.text(name), newline="")))

    @property
    def manifest(self) -> dict[str, Any]:
        found = json.loads(self.members["manifest.json"])
        assert isinstance(found, dict)
        return found

    def unzipped(self, folder: Path) -> Path:
        """The pack as an auditor has it before them."""
        for name, content in self.members.items():
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        return folder
