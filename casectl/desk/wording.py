"""What people type, checked before it goes into history for ever: no control characters, no personal data unnoticed."""

from __future__ import annotations

import re
from collections.abc import Callable

from casectl.model.problems import UsageMistake

MAX_TEXT_BYTES = 64 * 1024
LONGEST_LINE = 300
"""Characters of what is one line: a title, a name, a remark."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\ufffe\uffff]")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*[a-z]", re.IGNORECASE)
_PHONE = re.compile(
    r"(?<![\w.-])(?:(?:\+|00?)[1-9](?:[ ()/.-]{0,2}\d){7,14}|\(?[2-9]\d\d\)?[ .-]\d{3}[ .-]\d{4})(?![\w-])"
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")


def clean(text: str, what: str, one_line: bool = False) -> str:
    """Text as it may be stored: line ends as `\\n`, none at the end. `what` names it in messages.

    Raises `UsageMistake` for text that is empty, longer than 64 KiB (one line: than `LONGEST_LINE` characters), or
    holds control or broken characters.
    """
    kept = text.replace("\r\n", "\n").rstrip() if not one_line else text.strip()
    if not kept:
        raise UsageMistake(f"{what} is empty", "say something, or leave the option out")
    if len(kept.encode("utf-8", "surrogatepass")) > MAX_TEXT_BYTES:
        raise UsageMistake(f"{what} is longer than {MAX_TEXT_BYTES // 1024} KiB", "shorten it")
    bad = _CONTROL.search(kept)
    if bad:
        code = f"U+{ord(bad[0]):04X}"
        raise UsageMistake(f"{what} holds a control or broken character ({code})", "plain text in UTF-8, please")
    if one_line and ("\n" in kept or "\t" in kept):
        raise UsageMistake(f"{what} must be one line", "put the rest into --description")
    if one_line and len(kept) > LONGEST_LINE:
        raise UsageMistake(f"{what} is longer than {LONGEST_LINE} characters", "say it shorter; details go elsewhere")
    return kept


def clean_if_given(text: str | None, what: str, one_line: bool = False) -> str | None:
    """As `clean`, for an option that may be left out."""
    return None if text is None else clean(text, what, one_line)


def looks_like_mail(text: str) -> bool:
    """Whether text holds a mail address."""
    return bool(_MAIL.search(text))


def personal_data(text: str | None, what: str) -> tuple[str, ...]:
    """Warnings about what looks like a mail address, a phone number or an IBAN: history never forgets."""
    if not text:
        return ()
    finders: dict[str, Callable[[str], object]] = {
        "a mail address": looks_like_mail,
        "a phone number": _PHONE.search,
        "an IBAN": _holds_iban,
    }
    return tuple(
        f"{what} holds what looks like {name}; history keeps it for ever (a contact reference would not tell)"
        for name, finds in finders.items()
        if finds(text)
    )


def first_words(text: str, width: int = 60) -> str:
    """The beginning of a text, on one line, for a commit's subject."""
    line = text.strip().partition("\n")[0]
    return line if len(line) <= width else line[: width - 1].rstrip() + "…"


def nth(number: int) -> str:
    """`1st`, `2nd`, `3rd`, `11th`, `21st`."""
    endings = {1: "st", 2: "nd", 3: "rd"}
    return f"{number}{'th' if number % 100 in (11, 12, 13) else endings.get(number % 10, 'th')}"


def _holds_iban(text: str) -> bool:
    return any(_checks_out(found[0].replace(" ", "")) for found in _IBAN.finditer(text))


def _checks_out(iban: str) -> bool:
    """ISO 13616: moved and spelt in digits, an IBAN leaves 1 when divided by 97."""
    return int("".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4])) % 97 == 1
