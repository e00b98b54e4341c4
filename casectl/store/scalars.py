"""How canonical files write one piece of text: plain where every YAML reader sees that text, else block or quoted.

Knows no YAML library. What is written here reads back as the same text under YAML 1.1 and 1.2, `safe` loaders included.
Patterns are few and small, for every start of `casectl show` compiles them; those for text beyond ASCII wait for some.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from casectl.model.problems import UsageMistake

HIDDEN = "\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff"
"""Characters (the inside of a regex class) that stand in files as escapes only: control, line-breaking, bidi marks."""

_PLAIN = re.compile(
    r"(?:[^\x00- !-'*-.0-9:<-@\[\]`{-\x7f]|[0-9](?=.*[g-np-su-wyG-NP-SU-WY]))"
    r"[^\x00- :\x7f]*(?:(?: (?=[^#])|:(?=[^ ]))[^\x00- :\x7f]*)*"
)
"""Each character fits in one way only, so nothing is tried twice. Without possessive quantifiers, which Python before
3.11.5 gets wrong."""
_RESERVED = frozenset(["true", "false", "null", "yes", "no", "on", "off", "y", "n"])
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_ESCAPED = re.compile(r'["\\\x00-\x1f\x7f]')
_ESCAPE = re.compile(r"\\(?:u([0-9a-f]{4})|(.))")
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}
_LONG = {short[1]: character for character, short in _SHORT.items()}


@lru_cache(maxsize=1024)
def is_plain(text: str) -> bool:
    """Whether `text` is written as it is: no other type's looks, no indicator first, no `: `, ` #` or edge space.

    A text that begins with a digit needs a letter that no number and no timestamp has: `7mq2c` is plain, `1e5` is not.
    """
    if _PLAIN.fullmatch(text) is None or (len(text) < 6 and text.lower() in _RESERVED):
        return False
    return text.isascii() or _hidden().search(text) is None


def write_scalar(text: str, indent: str) -> str:
    """`text` as the value of a field; a block literal's lines go to `indent`. Raises `UsageMistake` for text that
    no file can hold (NUL, broken Unicode)."""
    if "\n" not in text:
        if is_plain(text):
            return text
    elif _is_block(text):
        return "|-\n" + "\n".join([indent + line if line else "" for line in text.split("\n")])
    pattern = _ESCAPED if text.isascii() else _escaped()
    return '"' + pattern.sub(_escape, text) + '"'


def read_quoted(written: str) -> str | None:
    """The text of a double-quoted scalar, or None when `write_scalar` would not have written it so."""
    return _checked(_ESCAPE.sub(_unescape, written[1:-1]), written, "")


def read_block(lines: Sequence[str], indent: str) -> str | None:
    """The text of a block literal's lines (empty or at `indent`), or None as for `read_quoted`."""
    cut = len(indent)
    return _checked("\n".join([line[cut:] for line in lines]), "|-\n" + "\n".join(lines), indent)


def _checked(text: str, written: str, indent: str) -> str | None:
    try:
        return text if write_scalar(text, indent) == written else None
    except UsageMistake:
        return None


def _is_block(text: str) -> bool:
    pattern = _CONTROL if text.isascii() else _hidden()
    if pattern.search(text) or text[0] in " \t\n" or text[-1] == "\n":
        return False
    return all(not line or line.strip(" \t") for line in text.split("\n"))


@lru_cache(maxsize=1)
def _hidden() -> re.Pattern[str]:
    return re.compile(f"[{HIDDEN}]")


@lru_cache(maxsize=1)
def _escaped() -> re.Pattern[str]:
    return re.compile(rf'["\\\t\n{HIDDEN}]')


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    if character == "\x00" or "\ud800" <= character <= "\udfff":
        raise UsageMistake("text with a NUL or a broken character in it", "save or send it as UTF-8")
    return _SHORT.get(character) or f"\\u{ord(character):04x}"


def _unescape(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else _LONG.get(found[2], found[0])
