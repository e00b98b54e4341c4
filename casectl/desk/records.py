"""The lists of records in a case: its commitments and its exemptions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from casectl.desk.verb import Scene
from casectl.desk.wording import first_words
from casectl.model.case import FIELD, Scalar
from casectl.model.problems import NotAllowed, NotFound

Record = Mapping[str, Scalar]
Records = tuple[Record, ...]

THE_OPEN_ONE = "-"
"""The reference to the only record that is still open."""

_SETS = ("commitments", "exemptions")


def added(scene: Scene, name: str, **said: Scalar | None) -> tuple[Record, Records]:
    """A new record with an id of its own, and the list `name` of the case with it at the end.

    What is None is left out; `since` stands for `from`, which Python keeps for itself.
    """
    taken = {str(record.get("id", "")) for field in _SETS for record in scene.case.records(field)}
    taken |= {entry.id for entry in scene.case.log}
    key = scene.moment.mint(5).lower()
    while key in taken:
        key = scene.moment.mint(5).lower()
    record = _ordered(name, {"id": key, "from": said.pop("since", None), **said})
    return record, (*scene.case.records(name), record)


def amended(scene: Scene, name: str, record: Record, **said: Scalar) -> Records:
    """The list `name` of the case with one record that says more than it did."""
    amended_record = _ordered(name, {**record, **said})
    return tuple(amended_record if other is record else other for other in scene.case.records(name))


def find(scene: Scene, name: str, ref: str, noun: str, is_open: Callable[[Record], bool], ended: str) -> Record:
    """The record that `ref` names: its id; or the beginning of the id, or some of the text, of one that is still open.

    `THE_OPEN_ONE` names the only one that is. Raises `NotFound` for none or several, `NotAllowed` for one that is not
    open (`ended` says what that means).
    """
    records = scene.case.records(name)
    found = _named(records, ref.strip().lower(), is_open)
    if len(found) == 1 and not is_open(found[0]):
        raise NotAllowed(f"{noun} {found[0].get('id')} {ended}", f"casectl show {scene.case.id}")
    if len(found) != 1:
        raise NotFound(_unclear(scene, ref, noun, found), _choices(scene, found or [*filter(is_open, records)]))
    return found[0]


def _named(records: Records, wanted: str, is_open: Callable[[Record], bool]) -> list[Record]:
    if wanted == THE_OPEN_ONE:
        return [record for record in records if is_open(record)]
    exact = [record for record in records if str(record.get("id", "")).lower() == wanted]
    begun = [record for record in records if wanted and str(record.get("id", "")).lower().startswith(wanted)]
    told = [record for record in records if wanted and wanted in str(record.get("text", "")).lower()]
    return exact or [*filter(is_open, begun)] or [*filter(is_open, told)] or begun or told


def _unclear(scene: Scene, ref: str, noun: str, found: list[Record]) -> str:
    if ref.strip() == THE_OPEN_ONE:
        how_many = f"{len(found)} of them" if found else "none"
        return f"which {noun}? {scene.case.id} has {how_many} that it could be"
    return f"'{ref}' is more than one {noun}" if found else f"{scene.case.id} has no {noun} '{ref}'"


def _choices(scene: Scene, records: list[Record]) -> str:
    texts = (first_words(str(record.get("text", "")), 40) for record in records)
    listed = [
        f"{record.get('id')} ({text})" if text else str(record.get("id"))
        for record, text in zip(records, texts, strict=True)
    ]
    return f"one of: {', '.join(listed)}" if listed else f"there is none that is open in {scene.case.id}"


def _ordered(name: str, said: Mapping[str, Scalar | None]) -> Record:
    return {key: value for key in FIELD[name].record if (value := said.get(key)) is not None}
