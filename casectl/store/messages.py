"""The messages of a desk, `policies/DESK/messages/NAME.txt`, as a commit has them; and those that lie on disk."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from casectl.model.problems import InvalidFiles, NotFound, Problem, did_you_mean
from casectl.store.book import FOLDER
from casectl.store.objects import ObjectReader
from casectl.store.policy_tree import MESSAGES, TEXT
from casectl.store.repo import Repo
from casectl.store.trees import REGULAR, read_folder

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
"""How messages are called: they are named in policies and typed at the prompt."""


def read_message(repo: Repo, commit: str, desk: str, name: str) -> tuple[str, str]:
    """A message's text, and its path. Raises `NotFound` for one that there is not, `InvalidFiles` for broken text."""
    blobs = _blobs(repo, commit, desk)
    path = f"{FOLDER}/{desk}/{MESSAGES}/{name}{TEXT}"
    if name not in blobs:
        hint = did_you_mean(name, blobs) if blobs else f"put texts into {FOLDER}/{desk}/{MESSAGES}/, and commit them"
        raise NotFound(f"desk '{desk}' has no message '{name}'", hint)
    with ObjectReader(repo) as reader:
        content = reader.read(blobs[name]) or b""
    return _decoded(content, path), path


def messages_on_disk(places: Iterable[Path]) -> Iterator[tuple[str, str | Problem]]:
    """Every message in `messages/` below folders on disk: its path as shown, and its text or what is wrong with it."""
    for place in places:
        for path in sorted(place.rglob(f"{MESSAGES}/*{TEXT}")) if place.is_dir() else ():
            if not NAME.fullmatch(path.stem):
                hint = "small letters, digits and dashes, such as at-risk.txt"
                yield path.as_posix(), Problem(path.as_posix(), 0, "no message can be called so", hint)
                continue
            if path.is_symlink() or not path.is_file():
                yield path.as_posix(), Problem(path.as_posix(), 0, "no regular file", "a message is a file of its own")
                continue
            try:
                yield path.as_posix(), _decoded(path.read_bytes(), path.as_posix())
            except InvalidFiles as broken:
                yield path.as_posix(), broken.problems[0]
            except OSError as error:
                yield path.as_posix(), Problem(path.as_posix(), 0, f"cannot be read: {error.strerror}")


def _blobs(repo: Repo, commit: str, desk: str) -> dict[str, str]:
    """The object of each message by its name; links and submodules are none."""
    name = f"{FOLDER}/{desk}/{MESSAGES}"
    with ObjectReader(repo) as reader:
        if reader.look(f"{commit}:{name}") is None:
            return {}
        folder = read_folder(reader, f"{commit}:{name}", name)
    files = {own.decode(errors="replace"): entry for own, entry in sorted(folder.items())}
    return {
        own.removesuffix(TEXT): entry.id for own, entry in files.items() if entry.mode in REGULAR and own.endswith(TEXT)
    }


def _decoded(content: bytes, path: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = content[: wrong.start].count(b"\n") + 1
        raise InvalidFiles([Problem(path, line, "not UTF-8 text", "save the file as UTF-8")]) from None
