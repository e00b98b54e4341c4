"""Histories that nobody would make by accident: each is audited to the end, and told in every form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from casectl.cli.context import Settings
from casectl.cli.main import app
from casectl.store.commitlog import read_commits
from casectl.store.repo import find_repo
from tests.audit.plain import FILES, ID, NOW, POLICY, STAFF, Plain, begin, entry, path_of
from tests.audit.stories import assert_shown
from tests.cli.conftest import moment_of

FORMS = ("table", "wide", "csv", "jsonl", "md", "html", "json")
SAID = f"{ID} note: as said\n\nCase: {ID}\nEvent: note"
NOTE = entry("n1", "note", "They rang.")
DATE = b" 1795428300 +0000"


@pytest.fixture
def desk(tmp_path: Path) -> Plain:
    made = begin(tmp_path / "desk")
    made.open()
    return made


def told(desk: Plain) -> list[str]:
    """The codes, once every form has been printed and none has brought the program down, nor moved a cursor."""
    for form in FORMS:
        words = ["-C", str(desk.root), "audit", "-o", form]
        done = CliRunner().invoke(app, words, obj=Settings(now=lambda: moment_of(NOW)))
        assert done.exit_code in (0, 3), (form, done.output)
        assert done.exception is None or isinstance(done.exception, SystemExit)
        assert not {"\x1b", "\x07", "\u202e", "\x00"} & set(done.stdout)
    rows = json.loads(done.stdout)["rows"] if done.stdout else []
    assert [row["code"] for row in rows] == desk.codes()
    return sorted(str(row["code"]) for row in rows)


def note(desk: Plain, heads: bytes) -> str:
    """A note by a commit with these lines."""
    return desk.commit({path_of(): desk.sheet().changed((NOTE,), {}).text}, SAID, heads=heads)


SAM = b"Sam <sam@example.org>"


@pytest.mark.parametrize(
    ("author", "codes"),
    [
        (b"S\xe4m \xff <sam@example.org>", ["other-author"]),
        (b"=HYPERLINK(\"https://example.org\") <sam@example.org>", ["other-author"]),
        (b"\x1b[2JSam <sam@example.org>", ["other-author"]),
        ("\u202emaS <sam@example.org>".encode(), ["other-author"]),
        (b"<sam@example.org>", ["other-author"]),
        (b"Sam <>", ["other-author"]),
        (b"Sam", ["no-date", "other-author"]),
        (b"a|b|c <sam@example.org>", ["other-author"]),
    ],
)  # fmt: skip
def test_authors(desk: Plain, author: bytes, codes: list[str]) -> None:
    note(desk, b"author " + author + DATE + b"\ncommitter " + SAM + DATE)
    assert told(desk) == codes


@pytest.mark.parametrize(
    ("committer", "codes"),
    [
        (b"S\xe4m \xff <sam@example.org>", []),
        (b"Sam <s\xe4m@example.org>", ["stranger"]),
        (b"Sam <|sam@example.org|>", ["stranger"]),
        (b"Sam <\x1b]0;owned\x07@example.org>", ["stranger"]),
        (b"Sam <SAM@example.org>", []),
        (b"Sam <>", ["stranger"]),
        (b"Sam <sam@example.org> <eve@example.org>", []),
        (b"Sam <eve@example.org> <sam@example.org>", ["stranger"]),
    ],
)
def test_committers(desk: Plain, committer: bytes, codes: list[str]) -> None:
    """Whose address it is, git decides; the audit hears no other."""
    made = note(desk, b"author " + committer + DATE + b"\ncommitter " + committer + DATE)
    assert told(desk) == codes
    (commit,) = [each for each in read_commits(find_repo(desk.root), made) if each.id == made]
    assert commit.committer.mail == desk.git("log", "-1", "--format=%ce", made).encode(errors="surrogateescape").decode(
        errors="replace"
    )


@pytest.mark.parametrize(
    "heads",
    [
        b"committer " + SAM + DATE,
        b"author " + SAM + DATE,
        b"x-nothing here",
        b"author " + SAM + b" -1 +0000\ncommitter " + SAM + b" -1 +0000",
        b"author " + SAM + b" 99999999999999999999999 +0000\ncommitter " + SAM + b" 99999999999999999999999 +0000",
        b"author " + SAM + b" 0x10 +0000\ncommitter " + SAM + b" 0x10 +0000",
    ],
)
def test_commits_that_do_not_say_who_or_when(desk: Plain, heads: bytes) -> None:
    note(desk, heads)
    assert "no-date" in told(desk)


@pytest.mark.parametrize("zone", ["Europe/London", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
@pytest.mark.parametrize(
    ("at", "code"), [("17179869183", "future"), ("17179869184", "no-date"), ("253402300799", "no-date")]
)
def test_the_end_of_time_ends_no_audit(tmp_path: Path, zone: str, at: str, code: str) -> None:
    """Zones to the east have no local date for the last hours of the year 9999, and no calendar reaches so far."""
    policy = POLICY.replace("Europe/London", zone)
    desk = begin(tmp_path / "desk", {"policies/acme/1.0.yaml": policy})
    desk.open()
    hold = desk.sheet().changed((NOTE,), {"status": "on-hold", "waiting_for": "customer"}).text
    files = {path_of(): hold, "policies/acme/1.0.yaml": policy + "# as before\n", "policies/staff.yaml": STAFF + "\n"}
    line = f"Sam <sam@example.org> {at} +0000"
    desk.commit(files, SAID, heads=f"author {line}\ncommitter {line}".encode())
    assert code in told(desk)


def test_an_odd_zone_is_a_date_all_the_same(desk: Plain) -> None:
    who = SAM + b" 1795428300 +9999"
    note(desk, b"author " + who + b"\ncommitter " + who)
    assert told(desk) == []


def test_a_second_committer_line_is_told(desk: Plain) -> None:
    """Git goes by the last; so does the audit."""
    note(desk, b"author %b%b\ncommitter %b%b\ncommitter Jo <jo@example.org>%b" % (SAM, DATE, SAM, DATE, DATE))
    assert told(desk) == ["odd-commit", "other-author"]


def test_a_parent_below_the_committer_makes_no_merge(desk: Plain) -> None:
    """All that is asked of commits which are no merges is asked of it."""
    note(desk, b"author %b%b\ncommitter %b%b\nparent %b" % (SAM, DATE, SAM, DATE, desk.head.encode()))
    assert told(desk) == ["odd-commit"]


def test_a_message_in_another_encoding(desk: Plain) -> None:
    heads = b"author %b%b\ncommitter %b%b\nencoding UTF-16" % (SAM, DATE, SAM, DATE)
    note(desk, heads)
    assert told(desk) == []


@pytest.mark.parametrize(
    "message", ["", "\n\n\n", "x" * 100_000, "\udcff\udcfe", f"{ID} \x1b[2J: \u202e\n\nCase: {ID}"]
)
def test_messages(desk: Plain, message: str) -> None:
    desk.commit({path_of(): desk.sheet().changed((NOTE,), {}).text}, message)
    assert told(desk) == ["form"]


@pytest.mark.parametrize(
    ("path", "codes"),
    [
        ("cases/a\nb.yaml", ["misplaced"]),
        ("cases/\udcff.yaml", ["misplaced"]),
        ("cases/\x1b[2J\x07.yaml", ["misplaced"]),
        ("cases/=1+1.yaml", ["misplaced"]),
        ("cases/$(touch owned)'\";.yaml", ["misplaced"]),
        ("cases/\u202elmay.yaml", ["misplaced"]),
        (f"cases/2026/11/23/{ID}.yaml.yaml", ["misplaced"]),
        (f"cases/2026/13/23/{ID}.yaml", ["misplaced"]),
        ("policies/a\nb/1.0.yaml", ["policy-unreadable"]),
        ("policies/\udcff/1.0.yaml", []),
        ("policies/acme/\udcff.yaml", ["policy-unreadable"]),
        ("policies/acme/a\nb.yaml", ["policy-unreadable"]),
    ],
)
def test_names_of_files(desk: Plain, path: str, codes: list[str]) -> None:
    desk.commit({path: "id: none\n"}, "A file", who="max")
    assert told(desk) == codes
    for row in desk.review().table.rows:
        assert_shown(desk, dict(row))
    assert not (desk.root / "owned").exists()


@pytest.mark.parametrize(("mode", "content"), [("120000", "/etc/passwd"), ("160000", "1" * 40)])
def test_a_case_that_never_was_a_file(desk: Plain, mode: str, content: str) -> None:
    other = path_of("ACM-261123-M3XNB")
    desk.commit({other: content}, "A link", modes={other: mode})
    assert told(desk) == ["form", "unreadable"]


@pytest.mark.parametrize(("mode", "content"), [("120000", "/etc/passwd"), ("160000", "1" * 40)])
def test_a_case_that_is_a_file_no_more(desk: Plain, mode: str, content: str) -> None:
    desk.commit({path_of(): content}, "A link", modes={path_of(): mode})
    assert told(desk) == ["deleted", "form", "unreadable"]


def test_a_case_that_became_a_folder(desk: Plain) -> None:
    desk.commit({path_of(): None, f"{path_of()}/more.yaml": "id: none\n"}, "A folder")
    assert told(desk) == ["deleted", "form", "misplaced"]


@pytest.mark.parametrize("content", ["", "[" * 200, "&a [*a]\n", "id: !x y\n", "\x00", "id: " + "x" * 300_000])
def test_versions_that_cannot_be_read(desk: Plain, content: str) -> None:
    desk.commit({path_of(): content}, SAID)
    assert "unreadable" in told(desk)


@pytest.mark.parametrize("content", ["", "staff: [", "staff: {sam: 1}\n", "\udcff", "&a [*a]\n"])
def test_staff_lists_that_cannot_be_read(desk: Plain, content: str) -> None:
    """While nobody can be found in it, everybody is a stranger."""
    desk.commit({"policies/staff.yaml": content}, "Broken", who="max")
    desk.step("note", NOTE)
    desk.commit({"policies/staff.yaml": STAFF}, "Mended", who="max")
    assert "stranger" in told(desk)


def test_a_policy_that_cannot_be_read_any_more(desk: Plain) -> None:
    """It judges the cases of before as it was."""
    desk.commit({"policies/acme/1.0.yaml": "desk: ["}, "Broken", who="max")
    desk.step("hold", status="on-hold", waiting_for="supplier")
    assert told(desk) == ["hold-unexplained", "policy-edited"]


def test_customers_that_cannot_be_read(desk: Plain) -> None:
    desk.commit({"policies/acme/customers.yaml": "customers: ["}, "Broken", who="max")
    desk.commit({"policies/acme/customers.yaml": FILES["policies/acme/customers.yaml"]}, "Mended", who="max")
    assert told(desk) == ["customers-unreadable"]


def test_a_repository_without_policies(tmp_path: Path) -> None:
    """Cases alone: nothing judges them, and that is said."""
    desk = Plain(tmp_path / "desk")
    for folder in ("policies", "cases"):
        (desk.root / folder).mkdir(parents=True)
    desk.git("init", "-q", "-b", "main")
    desk.open()
    assert told(desk) == ["unjudged"]


def test_many_cases_in_one_commit(desk: Plain) -> None:
    text = desk.sheet().text
    names = [f"ACM-261123-{place:05d}" for place in range(300)]
    desk.commit({path_of(name): text.replace(ID, name) for name in names}, "Moved over")
    assert told(desk) == ["several-cases"]


def test_a_policy_as_large_as_may_be(desk: Plain) -> None:
    desk.commit({"policies/acme/1.1.yaml": POLICY + "#" * 300_000}, "Too large", who="max")
    assert told(desk) == ["policy-unreadable"]


def test_more_voids_than_anybody_can_judge(desk: Plain) -> None:
    desk.step("note", entry("n1", "note", "They rang."))
    for place in range(101):
        desk.step("undo", entry(f"v{place}", "void", void="n1" if not place else f"v{place - 1}", reason="No."))
    assert told(desk) == ["unjudged"]
