"""policies/README.md as something to follow: its chapters, blocks and tables, and somebody who types what it says."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML

from tests.cli.conftest import Terminal

POLICIES = Path(__file__).parents[2] / "policies"
GUIDE = (POLICIES / "README.md").read_text(encoding="utf-8")
FIRST = "kettle.yaml"
MONDAY = 23
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri")

CASE = r"KTL-\d{6}-[0-9A-Z]{5}"
RECORD = r"[0-9a-z]{5}"
RANDOM = re.compile(rf"\b({CASE}|(?=[a-z]+\d)(?=\w+[a-z]){RECORD})\b")
"""What comes out otherwise each time: IDs of cases, and of promises and exemptions (in the guide, with a digit)."""


class Block(NamedTuple):
    """A fenced block: `yaml`, `yaml wrong` or `console`, and the file that its first line names."""

    language: str
    text: str
    file: str


class Command(NamedTuple):
    """A line that is typed, when, what it leaves with, and what is shown of what it says."""

    line: str
    at: str | None
    code: int
    shown: tuple[str, ...]


def chapter(title: str) -> str:
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", GUIDE, re.MULTILINE | re.DOTALL)
    assert found, f"the guide has no chapter '{title}'"
    return found[1]


def blocks(title: str) -> list[Block]:
    """The fenced blocks of a chapter that have a language, in order."""
    found = re.findall(r"^```(\w[\w ]*)\n(.*?)^```$", chapter(title), re.MULTILINE | re.DOTALL)
    named = ((language, text, re.match(r"# (\S+\.yaml)\n", text)) for language, text in found)
    return [Block(language, text, name[1] if name else FIRST) for language, text, name in named]


def commands(text: str) -> Iterator[Command]:
    """Each `$ ` line of a console block, with what is shown below it."""
    for typed, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE):
        line, _, note = typed.partition("     # ")
        when = re.search(rf"\b({'|'.join(DAYS)}) (\d\d:\d\d)", note)
        at = f"2026-11-{MONDAY + DAYS.index(when[1])} {when[2]}" if when else None
        code = re.search(r"exit (\d)", note)
        yield Command(line, at, int(code[1]) if code else 0, tuple(shown.splitlines()))


def merged(old: Any, new: Any) -> Any:
    """A file with what a block says: entries added to its sections, those that are there already replaced."""
    for key, value in new.items():
        if isinstance(value, dict) and isinstance(old.get(key), dict):
            old[key].update(value)
        else:
            old[key] = value
    return old


def put(path: Path, text: str) -> None:
    """The file at `path` with a block put into it."""
    yaml = YAML()
    yaml.preserve_quotes, yaml.width = True, 1000
    new = yaml.load(text)
    content = merged(yaml.load(path.read_text(encoding="utf-8")), new) if path.exists() else new
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(content, file)


class Reader:
    """Somebody who follows the guide: a terminal, and which ID of the guide is which of theirs."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.mine: dict[str, str] = {}
        self.place = terminal.home
        self.before_mistake: tuple[Path, str] | None = None

    def follow(self, block: Block) -> None:
        """Do what a block says; a mistake is taken out again once the commands after it were typed."""
        path = self.place / block.file
        if block.language == "yaml wrong":
            self.before_mistake = path, path.read_text(encoding="utf-8")
        if block.language == "console":
            self._type_all(block)
        elif path.name == FIRST:
            path.write_text(block.text, encoding="utf-8")
        else:
            put(path, block.text)

    def _type_all(self, block: Block) -> None:
        for command in commands(block.text):
            self.type(command)
        if self.before_mistake:
            path, text = self.before_mistake
            path.write_text(text, encoding="utf-8")
            self.before_mistake = None

    def type(self, command: Command) -> None:
        """Type a line, each part of it at the time that stands behind it, and compare what is shown, if anything is."""
        if command.at:
            self.terminal.set_clock(command.at)
        said = "".join(self._run(part, command.code) for part in self._with_my_ids(command.line).split(" && "))
        if command.shown:
            self.compare(command.shown, said)

    def _run(self, line: str, code: int) -> str:
        if line.startswith("cd "):
            self.place = self.place / line.removeprefix("cd ")
            return ""
        if not line.startswith("casectl "):
            subprocess.run(shlex.split(line), cwd=self.place, check=True)
            return ""
        moved = Terminal(self.terminal.home, self.place, self.terminal.monkeypatch, self.terminal.times)
        said = moved.run(*shlex.split(line)[1:], code=code)
        return said.out + said.err

    def _with_my_ids(self, line: str) -> str:
        return re.sub(r"\b[0-9A-Za-z]{5}\b", lambda word: self.mine.get(word[0], word[0]), line)

    def compare(self, shown: tuple[str, ...], said: str) -> None:
        """Every line that is shown was said, in that order; nothing is left out before it unless `...` says so."""
        lines = [" ".join(line.split()) for line in said.splitlines() if line.strip()]
        place, gap = 0, False
        for line in shown:
            if line == "...":
                gap = True
                continue
            found = next((at for at in range(place, len(lines)) if self._is(line, lines[at])), None)
            assert found is not None, f"not said: {line}\n{said}"
            assert gap or found == place, f"left out before: {line}\n{said}"
            place, gap = found + 1, False

    def _is(self, shown: str, said: str) -> bool:
        """Whether a shown line, `...` standing for anything at its ends, is the line that was said."""
        parts = RANDOM.split(" ".join(shown.split()).removeprefix("...").removesuffix("..."))
        named = {index: part for index, part in enumerate(parts) if index % 2}
        pieces = [self._pattern(part) if index in named else self._plain(part) for index, part in enumerate(parts)]
        pattern = "".join(pieces)
        pattern = (".*" if shown.startswith("...") else "") + pattern + (".*" if shown.endswith("...") else "")
        found = re.fullmatch(pattern, said)
        if found:
            self.mine |= {part[-5:]: mine[-5:] for part, mine in zip(named.values(), found.groups(), strict=True)}
        return found is not None

    def _plain(self, part: str) -> str:
        return re.escape(self._with_my_ids(part))

    def _pattern(self, part: str) -> str:
        mine = self.mine.get(part[-5:])
        if mine:
            return f"({re.escape(part[:-5] + mine)})"
        return f"({CASE if re.fullmatch(CASE, part) else RECORD})"


def table(title: str) -> list[list[str]]:
    """The rows of the table of the reference whose first column is called so, as code in each cell."""
    found = re.search(rf"^\| {title} \|.*?\n\n", chapter("Reference"), re.MULTILINE | re.DOTALL)
    assert found, f"no table of '{title}'"
    rows = found[0].strip().splitlines()[2:]
    return [[" ".join(re.findall(r"`([^`]+)`", cell)) for cell in row.strip("|").split(" | ")] for row in rows]


def column(title: str) -> list[str]:
    return [word for row in table(title) for word in row[0].split()]


def shown(title: str) -> list[tuple[str, str]]:
    """The rows of a table that show one key with a value."""
    return [(row[0], row[2]) for row in table(title) if row[2] and " " not in row[0]]
