"""The house holds to its plan: arrows run down, one owner per library, no desk in the code, a light front door."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent / "casectl"
ROOMS = ("cli", "intake", "outbox", "audit", "reports", "desk", "store", "sla", "model")
"""From the top floor down; a room may use itself and what lies below."""

PURE_ROOMS = ("sla", "model")
PURE_MAY_USE = {"dateutil", "casectl"}

OWNERS = {
    "typer": ("cli/",),
    "git": ("store/inspect.py",),
    "subprocess": ("store/git.py", "cli/editor.py"),
    "ruamel": ("store/yamltree.py",),
    "tabulate": ("reports/render.py",),
    "holidays": ("intake/holiday_dates.py",),
    "jinja2": ("outbox/template.py",),
    "cryptography": ("store/signatures.py",),
}

DESKS = r"\b(2sms|smartsimple|2n5|expereo|ess)\b|\b(2SMS|SS|2N5|EXP|ESS)-\d\d\b"

MODULES = sorted(HOUSE.rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in the file it does so."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)} imports relatively"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "casectl" and len(parts) > 1 and parts[1] in ROOMS else None


def test_there_is_a_house() -> None:
    assert {path.relative_to(HOUSE).parts[0] for path in MODULES} >= {"cli", "desk", "store", "sla", "model"}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_run_downward(path: Path) -> None:
    room = path.relative_to(HOUSE).parts[0]
    if room not in ROOMS:
        return
    above = ROOMS[: ROOMS.index(room)]
    assert not [module for module in imports(path) if room_of(module) in above]


def test_no_circle_of_imports() -> None:
    """Among modules, not only rooms, and counting imports inside functions."""
    names = {f"casectl.{name_of(path)[:-3].replace('/', '.')}".removesuffix(".__init__"): path for path in MODULES}
    arrows = {name: {used for used in imports(path) if used in names and used != name} for name, path in names.items()}
    done: set[str] = set()

    def walk(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join([*trail, name])
        if name in done:
            return
        for used in sorted(arrows[name]):
            walk(used, (*trail, name))
        done.add(name)

    for name in arrows:
        walk(name, ())


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_one_owner_per_library(path: Path) -> None:
    for module in imports(path):
        owners = OWNERS.get(module.split(".")[0])
        assert owners is None or name_of(path).startswith(owners), f"{name_of(path)} imports {module}"


@pytest.mark.parametrize("path", [p for p in MODULES if name_of(p).startswith(PURE_ROOMS)], ids=name_of)
def test_the_pure_rooms_use_nothing_but_the_standard_library_and_dateutil(path: Path) -> None:
    outside = {module.split(".")[0] for module in imports(path)} - set(sys.stdlib_module_names) - PURE_MAY_USE
    assert not outside


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_desk_and_no_clause_in_the_code(path: Path) -> None:
    assert not re.findall(DESKS, path.read_text(), flags=re.IGNORECASE)


@pytest.mark.parametrize("path", [p for p in MODULES if not name_of(p).startswith("cli/")], ids=name_of)
def test_only_the_cli_reads_the_clock(path: Path) -> None:
    assert not re.findall(r"\b(time\.time|datetime\.now|datetime\.utcnow|date\.today)\(", path.read_text())


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_files_stay_readable(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["hold", "--help"]], ids=" ".join)
def test_the_front_door_is_light(arguments: list[str]) -> None:
    """A fresh process that only helps loads neither git, ruamel.yaml nor tabulate."""
    program = (
        "import sys\n"
        "from casectl.cli.main import main\n"
        f"sys.argv = ['casectl', *{arguments!r}]\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "owned = {'git', 'ruamel', 'tabulate', 'holidays', 'jinja2', 'cryptography'}\n"
        "heavy = {name.split('.')[0] for name in sys.modules} & owned\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
