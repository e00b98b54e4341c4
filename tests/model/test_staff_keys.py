"""The keys of the staff: what `policies/staff.yaml` may say of them, and how it is told what is wrong."""

from __future__ import annotations

from base64 import b64encode
from datetime import date
from pathlib import Path

import pytest

from casectl.model.allowed_signers import allowed_signers
from casectl.model.instants import parse_stored
from casectl.model.people_reader import read_staff
from casectl.model.policy import Person
from casectl.model.problems import Problem
from casectl.model.signing_key import SigningKey
from casectl.model.wire import wire_string
from casectl.store.policy_files import check_policy_files
from tests.model.one_policy import TODAY, tree

PATH = "policies/staff.yaml"
BLOB = wire_string(b"ssh-ed25519") + wire_string(bytes(range(32)))


def line(*fields: bytes, comment: str = " sam@laptop") -> str:
    return f"{fields[0].decode()} {b64encode(b''.join(map(wire_string, fields))).decode()}{comment}"


KEY = line(b"ssh-ed25519", bytes(range(32)))
OTHER = line(b"ssh-ed25519", bytes(range(32, 64)), comment="")
STAFF = f"""\
staff:
  sam:
    name: Sam
    mail: sam@example.com
    keys:
    - {{key: "{KEY}", from: 2026-01-01, until: 2026-12-31}}
    - key: {OTHER}
  jo: {{name: Jo, mail: jo@example.com}}
"""
PRIVATE = """|
        -----BEGIN OPENSSH PRIVATE KEY-----
        b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
        -----END OPENSSH PRIVATE KEY-----
"""


def mistakes(text: str) -> list[Problem]:
    return list(read_staff(tree(text), PATH)[1])


def with_key(value: str) -> str:
    """A staff list in which Sam's key, in line 5, is spelt so."""
    return f"staff:\n  sam:\n    name: Sam\n    mail: sam@example.com\n    keys: [{{key: {value}}}]\n"


def test_keys_are_there_with_their_days() -> None:
    staff, problems = read_staff(tree(STAFF), PATH)
    assert problems == ()
    first, second = staff["sam"].keys
    assert first == SigningKey("ssh-ed25519", BLOB, date(2026, 1, 1), date(2026, 12, 31))
    assert (second.since, second.until) == (None, None)
    assert staff["jo"].keys == ()


@pytest.mark.parametrize(
    ("at", "holds"),
    [
        ("2025-12-31T23:59:59Z", False),
        ("2026-01-01T00:00:00Z", True),
        ("2026-12-31T23:59:59Z", True),
        ("2027-01-01T00:00:00Z", False),
        ("2026-12-31T23:30:00-01:00", False),
    ],
)
def test_a_key_holds_on_whole_days_of_utc(at: str, holds: bool) -> None:
    key = SigningKey("ssh-ed25519", BLOB, date(2026, 1, 1), date(2026, 12, 31))
    assert key.holds_at(parse_stored(at)) is holds
    assert SigningKey("ssh-ed25519", BLOB).holds_at(parse_stored(at))


@pytest.mark.parametrize(
    ("value", "message", "hint"),
    [
        (f'"{KEY[:60]}"', "not a public SSH key: ", ".pub file"),
        ("hello", "not a public SSH key", ".pub file"),
        ('"ssh-ed25519 hello"', "not a public SSH key", ".pub file"),
        (f'"{KEY.replace("ssh-ed25519 ", "ssh-rsa ")}"', "not a public SSH key: the key in it is no ssh-rsa", ".pub"),
        (f'"{line(b"ssh-dss", b"x")}"', "keys of type ssh-dss are not supported", "one of: ssh-ed25519, "),
        (f'"{line(b"ssh-ed25519-cert-v01@openssh.com", b"x")}"', "keys of type ssh-ed25519-cert", "one of: "),
        (f'"{line(b"ssh-rsa", bytes([3]), bytes([64, 1]))}"', "not a public SSH key: a weak RSA key", ".pub"),
        (f'"{line(b"ssh-ed25519", b"short")}"', "not a public SSH key: an Ed25519 key of 5 bytes", ".pub"),
        (f'"{line(b"ssh-ed25519", bytes(32), b"more")}"', "not a public SSH key: 8 bytes too many", ".pub"),
        (f'"{line(b"ecdsa-sha2-nistp256", b"nistp256", b"x")}"', "not a public SSH key: no point", ".pub"),
    ],
)  # fmt: skip
def test_a_line_that_is_no_key(value: str, message: str, hint: str) -> None:
    (problem,) = mistakes(with_key(value))
    assert problem.message.startswith(f"person 'sam', key 1: {message}")
    assert hint in (problem.hint or "")
    assert problem.line == 5


