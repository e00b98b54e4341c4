"""What was done to the files beside the policies."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.audit.plain import FILES, POLICY, STAFF, Plain, begin
from tests.audit.stories import twins

CLAUSES, LIST = "policies/acme/clauses.yaml", "policies/staff.yaml"
LISTED = "clauses:\n  ACM-1: Notice.\n  ACM-2: {says: Raising., by: triage}\n  ACM-3: Closing.\n"
ROTA = 'rotas:\n  night: {zone: UTC, shifts: [{who: jo, begins: "2026-01-01 00:00"}]}\n'


@twins("beside-changed", "observation", "changed policies/acme/clauses.yaml: it lists ACM-2, ACM-3 no more", case=None)
def test_obligations_that_are_struck(desk: Plain, guilty: bool) -> str:
    """What was listed when the desk was set up is nobody's change."""
    desk.commit({CLAUSES: LISTED}, "Our agreement", who="max")
    if guilty:
        desk.open()
    return desk.commit({CLAUSES: "clauses:\n  ACM-1: Notice.\n"}, "Less to do", who="max")


@twins("beside-changed", "observation", "of the rota night", case=None)
def test_another_rota(desk: Plain, guilty: bool) -> str:
    """Where it stands in the list of people says nothing."""
    desk.commit({LIST: STAFF + ROTA}, "Nights", who="max")
    desk.open()
    rota = ROTA.replace("jo", "sam") if guilty else f"# By turns.\n{ROTA}"
    return desk.commit({LIST: rota + STAFF}, "Nights", who="max")


@twins("beside-changed", "observation", "added policies/acme/messages/hello.txt", case=None)
def test_a_message(desk: Plain, guilty: bool) -> str:
    desk.open()
    path = "policies/acme/messages/hello.txt" if guilty else "cases/hello.txt"
    return desk.commit({path: "Good day.\n"}, "A message", who="max")


@twins("beside-changed", "observation", "removed policies/acme/sub/9.0.yaml", case=None)
def test_what_nothing_reads(desk: Plain, guilty: bool) -> str:
    """A version that is made known in time stands in the revision table, and is nothing to ask about."""
    old = "policies/acme/sub/9.0.yaml"
    desk.commit({old: POLICY}, "A draft", who="max")
    desk.open()
    text = POLICY.replace('"1.0"', '"1.1"').replace("effective: 2026-01-01", "effective: 2027-01-01")
    return desk.commit({old: None} if guilty else {"policies/acme/1.1.yaml": text}, "Tidy up", who="max")


@pytest.mark.parametrize(
    ("path", "content", "mode", "words"),
    [
        ("policies/evil.sh", "rm -r /\n", "100755", "added policies/evil.sh"),
        ("policies/more", "/etc", "120000", "added policies/more"),
        ("policies/holidays/README", "Days.\n", "100644", "added policies/holidays/README"),
        ("policies/.schema/case.json", "{}\n", "100644", "added policies/.schema/case.json"),
        (CLAUSES, "clauses: [", "100644", "left policies/acme/clauses.yaml unreadable (line 1: not YAML: "),
        (CLAUSES, LISTED, "120000", "left policies/acme/clauses.yaml unreadable (it is no regular file)"),
        (CLAUSES, LISTED.replace("Notice", "Notices"), "100644", "changed policies/acme/clauses.yaml"),
    ],
)
def test_any_other_file(tmp_path: Path, path: str, content: str, mode: str, words: str) -> None:
    desk = begin(tmp_path / "desk", {CLAUSES: LISTED})
    desk.open()
    desk.commit({path: content}, "A file", who="max", modes={path: mode})
    (row,) = desk.review().table.rows
    assert row["code"] == "beside-changed"
    assert str(row["finding"]).startswith(words)
    assert row["desk"] == ("acme" if path == CLAUSES else None)


def test_many_files_in_one_commit(tmp_path: Path) -> None:
    """Of each that nobody else tells there is one finding."""
    desk = begin(tmp_path / "desk", {CLAUSES: LISTED})
    desk.open()
    texts = {f"policies/acme/messages/{name}.txt": "Good day.\n" for name in ("hello", "bye")}
    customers = {"policies/acme/customers.yaml": FILES["policies/acme/customers.yaml"] + "  mill: {}\n"}
    desk.commit({CLAUSES: None, LIST: STAFF + ROTA, **texts, **customers}, "All anew", who="max")
    assert desk.codes() == ["beside-changed"] * 4
