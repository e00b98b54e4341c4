"""Files beside a case: each stays as it was attached, and is what its log entry says."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from casectl.audit.finding import Code, Finding, show_file
from casectl.audit.history import History
from casectl.audit.merges import own_touches
from casectl.audit.touches import case_of
from casectl.audit.trial import Trial
from casectl.model.attachment import MOST_BYTES, MOST_FILES
from casectl.model.case import Entry
from casectl.model.timeline import Step
from casectl.store.lookup import is_case_path
from casectl.store.merge import beside

CODES = {
    "attachment-changed": Code("major", "An attachment was changed or deleted after it was put on the record."),
    "attachment-false": Code("major", "An attachment is missing, or is not the file that its log entry describes."),
    "attachment-limit": Code("minor", "An attachment is larger than casectl takes, or a case has more than it holds."),
    "attachment-unlogged": Code("minor", "A file was put beside a case, and no log entry of the case names it."),
}


def of_history(history: History) -> Iterator[Finding]:
    for commit in history.commits.values():
        for touch in own_touches(history, commit):
            case = case_of(touch.path)
            if case and touch.status != "A" and not is_case_path(touch.path):
                did = "deleted" if touch.status == "D" else "changed"
                told = f"{did} the attachment {touch.path.rpartition('/')[2]}"
                show = show_file(commit.id, touch.path)
                yield Finding("attachment-changed", commit.id, told, case, about=touch.path, show=show)


def of_case(trial: Trial) -> Iterator[Finding]:
    there = 0
    for step in trial.timeline.steps:
        for entry in _logged(step):
            there += 1
            trial.history.logged.update(_paths(trial, step, entry))
            if len(trial.history.commits[step.commit].parents) < 2:
                yield from _attached(trial, step, entry)
    if there > MOST_FILES:
        yield from _too_many(trial)


def at_the_end(history: History) -> Iterator[Finding]:
    """Files that nobody logged, by the commits that put them there first."""
    told = set(history.logged)
    for commit in history.commits:
        for touch in history.touches.get(commit, ()):
            case = "" if touch.path in told or is_case_path(touch.path) else case_of(touch.path)
            if case and touch.status == "A":
                told.add(touch.path)
                did = f"put {touch.path.rpartition('/')[2]} beside the case, and no log entry names it"
                show = show_file(commit, touch.path)
                yield Finding("attachment-unlogged", commit, did, case, about=touch.path, show=show)


def _logged(step: Step) -> list[Entry]:
    return [entry for entry in step.entries if entry.kind == "attachment"]


def _path(trial: Trial, entry: Entry) -> str:
    return f"{trial.timeline.path.removesuffix('.yaml')}.files/{entry.fields.get('file')}"


def _paths(trial: Trial, step: Step, entry: Entry) -> Iterator[str]:
    """Where its file may lie: under its name, or beside it, where another clone attached another file of that name."""
    path = _path(trial, entry)
    folder, _, name = path.rpartition("/")
    yield path
    touches = trial.history.touches.get(step.commit, ())
    yield from (beside(folder, name, touch.new) for touch in touches if touch.path == path)


def _too_many(trial: Trial) -> Iterator[Finding]:
    """As `attach` counts them: those that whoever took the step could know of, without what had been taken back."""
    for place, step in enumerate(trial.steps):
        new = _logged(step)
        there = len(new) + sum(len(_logged(each)) for each in trial.past(place).steps) if new else 0
        if there > MOST_FILES:
            told = f"logged the attachment {new[-1].fields.get('file')}, the last of {there}: a case holds {MOST_FILES}"
            yield trial.finding("attachment-limit", step.commit, told)


def _attached(trial: Trial, step: Step, entry: Entry) -> Iterator[Finding]:
    """The file as it is in the commit of its log entry, by its digest."""
    name, path = str(entry.fields.get("file")), _path(trial, entry)
    content, show = trial.shelf.reader.read(f"{step.commit}:{path}"), show_file(step.commit, path)
    if content is not None and len(content) > MOST_BYTES:
        told = f"logged the attachment {name} of {len(content)} bytes: a case takes {MOST_BYTES} at most"
        yield trial.finding("attachment-limit", step.commit, told, name, show=show)
    if content is None:
        told, show = f"logged the attachment {name}, which is not there", ""
    elif sha256(content).hexdigest() != entry.fields.get("sha256"):
        told = f"logged the attachment {name} with another digest than the file has"
    else:
        return
    yield trial.finding("attachment-false", step.commit, told, name, show=show)
