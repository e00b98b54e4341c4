"""Text of strangers made harmless for terminals: what could move the cursor or turn the writing shows itself."""

from __future__ import annotations

from unicodedata import category

_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS = frozenset("\u200c\u200d")
"""Parts of words in Persian and Indic scripts, and of emoji; a terminal takes no harm from them."""


def plain(text: str) -> str:
    """`text` on one line, with control, bidi and other invisible characters written out: `\\x1b`, `\\u202e`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_written(character) for character in text)


def plain_block(text: str) -> str:
    """As `plain`, but a block of lines stays one."""
    return "\n".join(plain(line) for line in text.replace("\r\n", "\n").split("\n"))


def shortened(text: str, width: int) -> str:
    """`text` cut to `width` characters, an ellipsis in the place of what went."""
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def _written(character: str) -> str:
    if category(character) in _ESCAPED and character not in _JOINERS:
        return character.encode("unicode_escape", "surrogatepass").decode("ascii")
    return character
