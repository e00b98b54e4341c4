"""`casectl rota`: who is on call now and next, a rota spell by spell, and what is wrong with it."""

from __future__ import annotations

import csv
import json

import pytest

from tests.cli.conftest import Terminal

STAFF = """\
staff:
  sam: {name: Sam, mail: sam@desk.example}
  kim: {name: Kim, mail: kim@desk.example}
  jo: {name: Joanna Fry, mail: jo@desk.example}
rotas:
  experts:
    label: Systems expert on call
    zone: America/Toronto
    shifts:
    - {who: kim, begins: "2026-01-05 08:00", repeats: FREQ=WEEKLY;INTERVAL=2, lasts: 168h}
    - {who: jo, begins: "2026-01-12 08:00", repeats: FREQ=WEEKLY;INTERVAL=2, lasts: 168h}
"""
EVENINGS = """\
  evenings:
    zone: Europe/London
    covers: {mon-fri: "17:00-24:00"}
    shifts:
    - {who: sam, begins: "2026-01-05 17:00", repeats: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", lasts: 7h}
"""


@pytest.fixture
def staffed(desk: Terminal) -> Terminal:
    commit(desk, STAFF + EVENINGS)
    return desk


def commit(desk: Terminal, text: str) -> None:
    (desk.root / "policies/staff.yaml").write_text(text)
    desk.git("commit", "-qam", "Who is on call")


def rows(table: str) -> list[list[str]]:
    """The cells of a table's rows, which stand two blanks or more apart."""
    body = table.split("\n-", 1)[1].split("\n", 1)[1].split("\n\n")[0]
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in body.splitlines()]


def test_who_is_on_and_who_is_next(staffed: Terminal) -> None:
    said = staffed.run("rota", at="12:00")
    assert rows(said.out) == [
        ["experts", "jo (Joanna Fry)", "Mon 2026-11-23 08:00 EST", "kim", "Mon 2026-11-23 08:00 EST"],
        ["evenings", "nobody needed", "sam", "Mon 2026-11-23 17:00 GMT"],
    ]
    assert rows(staffed.run("rota", at="13:00").out)[0][1] == "kim"


def test_one_rota_spell_by_spell(staffed: Terminal) -> None:
    said = staffed.run("rota", "experts", at="12:00")
    assert said.out.startswith("Systems expert on call, America/Toronto\n")
    assert rows(said.out) == [
        ["Mon 2026-11-23 07:00 EST", "Mon 2026-11-23 08:00 EST", "jo (Joanna Fry)"],
        ["Mon 2026-11-23 08:00 EST", "Mon 2026-11-30 08:00 EST", "kim"],
        ["Mon 2026-11-30 08:00 EST", "Mon 2026-12-07 08:00 EST", "jo (Joanna Fry)"],
    ]
    assert len(rows(staffed.run("rota", "experts", "--days", "1").out)) == 2
    assert len(rows(staffed.run("rota", "evenings", "--days", "14").out)) == 10


def test_a_date_is_midnight_where_the_rota_is(staffed: Terminal) -> None:
    first = staffed.run("rota", "experts", "--as-of", "2026-11-30", "-o", "json").json["rows"][0]
    assert first["begins_at"] == "2026-11-30T05:00:00+00:00"


def test_machines_get_utc_and_keys(staffed: Terminal) -> None:
    document = staffed.run("rota", "-o", "json", at="12:00").json
    assert (document["schema"], document["as_of"]) == ("casectl.rota/1", "2026-11-23T12:00:00+00:00")
    assert document["rows"][0] == {
        "rota": "experts", "label": "Systems expert on call", "zone": "America/Toronto", "on_duty": "jo",
        "until_at": "2026-11-23T13:00:00+00:00", "next": "kim", "next_at": "2026-11-23T13:00:00+00:00", "gap": False,
    }  # fmt: skip
    assert (document["rows"][1]["on_duty"], document["rows"][1]["gap"]) == (None, False)
    lines = staffed.run("rota", "experts", "-o", "jsonl").out.splitlines()
    assert [json.loads(line)["on_duty"] for line in lines] == ["jo", "kim", "jo"]
    table = list(csv.DictReader(staffed.run("rota", "experts", "-o", "csv").out.splitlines()))
    assert (table[1]["begins_at"], table[1]["ends_at"]) == ("2026-11-23T13:00:00+00:00", "2026-11-30T13:00:00+00:00")
    for how in ("md", "html", "wide"):
        assert "Joanna Fry" in staffed.run("rota", "experts", "-o", how).out


def test_a_swap_takes_a_line_in_the_file(staffed: Terminal) -> None:
    swap = '    - {who: sam, begins: "2026-11-25 08:00", lasts: 24h, instead: true}\n'
    commit(staffed, STAFF + swap + EVENINGS)
    said = staffed.run("rota", "experts", "--days", "7", at="13:00").out
    assert [row[-1] for row in rows(said)] == ["kim", "sam", "kim"]
    assert len(rows(staffed.run("--at", "HEAD^", "rota", "experts", "--days", "7").out)) == 1


