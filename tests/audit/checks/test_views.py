"""What decides what git shows, and that the commands which an auditor is given are not fooled by it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from casectl.store.driver import ATTRIBUTES_TEXT
from tests.audit.plain import ID, OTHER, POLICY, Plain, begin, entry, path_of
from tests.audit.stories import twins

ATTRIBUTES, MAILMAP = ".gitattributes", ".mailmap"
BLIND = "*.yaml -diff\n"
MAPPED = "Max <max@example.org> Eve <eve@example.org>\n"
NOTE = entry("n1", "note", "They rang.")
OURS = "policies/acme/1.0.yaml"


@twins("view-changed", "minor", "changed .gitattributes, which decides which contents git shows", case=None)
def test_attributes(desk: Plain, guilty: bool) -> str:
    return desk.commit({ATTRIBUTES if guilty else ".gitignore": BLIND}, "Less noise", who="max")


@twins("view-changed", "minor", "changed cases/2026/.gitattributes", case=None)
def test_attributes_of_a_folder(desk: Plain, guilty: bool) -> str:
    return desk.commit({"cases/2026/" + (ATTRIBUTES if guilty else "attributes"): BLIND}, "Less noise", who="max")


@twins("view-changed", "minor", "changed .gitattributes", case=None)
def test_attributes_beside_our_own(desk: Plain, guilty: bool) -> str:
    """What `casectl init` commits where there was other work says only how cases are merged."""
    return desk.commit({ATTRIBUTES: ATTRIBUTES_TEXT + (BLIND if guilty else "")}, "How to merge", who="max")


@twins("view-changed", "minor", "changed .mailmap, which decides whose names git shows", case=None)
def test_a_mailmap(desk: Plain, guilty: bool) -> str:
    added = desk.commit({MAILMAP if guilty else "names": MAPPED}, "Names", who="max")
    if guilty:
        desk.commit({MAILMAP: None}, "No names", who="max")
    return added


def blinded(root: Path) -> Plain:
    """A desk on which Eve does as she likes, once git shows no YAML and calls her Max."""
    desk = begin(root, {ATTRIBUTES: BLIND, MAILMAP: MAPPED})
    (root / ATTRIBUTES).write_text(BLIND)
    (root / MAILMAP).write_text(MAPPED)
    desk.open()
    desk.open(OTHER)
    desk.step("close", who="eve", status="closed")
    desk.step("note", NOTE, who="eve", also={OURS: POLICY.replace("within: 8h", "within: 80h")})
    desk.commit({path_of(case): desk.sheet(case).text + "  text: Ours.\n" for case in (ID, OTHER)}, "All", who="eve")
    desk.commit({path_of(): desk.sheet().text}, "by hand", who="eve", at="08:30")
    desk.commit({OURS: None}, "Away with it", who="eve", at="12:00")
    return desk


def test_the_commands_of_findings_show_what_git_would_not(tmp_path: Path) -> None:
    desk = blinded(tmp_path / "desk")
    shown = {}
    for row in desk.review().table.rows:
        done = subprocess.run(["sh", "-c", str(row["show"])], cwd=desk.root, capture_output=True, text=True, check=True)
        print(f"$ {row['show']}\n{done.stdout}")
        shown[row["code"], row["author"]] = done.stdout
    eves = {code: text for (code, author), text in shown.items() if author == "eve@example.org"}
    assert {"clock-back", "form", "illegal-move", "mixed-commit", "policy-edited", "policy-missing"} <= set(eves)
    for said in eves.values():
        assert "Binary files" not in said
        assert "Eve <eve@example.org>" in said
    assert "+status: closed" in eves["illegal-move"]
    assert "+    - {when: {priority: p2}, within: 80h}" in eves["policy-edited"]


def test_git_alone_would_not(tmp_path: Path) -> None:
    """So that the story above tells something."""
    desk = blinded(tmp_path / "desk")
    edited = desk.git("log", "-1", "--format=%H", "--", OURS, f"{desk.head}^")
    said = desk.git("show", "-m", edited, "--", OURS)
    assert "Binary files" in said
    assert "Max <max@example.org>" in said
