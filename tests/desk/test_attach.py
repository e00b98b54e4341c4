"""Files kept with a case: their entries, their names, their sizes."""

from __future__ import annotations

from hashlib import sha256

import pytest

from casectl.desk.verbs.attach import attach
from casectl.desk.verbs.close import close
from casectl.desk.verbs.resolve import resolve
from casectl.model.attachment import MOST_BYTES, MOST_FILES
from casectl.model.change import Attached
from casectl.model.problems import NotAllowed, UsageMistake
from tests.desk.desk_day import Day

LOG = Attached("router.log", b"line is down\n")


def test_each_has_an_entry_with_its_checksum() -> None:
    day = Day().open().do(attach, [LOG, Attached("a.png", b"\x89PNG")], message="From the customer.")
    assert [entry.fields["file"] for entry in day.case.log] == ["router.log", "a.png"]
    assert day.case.log[0].fields == {
        "file": "router.log", "bytes": 13, "sha256": sha256(LOG.content).hexdigest(), "text": "From the customer.",
    }  # fmt: skip
    assert [file.name for file in day.change.files] == ["router.log", "a.png"]
    assert day.change.summary == "router.log, a.png"


def test_one_file_may_be_kept_under_another_name() -> None:
    day = Day().open().do(attach, [Attached("-", b"typed")], as_name="typed.txt")
    assert day.change.files == (Attached("typed.txt", b"typed"),)
    with pytest.raises(UsageMistake, match="--as names one file, and several are given"):
        day.do(attach, [LOG, LOG], as_name="x")


def test_the_same_file_twice_is_attached_already_and_another_of_its_name_wants_one_of_its_own() -> None:
    day = Day().open().do(attach, [LOG])
    with pytest.raises(NotAllowed, match=r"is attached to ABC-\S+ already"):
        day.do(attach, [LOG])
    with pytest.raises(UsageMistake, match="already, with another content"):
        day.do(attach, [Attached("Router.LOG", b"other")])
    with pytest.raises(UsageMistake, match="already, with another content"):
        day.do(attach, [Attached("a.txt", b"1"), Attached("A.TXT", b"2")])


def test_a_closed_case_may_still_get_one() -> None:
    closed = Day().open().do(resolve, message="Done.").do(close)
    assert closed.do(attach, [LOG]).case.log[-1].kind == "attachment"


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x", "a/b", "a\\b", ".git", ".hidden", "-rf", " a", "a ", "a.", "con", "NUL.txt", "com1.log",
     "a:b", "a|b", "a?b", 'a"b', "a\nb", "a\x1b[31m", "a\u202etxt.exe", "a\u200bb", "x" * 121, "a\udcff", "-"],
)  # fmt: skip
def test_hostile_names_are_refused_in_one_line(name: str) -> None:
    with pytest.raises(UsageMistake) as refusal:
        Day().open().do(attach, [Attached(name, b"x")])
    assert "\n" not in refusal.value.message
    assert refusal.value.message.isprintable()
    assert refusal.value.hint == "another name: --as NAME"


@pytest.mark.parametrize(
    "name", ["a", "Bildschirmfoto 2026-11-23.png", "größe.txt", "日本.pdf", "a.tar.gz", "x" * 120, "a-b_c(1)"]
)
def test_names_that_any_system_can_have_are_kept(name: str) -> None:
    assert Day().open().do(attach, [Attached(name, b"x")]).change.files[0].name == name


def test_two_spellings_of_one_name_are_one() -> None:
    day = Day().open().do(attach, [Attached("u\u0308.txt", b"x")])
    assert day.change.files[0].name == "ü.txt"


def test_sizes_have_bounds() -> None:
    with pytest.raises(UsageMistake, match="'big' is larger than 10 MiB"):
        Day().open().do(attach, [Attached("big", b"x" * (MOST_BYTES + 1))])
    assert Day().open().do(attach, [Attached("big", b"x" * MOST_BYTES)]).change.files
    with pytest.raises(UsageMistake, match="'none' is empty"):
        Day().open().do(attach, [Attached("none", b"")])
    many = [Attached(f"f{n}", b"x") for n in range(MOST_FILES + 1)]
    with pytest.raises(NotAllowed, match="would have 101 attachments; it holds 100"):
        Day().open().do(attach, many)


def test_personal_data_in_the_message_draws_a_warning() -> None:
    assert "mail address" in Day().open().do(attach, [LOG], message="from jo@example.com").change.warnings[0]
