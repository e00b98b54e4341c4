"""A desk whose policy says how its cases are worked, with Sam (an agent), Bo (the boss) and Kim, who is on call."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Terminal

WORK = Path(__file__).with_name("acme-work.yaml")
STAFF = """\
staff:
  sam: {name: Sam, mail: sam@desk.example, roles: [agent]}
  bo: {name: Bo, mail: bo@desk.example, roles: [boss]}
  kim: {name: Kim, mail: kim@desk.example, roles: [fitter]}
rotas:
  on-call:
    zone: Europe/London
    shifts: [{who: kim, begins: "2026-01-01 00:00", repeats: FREQ=DAILY, lasts: 24h}]
"""
CUSTOMERS = """\
customers:
  oakfield: {label: Oakfield School}
  hilltop: {label: Hilltop, first_line: the desk of Hilltop}
"""


def working_desk(terminal: Terminal, change: tuple[str, str] = ("", "")) -> Terminal:
    """A repository with that desk, opened on the Monday at eight; `change`: a passage of its policy and another."""
    source = terminal.home / "acme"
    source.mkdir()
    (source / "acme.yaml").write_text(WORK.read_text().replace(*change) if change[0] else WORK.read_text())
    (source / "customers.yaml").write_text(CUSTOMERS)
    terminal.run("init", str(terminal.root), "--policy", str(source / "acme.yaml"), at="08:00")
    (terminal.root / "policies" / "staff.yaml").write_text(STAFF)
    terminal.git("commit", "-qam", "The staff")
    return terminal


def be(terminal: Terminal, person: str) -> None:
    """From here on that person types."""
    terminal.git("config", "user.email", f"{person}@desk.example")
    terminal.git("config", "user.name", person.title())
