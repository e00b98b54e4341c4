"""The desk of `acme.yaml`, which also agrees times, makes promises, exempts periods and says who may raise a case."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import ACME, Terminal

_SECTIONS = """\
commitments: {call-back: {label: A call back}}
exemptions: {carrier: {label: The fault of a carrier}}
raising: {within: 30m, by: [team-leader]}
targets:
"""
_TARGETS = """\
  completion: {start: opened, stop: resolved, calendar: desk, within: {agreed: completion}}
  update: {start: opened, stop: update, repeat: true, calendar: desk, within: {case: update_every}}
  commitment: {start: promised, stop: kept, calendar: round-the-clock, within: {promised: due}}
  lead-time: {start: promised, stop: promised, calendar: round-the-clock, within: 24h ahead}
"""
_CALENDAR = """  round-the-clock: 24x7
"""


def promising_desk(terminal: Terminal, folder: Path) -> Terminal:
    """A case repository with that desk, opened on the Monday at eight; one customer lives in Toronto."""
    text = ACME.read_text().replace("targets:\n", _SECTIONS, 1) + _TARGETS
    policy = folder / "acme.yaml"
    policy.write_text(text.replace("channels:\n", f"{_CALENDAR}channels:\n", 1))
    terminal.run("init", str(terminal.root), "--policy", str(policy), at="08:00")
    customers = terminal.root / "policies" / "acme-desk" / "customers.yaml"
    customers.write_text(
        "customers:\n  oakfield: {label: Oakfield}\n  mapleton: {label: Mapleton, zone: America/Toronto}\n"
    )
    terminal.monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-11-23T08:00:30+00:00")
    terminal.git("add", "-A")
    terminal.git("commit", "-qm", "customers")
    terminal.monkeypatch.delenv("GIT_COMMITTER_DATE")
    return terminal