def test_a_private_key_is_never_repeated() -> None:
    text = f"staff:\n  sam:\n    name: Sam\n    mail: sam@example.com\n    keys:\n    - key: {PRIVATE}"
    staff, problems = read_staff(tree(text), PATH)
    assert staff == {}
    assert [(each.line, each.message) for each in problems] == [(6, "person 'sam', key 1: this is a private key")]
    assert "never commit that" in (problems[0].hint or "")
    assert "b3BlbnNzaC1rZXk" not in str(problems)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (f'[{{key: "{KEY}", from: 2026-02-01, until: 2026-01-31}}]', "until 2026-01-31 is before from 2026-02-01"),
        (f'[{{key: "{KEY}", from: yesterday}}]', "'yesterday' is no date"),
        (f'[{{key: "{KEY}", since: 2026-02-01}}]', "unknown field 'since'"),
        ("[{from: 2026-02-01}]", "person 'sam', key 1 lacks 'key'"),
        ("[]", "'keys' lists nothing"),
        (f'"{KEY}"', "'keys' must be a list"),
        (f'["{KEY}"]', "person 'sam', key 1 must be a mapping"),
        (f"[{', '.join(['{key: x}'] * 51)}]", "51 keys are too many"),
    ],
)
def test_mistakes_around_keys(keys: str, message: str) -> None:
    found = mistakes(f"staff:\n  sam:\n    name: Sam\n    mail: sam@example.com\n    keys: {keys}\n")
    assert [problem.line for problem in found] == [5]
    assert message in found[0].message


def test_one_day_alone_is_no_mistake() -> None:
    one = f'[{{key: "{KEY}", from: 2026-02-01, until: 2026-02-01}}]'
    assert mistakes(f"staff:\n  sam: {{name: Sam, mail: sam@example.com, keys: {one}}}\n") == []


def test_one_key_of_two_persons() -> None:
    text = STAFF.replace("jo@example.com}", f'jo@example.com, keys: [{{key: "{KEY}"}}]}}')
    staff, (problem,) = read_staff(tree(text), PATH)
    assert (problem.line, problem.message) == (8, "'jo' and 'sam' have the same key")
    assert list(staff) == ["sam"]


def test_one_key_of_one_person_at_two_times() -> None:
    again = STAFF.replace(OTHER, f"{KEY}\n      from: 2028-01-01")
    assert mistakes(again) == []


def test_the_check_finds_them(tmp_path: Path) -> None:
    (tmp_path / "staff.yaml").write_text(with_key("hello"))
    (problem,) = check_policy_files([tmp_path / "staff.yaml"], TODAY)
    assert str(problem).startswith(f"{tmp_path}/staff.yaml:5: person 'sam', key 1: not a public SSH key")


def test_allowed_signers() -> None:
    staff, _ = read_staff(tree(STAFF), PATH)
    blobs = [text.split()[1] for text in (KEY, OTHER)]
    assert [text for text in allowed_signers(staff).splitlines() if not text.startswith("#")] == [
        'sam@example.com namespaces="git",valid-after="20260101000000Z",valid-before="20261231235959Z" '
        f"ssh-ed25519 {blobs[0]}",
        f'sam@example.com namespaces="git" ssh-ed25519 {blobs[1]}',
    ]


def test_addresses_that_would_mean_others_as_well_are_left_out() -> None:
    key = (SigningKey("ssh-ed25519", BLOB),)
    for mail in ("*@example.com", "s?m@example.com", "a,b@example.com", "!sam@example.com", '"x@example.com', "#@b.c"):
        *_, told = allowed_signers({"x": Person("x", "X", mail, keys=key)}).splitlines()
        assert told.startswith("# left out: ")
        assert mail not in told


def test_keys_of_long_ago_are_left_out() -> None:
    keys = tuple(SigningKey("ssh-ed25519", BLOB, date(1960, 1, 1), date(year, 12, 31)) for year in (1969, 1970))
    text = allowed_signers({"sam": Person("sam", "Sam", "sam@b.c", keys=keys)})
    (told,) = (line for line in text.splitlines() if not line.startswith("#"))
    assert told.startswith('sam@b.c namespaces="git",valid-before="19701231235959Z" ')
