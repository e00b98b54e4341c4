"""Edits of a hand-written case file, line by line: what is not changed keeps every byte."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from casectl.store.yamltree import Place, find_places

_Edit = tuple[int, int, str]


def splice(text: str, fields: Mapping[str, str | None], entries: str, order: Sequence[str]) -> str | None:
    """`text` with fields set (each given as its canonical lines, None removes) and log entries (canonical lines) added.

    New fields go to their place by `order`. None when the layout of `text` offers no place for an edit.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    text = text.replace("\r\n", "\n")
    text += "" if text.endswith("\n") else "\n"
    places = find_places(text)
    if places is None or (any(place.name == "log" and place.shape == "other" for place in places) and entries):
        return None
    edits = [*_field_edits(text, places, fields, order), *_log_edits(text, places, entries, order)]
    return _applied(text, edits).replace("\n", newline)


def _field_edits(
    text: str, places: Sequence[Place], fields: Mapping[str, str | None], order: Sequence[str]
) -> Iterator[_Edit]:
    by_name = {place.name: place for place in places}
    for name in sorted(fields, key=order.index):
        written, place = fields[name], by_name.get(name)
        if place is None:
            if written:
                at = _insertion(places, name, order)
                yield at, at, _indented(written, _margin(text, places))
        elif written is None:
            yield place.begins, place.ends, ""
        else:
            yield _replacement(text, place, written, _margin(text, places))


def _replacement(text: str, place: Place, written: str, margin: str) -> _Edit:
    """The new lines of a field; a comment behind the old value stays behind the new one."""
    head, newline, rest = written.partition("\n")
    head = head[len(place.name) + 1 :]
    if place.shape == "inline":
        empty = place.value_begins == place.value_ends
        begins = text.index(":", place.key_end) + 1 if empty else place.value_begins
        ends = begins if empty else place.value_ends
        comment = text[ends : place.ends].rstrip("\n")
        lead = head if empty or not head else head[1:]
        return begins, place.ends, lead + comment + newline + _indented(rest, margin)
    return place.begins, place.ends, _indented(written, margin)


def _log_edits(text: str, places: Sequence[Place], entries: str, order: Sequence[str]) -> Iterator[_Edit]:
    if not entries:
        return
    log = next((place for place in places if place.name == "log"), None)
    margin = _margin(text, places)
    if log is None:
        at = _insertion(places, "log", order)
        yield at, at, _indented("log:\n" + entries, margin)
    elif log.shape == "list":
        yield log.ends, log.ends, _indented(entries, " " * log.column)
    else:
        yield log.begins, log.ends, _indented("log:\n" + entries, margin)


def _insertion(places: Sequence[Place], name: str, order: Sequence[str]) -> int:
    """After the field that comes last before `name` in canonical order, else before all fields."""
    rank = {known: index for index, known in enumerate(order)}
    before = [place for place in places if rank.get(place.name, -1) < rank[name]]
    nearest = max(before, key=lambda place: rank.get(place.name, -1), default=None)
    return nearest.ends if nearest else places[0].begins


def _margin(text: str, places: Sequence[Place]) -> str:
    line = text[places[0].begins : places[0].key_end]
    return line[: len(line) - len(line.lstrip())]


def _indented(written: str, margin: str) -> str:
    return "".join([margin + line if line.strip() else line for line in written.splitlines(keepends=True)])


def _applied(text: str, edits: Sequence[_Edit]) -> str:
    parts = []
    done = 0
    for begins, ends, written in sorted(edits, key=lambda edit: edit[0]):
        parts += [text[done:begins], written]
        done = max(done, ends)
    return "".join([*parts, text[done:]])
