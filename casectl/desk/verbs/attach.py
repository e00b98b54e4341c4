"""Keep files with a case, such as screenshots and logs, each with its checksum."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated

from casectl.desk.verb import Flag, Remark, Scene, change, entry
from casectl.desk.wording import clean_if_given, personal_data
from casectl.model.attachment import checked_name, checked_size, refuse_too_many
from casectl.model.case import Entry
from casectl.model.change import Attached, Change
from casectl.model.problems import NotAllowed, UsageMistake
from casectl.sla.voids import voided_steps


def attach(
    scene: Scene,
    files: Annotated[
        list[Attached],
        Flag("What to keep; `-` is standard input, and needs --as.", positional=True, file=True, metavar="FILE..."),
    ],
    as_name: Annotated[str | None, Flag("Keep the one file under this name.", ("--as",), metavar="NAME")] = None,
    message: Remark = None,
) -> Change:
    """The files beside the case, and an entry in its log for each."""
    if as_name is not None and len(files) != 1:
        raise UsageMistake("--as names one file, and several are given", "attach them one by one")
    text = clean_if_given(message, "the message")
    gone = _taken_back(scene)
    there = [past for past in scene.case.log if past.kind == "attachment" and past.id not in gone]
    refuse_too_many(scene.case.id, len(there), len(files))
    kept: list[Attached] = []
    entries: list[Entry] = []
    for each in files:
        file = _checked(scene, each._replace(name=as_name or each.name), [*there, *entries])
        kept.append(file)
        digest = sha256(file.content).hexdigest()
        size = len(file.content)
        entries.append(entry(scene, "attachment", file=file.name, bytes=size, sha256=digest, text=text))
    step = change(scene, "attach", ", ".join(file.name for file in kept), {}, tuple(entries))
    return step._replace(files=tuple(kept), warnings=personal_data(text, "the message"))


def _taken_back(scene: Scene) -> frozenset[str]:
    """The ids of entries whose steps were undone. Their files are still there, and may be attached again."""
    steps = scene.timeline.steps
    undone = voided_steps(steps, scene.case.id)
    return frozenset(entry.id for index in undone for entry in steps[index].entries)


def _checked(scene: Scene, file: Attached, there: list[Entry]) -> Attached:
    """The file under the name that it is kept by. Raises as the checks of names and sizes do."""
    checked_size(file.name, file.content)
    same = (past for past in there if past.fields.get("file") == file.name)
    if any(past.fields.get("sha256") == sha256(file.content).hexdigest() for past in same):
        raise NotAllowed(f"'{file.name}' is attached to {scene.case.id} already", f"casectl show {scene.case.id}")
    return file._replace(name=checked_name(file.name, [str(past.fields.get("file")) for past in there]))
