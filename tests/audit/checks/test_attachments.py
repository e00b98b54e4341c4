"""Files beside a case."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from casectl.model.attachment import MOST_BYTES, MOST_FILES
from tests.audit.plain import ID, Entry, Plain, begin, entry
from tests.audit.stories import twins

PHOTO = "cases/2026/11/23/ACM-261123-K7Q4P.files/photo.png"
SAID = f"{ID} note: as said\n\nCase: {ID}\nEvent: note"


def attached(content: str, number: int = 1, name: str = "photo.png") -> Entry:
    """The entry of a file with that content."""
    digest = sha256(content.encode()).hexdigest()
    return entry(f"a{number}", "attachment", file=name, bytes=len(content), sha256=digest)


def attach_many(desk: Plain, first: int, amount: int) -> str:
    """So many small files in one step."""
    names = {number: f"{number}.txt" for number in range(first, first + amount)}
    logged = (attached("x", number, name) for number, name in names.items())
    return desk.step("attach", *logged, also={PHOTO.replace("photo.png", name): "x" for name in names.values()})


@twins("attachment-changed", "major", "changed the attachment photo.png")
def test_an_attachment_that_was_changed(desk: Plain, guilty: bool) -> str:
    desk.open()
    desk.step("attach", attached("an eagle"), also={PHOTO: "an eagle"})
    return desk.commit({PHOTO: "a pigeon"} if guilty else {"cases/NOTES.md": "a pigeon"}, SAID)


@twins("attachment-changed", "major", "deleted the attachment photo.png")
def test_an_attachment_that_was_deleted(desk: Plain, guilty: bool) -> str:
    desk.open()
    desk.step("attach", attached("an eagle"), also={PHOTO: "an eagle"})
    return desk.step("note", entry("n2", "note", "All quiet."), also={PHOTO: None} if guilty else {})


@twins("attachment-false", "major", "logged the attachment photo.png with another digest than the file has")
def test_an_attachment_that_is_not_what_it_is_said_to_be(desk: Plain, guilty: bool) -> str:
    desk.open()
    return desk.step("attach", attached("an eagle"), also={PHOTO: "a pigeon" if guilty else "an eagle"})


@twins("attachment-false", "major", "logged the attachment photo.png, which is not there")
def test_an_attachment_that_is_not_there(desk: Plain, guilty: bool) -> str:
    desk.open()
    return desk.step("attach", attached("an eagle"), also={} if guilty else {PHOTO: "an eagle"})


@twins("attachment-unlogged", "minor", "put pigeon.png beside the case, and no log entry names it")
def test_a_file_that_nobody_logged(desk: Plain, guilty: bool) -> str:
    desk.open()
    other = PHOTO.replace("photo", "pigeon" if guilty else "photo")
    return desk.step("attach", attached("an eagle"), also={PHOTO: "an eagle", other: "an eagle"})


@twins("attachment-unlogged", "minor", "put photo.png beside the case, and no log entry names it")
def test_a_file_whose_log_entry_was_taken_back(desk: Plain, guilty: bool) -> str:
    """An undo takes back the step, and leaves the file and the name of it."""
    desk.open()
    logged = () if guilty else (attached("an eagle"),)
    blamed = desk.step("attach", *logged, entry("n1", "note", "A bird."), also={PHOTO: "an eagle"})
    desk.step("undo", entry("v1", "void", void="n1", reason="No eagle."))
    return blamed


@twins("attachment-limit", "minor", "logged the attachment photo.png of 10485761 bytes: a case takes 10485760 at most")
def test_a_file_larger_than_attach_takes(desk: Plain, guilty: bool) -> str:
    desk.open()
    photo = "x" * (MOST_BYTES + guilty)
    return desk.step("attach", attached(photo), also={PHOTO: photo})


@twins("attachment-limit", "minor", "logged the attachment 101.txt, the last of 101: a case holds 100")
def test_more_files_than_attach_takes(desk: Plain, guilty: bool) -> str:
    """What was taken back has made room."""
    desk.open()
    first = attach_many(desk, 1, 1)
    attach_many(desk, 2, MOST_FILES - 1)
    if not guilty:
        desk.step("undo", entry("v1", "void", void=first, reason="Twice."))
    return attach_many(desk, MOST_FILES + 1, 1)


def test_files_that_two_clones_attached(tmp_path: Path) -> None:
    """Neither could know of the other's."""
    desk = begin(tmp_path / "desk")
    begun = desk.open()
    ours = attach_many(desk, 1, MOST_FILES)
    desk.go(begun)
    attach_many(desk, MOST_FILES + 1, 1)
    desk.merge(ours, files={PHOTO.replace("photo.png", f"{number}.txt"): "x" for number in range(1, MOST_FILES + 1)})
    assert desk.codes() == []