class TestGaps:
    SHORT = STAFF.replace("lasts: 168h}\n    - {who: jo", "lasts: 160h}\n    - {who: jo")

    def test_are_findings_where_they_are_shown(self, staffed: Terminal) -> None:
        commit(staffed, self.SHORT + EVENINGS)
        said = staffed.run("rota", "experts", code=3, at="13:00")
        assert rows(said.out)[1] == ["Mon 2026-11-30 00:00 EST", "Mon 2026-11-30 08:00 EST", "nobody: a gap"]
        note = "rota 'experts': nobody is on from Mon 2026-11-30 00:00 to Mon 2026-11-30 08:00 EST"
        assert note in said.out
        assert staffed.run("rota", "experts", "--days", "3").code == 0
        assert note in staffed.run("rota", code=3).out
        gap = staffed.run("rota", "experts", "-o", "json", code=3).json["rows"][1]
        assert (gap["gap"], gap["on_duty"]) == (True, None)
        assert rows(staffed.run("rota", "--as-of", "2026-11-30T12:00:00Z", code=3).out)[0][1] == "nobody: a gap"
        assert staffed.run("rota", "--as-of", "2026-12-01T12:00:00Z").code == 0

    def test_only_in_the_hours_that_are_covered(self, staffed: Terminal) -> None:
        commit(staffed, STAFF + EVENINGS.replace('"17:00-24:00"', '"16:00-24:00"'))
        said = staffed.run("rota", "evenings", "--days", "1", code=3, at="13:00")
        assert rows(said.out) == [
            ["Mon 2026-11-23 16:00 GMT", "Mon 2026-11-23 17:00 GMT", "nobody: a gap"],
            ["Mon 2026-11-23 17:00 GMT", "Tue 2026-11-24 00:00 GMT", "sam"],
        ]

    def test_a_rota_that_begins_later_has_none_before(self, staffed: Terminal) -> None:
        assert staffed.run("rota", "--as-of", "2025-12-20T00:00:00Z").code == 0
        assert staffed.run("rota", "experts", "--as-of", "2025-12-20T00:00:00Z", "--days", "30").code == 0

    def test_a_rota_that_has_run_out(self, staffed: Terminal) -> None:
        commit(staffed, STAFF.replace("FREQ=WEEKLY;INTERVAL=2", "FREQ=WEEKLY;INTERVAL=2;COUNT=3"))
        assert "nobody is on from Mon 2026-11-23 07:00 EST on" in staffed.run("rota", code=3, at="12:00").out
        assert "nobody: a gap" in staffed.run("rota", "experts", code=3).out

    def test_the_policy_check_finds_them_too(self, staffed: Terminal) -> None:
        (staffed.root / "policies/staff.yaml").write_text(self.SHORT)
        said = staffed.run("policy", "check", code=3, at="12:00")
        assert said.out.startswith("policies/staff.yaml:6: rota 'experts': nobody is on from Mon 2026-11-30 00:00 to ")
        (staffed.root / "policies/staff.yaml").write_text(STAFF)
        assert staffed.run("policy", "check").code == 0


class TestMistakes:
    def test_a_broken_rota_spoils_no_other(self, staffed: Terminal) -> None:
        commit(staffed, STAFF + EVENINGS.replace("who: sam", "who: san"))
        said = staffed.run("rota", code=3, at="12:00")
        assert [row[0] for row in rows(said.out)] == ["experts"]
        assert "policies/staff.yaml:16: rota 'evenings', shift 1: 'san' is not on the staff" in said.err
        assert "'san' is not on the staff" in staffed.run("rota", "evenings", code=3).err
        assert staffed.step("open", "--title", "x", "--customer", "oakfield", at="12:10")["id"]

    def test_an_unknown_rota(self, staffed: Terminal) -> None:
        assert "did you mean 'experts'?" in staffed.run("rota", "expert", code=4).err

    def test_no_rotas_at_all(self, desk: Terminal) -> None:
        said = desk.run("rota", at="12:00")
        assert (said.out, said.err.startswith("no rotas: policies/README.md explains")) == ("", True)
        assert desk.run("rota", "-o", "json").json["rows"] == []
        assert "there is no rota 'experts'" in desk.run("rota", "experts", code=4).err

    @pytest.mark.parametrize("words", [["--days", "0"], ["--days", "367"], ["-o", "yaml"], ["--as-of", "soon"],
                                       ["--as-of", "9999-12-30"]])  # fmt: skip
    def test_words_that_cannot_be_meant(self, staffed: Terminal, words: list[str]) -> None:
        staffed.run("rota", *words, code=2)
        staffed.run("rota", "experts", *words, code=2)


def test_the_shipped_rotas_have_somebody_on_at_any_time(terminal: Terminal) -> None:
    terminal.run("demo", str(terminal.root), "--cases", "30", "--as-of", "2026-11-23T12:00:00Z")
    for moment in ("2021-03-14T07:00:00Z", "2026-11-23T12:00:00Z", "2031-11-02T06:00:00Z"):
        document = terminal.run("rota", "--as-of", moment, "-o", "json").json
        assert len(document["rows"]) == 3
        assert all(row["on_duty"] and row["next"] for row in document["rows"])
