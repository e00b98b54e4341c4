"""Two machines sweep one desk before they sync: what was due is done once, disputed by nobody, and undone once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.cli.conftest import Terminal
from tests.cli.working import working_desk


@pytest.fixture
def machines(terminal: Terminal) -> tuple[Terminal, Terminal]:
    """Two clones of one desk, and a bare repository between them."""
    first = working_desk(terminal)
    hub, place = first.root.with_name("hub.git"), first.root.with_name("other")
    first.git("init", "-q", "--bare", "-b", "main", str(hub))
    first.git("remote", "add", "origin", str(hub))
    first.git("push", "-q", "-u", "origin", "HEAD:main")
    first.git("clone", "-q", "-b", "main", str(hub), str(place))
    return first, replace(first, root=place)


@pytest.mark.parametrize("when", ["13:00", "13:20"])
def test_an_escalation_of_two_machines(machines: tuple[Terminal, Terminal], when: str) -> None:
    """Whether in one second or later, when the reason reads differently."""
    one, other = machines
    case = one.open(at="09:00")
    one.run("sync")
    other.run("sync")
    assert f"{case} escalate" in one.run("sweep", at="13:00").out
    assert f"{case} escalate" in other.run("sweep", at=when).out
    one.run("sync", at="13:30")
    said = other.run("sync", at="13:31")
    assert "disputed" not in said.out
    one.run("sync")
    for desk in machines:
        shown = desk.run("show", case)
        assert "disputed" not in shown.out
        assert (shown.err, desk.run("sla").err) == ("", "")
        assert shown.out.count("to level 2") <= 1
        steps = desk.run("log", case, "-o", "json").json["rows"]
        assert len({step["commit"] for step in steps}) == 2
    assert one.run("sweep", at="13:40").out == ""
    one.run("undo", case, "--reason", "They know.", at="13:50")
    one.run("sync")
    other.run("sync")
    for desk in machines:
        assert desk.run("show", case, "-o", "json").json.get("level", 1) == 1
        assert desk.run("sweep", at="14:00").out == ""
