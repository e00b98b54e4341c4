"""What looks like personal data draws a warning; what only looks like numbers does not."""

from __future__ import annotations

import pytest

from casectl.desk.wording import clean, first_words, nth, personal_data


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("write to ann.lee@oakfield.example", "a mail address"),
        ("ring +44 20 7946 0123 after five", "a phone number"),
        ("ring 020 7946 0123", "a phone number"),
        ("ring (416) 555-0123", "a phone number"),
        ("refund to GB82 WEST 1234 5698 7654 32", "an IBAN"),
    ],
)
def test_personal_data_draws_a_warning_that_does_not_repeat_it(text: str, what: str) -> None:
    (warning,) = personal_data(text, "the note")
    assert what in warning
    assert "0123" not in warning
    assert "ann" not in warning


@pytest.mark.parametrize(
    "text",
    [
        "since 2026-11-23 09:02:11 it fails",
        "case ABC-261123-K7Q4P",
        "error 0x80070005 at 10.0.0.12:8443",
        "42 users @ 3 sites",
        "order GB82 ABCD 1234 5698 7654 99",
        "version 1.20.300.4000",
    ],
)
def test_plain_facts_draw_none(text: str) -> None:
    assert personal_data(text, "the note") == ()


def test_clean_keeps_lines_and_drops_the_last_line_end() -> None:
    assert clean("one\r\n\ttwo\n\n", "the note") == "one\n\ttwo"


def test_first_words_are_one_short_line() -> None:
    assert first_words("one\ntwo") == "one"
    assert len(first_words("x" * 200)) == 60


@pytest.mark.parametrize(
    ("number", "word"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (21, "21st"), (112, "112th")]
)
def test_an_ordinal_ends_as_it_is_spoken(number: int, word: str) -> None:
    assert nth(number) == word
