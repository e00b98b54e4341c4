"""Files beside a case."""

from __future__ import annotations

from hashlib import sha256

from tests.audit.plain import ID, Entry, Plain, entry
from tests.audit.stories import twins

PHOTO = "cases/2026/11/23/ACM-261123-K7Q4P.files/photo.png"
SAID = f"{ID} note: as said\n\nCase: {ID}\nEvent: note"


def attached(content: str) -> Entry:
    """The entry of a photo with that content."""
    digest = sha256(content.encode()).hexdigest()
    return entry("a1", "attachment", file="photo.png", bytes=len(content), sha256=digest)


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
