"""A case file's text to a case and back: canonical files by the scanner, hand-edited ones through the YAML tree."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from casectl.model.case import FIELDS, MOST_RECORDS, Case
from casectl.model.caseid import path_of
from casectl.model.problems import CasectlError, InvalidFiles, NotAllowed, Problem
from casectl.model.rawcase import case_from_raw, raw_from_tree
from casectl.store.canonical import MAX_BYTES, dump, dump_entry, dump_field, scan

_ORDER = (*(spec.name for spec in FIELDS), "log")
_COMMENT = re.compile(r"(?:^|(?<=\s))#[^\r\n]*", re.MULTILINE)
_Editor = Callable[[str, Mapping[str, str | None], str, Sequence[str]], str | None]


def parse_case(text: str, path: str) -> tuple[Case | None, tuple[Problem, ...]]:
    """The case in a file's text, or None and every problem with its line. Never raises."""
    raw = scan(text)
    if raw is not None:
        return case_from_raw(raw, path)
    from casectl.store.yamltree import capped, read_tree

    tree, problems = read_tree(text, path)
    if tree is None:
        return None, problems
    raw, shape_problems = raw_from_tree(tree, path)
    case, value_problems = case_from_raw(raw, path)
    problems = tuple(sorted({*problems, *shape_problems, *value_problems}, key=lambda problem: problem.line))
    return (None if problems else case), capped(problems, path)


def edit_case(old_text: str | None, old: Case | None, new: Case) -> str:
    """The text of the file after a change from `old` (what `old_text` says) to `new`.

    A canonical file is written anew; in a hand-edited one only what changed is touched, so that comments, order and
    quotes stay; an unchanged case gives `old_text` itself. Raises `InvalidFiles` when `old_text` is no case or has a
    layout that cannot be edited safely, `UsageMistake` for text that no file can hold, `NotAllowed` above `MAX_BYTES`
    or `MOST_RECORDS`.
    """
    canonical = _within_bounds(dump(new), new)
    if old_text is None:
        return canonical
    path = path_of(new.id)
    if old is None:
        old, problems = parse_case(old_text, path)
        if old is None:
            raise InvalidFiles(problems)
    before = dump(old)
    if before == canonical:
        return old_text
    return canonical if before == old_text else _edited(old_text, old, new, path)


def _edited(old_text: str, old: Case, new: Case, path: str) -> str:
    from casectl.store.splice import splice
    from casectl.store.yamltree import round_trip

    fields = {
        spec.name: dump_field(spec, value) or None if (value := new.fields.get(spec.name)) is not None else None
        for spec in FIELDS
        if new.fields.get(spec.name) != old.fields.get(spec.name)
    }
    entries = "".join([dump_entry(entry) for entry in new.log[len(old.log) :]])
    if new.log[: len(old.log)] != old.log:
        everything = "".join([dump_entry(entry) for entry in new.log])
        fields["log"], entries = (f"log:\n{everything}" if everything else None), ""
    for editor in (splice, round_trip):
        text = _attempt(editor, old_text, fields, entries)
        if text is not None and _says(text, new, path) and (editor is splice or _keeps_comments(old_text, text)):
            return text
    hint = "write it one field a line, and the log as `- id:` entries, as cases/README.md shows"
    raise InvalidFiles([Problem(path, 0, "this layout cannot be edited without losing something", hint)])


def _attempt(editor: _Editor, text: str, fields: Mapping[str, str | None], entries: str) -> str | None:
    try:
        return editor(text, fields, entries, _ORDER)
    except CasectlError:
        raise
    except Exception:  # ruamel's own errors are of many kinds; the next editor, or the refusal, answers them
        return None


def _says(text: str, case: Case, path: str) -> bool:
    read, _ = parse_case(text, path)
    return read is not None and dump(read) == dump(case)


def _keeps_comments(old_text: str, text: str) -> bool:
    return all(comment in text for comment in _COMMENT.findall(old_text))


def _within_bounds(text: str, case: Case) -> str:
    size = len(text.encode())
    if size > MAX_BYTES:
        message = f"{case.id} would grow to {size // 1024} KiB; a case file holds {MAX_BYTES // 1024} KiB"
        raise NotAllowed(message, "attach long texts as files of their own")
    full = next((spec.name for spec in FIELDS if len(case.records(spec.name)) > MOST_RECORDS), None)
    if full:
        raise NotAllowed(f"{case.id} has {MOST_RECORDS} {full}; it holds no more", "open another case for the rest")
    return text
