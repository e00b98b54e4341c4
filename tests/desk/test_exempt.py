"""Periods that do not count: asked for, approved by those who may, ended later; never ahead of time."""

from __future__ import annotations

import pytest

from casectl.desk.verbs.close import close
from casectl.desk.verbs.exempt import exempt
from casectl.desk.verbs.resolve import resolve
from casectl.model.problems import NotAllowed, NotFound, UsageMistake
from tests.desk.desk_day import FULL, FULL_BOOK, POLICY, Day, moment_at

SINCE = "2026-11-23T09:10:00-05:00"


def day() -> Day:
    return Day(policy=FULL, book=FULL_BOOK).open().at("10:00")


def reference(day: Day) -> str:
    return str(day.case.records("exemptions")[-1]["id"])


def test_an_approved_exemption_for_a_period() -> None:
    made = (
        day()
        .by("ada")
        .do(
            exempt,
            "regulator",
            SINCE,
            until="2026-11-23T09:40:00-05:00",
            approved_by="ADA@desk.example",
            message="Order 5.",
        )
    )
    (record,) = made.case.records("exemptions")
    assert list(record) == ["id", "code", "from", "until", "approved_by", "text"]
    assert (record["from"], record["until"]) == (moment_at("09:10").now, moment_at("09:40").now)
    assert (record["approved_by"], record["text"], made.case.log) == ("ada", "Order 5.", ())
    assert made.change.summary == (
        f"approved by ada: regulator {record['id']} Mon 2026-11-23 09:10 EST to Mon 2026-11-23 09:40 EST"
    )
    assert made.change.warnings == ()


def test_without_an_approver_it_is_asked_for_and_says_that_it_counts_for_nothing() -> None:
    asked = day().do(exempt, "regulator", SINCE)
    (record,) = asked.case.records("exemptions")
    assert "approved_by" not in record
    assert "until" not in record
    assert asked.change.summary == f"asked for: regulator {record['id']} Mon 2026-11-23 09:10 EST to its end"
    (warning,) = asked.change.warnings
    assert warning == (
        f"it counts for nothing until it is approved: casectl exempt {asked.case.id} --approve {record['id']}, "
        "by desk-manager: Ada (ada)"
    )
    approved = asked.by("ada").do(exempt, approve=str(record["id"])[:4])
    assert approved.case.records("exemptions")[0] == {**record, "approved_by": "ada"}
    assert approved.change.summary.startswith(f"approved by ada: regulator {record['id']}"), "not as when asked for"
    with pytest.raises(NotAllowed, match="is approved already"):
        approved.by("ada").do(exempt, approve=str(record["id"]))


def test_only_the_code_s_roles_may_approve() -> None:
    with pytest.raises(NotAllowed) as refusal:
        day().do(exempt, "regulator", SINCE, approved_by="jo")
    assert (refusal.value.message, refusal.value.hint) == (
        "jo may not approve 'regulator' by policy acme-desk/1.0", "desk-manager: Ada (ada)",
    )  # fmt: skip
    asked = day().do(exempt, "regulator", SINCE)
    with pytest.raises(NotAllowed, match="sam may not approve"):
        asked.do(exempt, approve=reference(asked))
    assert asked.do(exempt, approve=reference(asked), approved_by="ada").case.records("exemptions")[0]["approved_by"]


def test_an_approval_by_another_rests_on_the_word_of_who_commits_it() -> None:
    told = "that ada approved it rests on the word of sam, who commits it and is no desk-manager"
    (warning,) = day().do(exempt, "regulator", SINCE, approved_by="ada").change.warnings
    assert warning.startswith(told)
    asked = day().do(exempt, "regulator", SINCE)
    (warning,) = asked.do(exempt, approve=reference(asked), approved_by="ada").change.warnings
    assert warning.startswith(told)
    assert asked.by("ada").do(exempt, approve=reference(asked)).change.warnings == ()
    assert day().do(exempt, "weather", SINCE, approved_by="ada").change.warnings == (), "anybody may"


def test_where_anybody_may_approve_that_is_said() -> None:
    (warning,) = day().do(exempt, "weather", SINCE).change.warnings
    assert warning.endswith(", by anybody")


def test_the_reference_may_be_left_out_or_be_some_of_the_text() -> None:
    asked = day().do(exempt, "weather", SINCE, message="Hail.").do(exempt, "weather", SINCE, message="Snow.")
    with pytest.raises(NotFound, match="has 2 of them that it could be") as refusal:
        asked.do(exempt, approve="-")
    assert "(Hail.)" in str(refusal.value.hint)
    one = asked.do(exempt, approve="snow")
    assert [record.get("approved_by") for record in one.case.records("exemptions")] == [None, "sam"]
    both = one.do(exempt, approve="-")
    assert [record.get("approved_by") for record in both.case.records("exemptions")] == ["sam", "sam"]


def test_anybody_may_approve_where_the_code_names_no_role() -> None:
    assert day().do(exempt, "weather", SINCE, approved_by="me").case.records("exemptions")[0]["approved_by"] == "sam"
    stranger = day().do(exempt, "weather", SINCE, approved_by="somebody")
    assert "not in policies/staff.yaml" in stranger.change.warnings[0]


def test_an_open_ended_exemption_is_ended_now_or_at_a_moment_past() -> None:
    lasting = day().do(exempt, "weather", SINCE, approved_by="me")
    ended = lasting.at("10:30").do(exempt, end=reference(lasting), message="It cleared.")
    assert ended.case.records("exemptions")[0]["until"] == moment_at("10:30").now
    assert ended.last.fields == {"text": "It cleared."}
    earlier = lasting.at("10:30").do(exempt, end=reference(lasting), until="2026-11-23T09:20:00-05:00")
    assert earlier.case.records("exemptions")[0]["until"] == moment_at("09:20").now
    with pytest.raises(NotAllowed, match="has an end already"):
        ended.do(exempt, end=reference(ended))
    with pytest.raises(UsageMistake, match="end before it begins"):
        lasting.do(exempt, end=reference(lasting), until="2026-11-23T09:00:00-05:00")


def test_a_closed_case_may_be_exempt_too() -> None:
    closed = day().do(resolve, message="Done.").do(close)
    assert closed.do(exempt, "weather", SINCE, approved_by="me").case.records("exemptions")


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({}, UsageMistake, "one thing at a time"),
        ({"code": "weather"}, UsageMistake, "one thing at a time"),
        ({"code": "weather", "begins": SINCE, "end": "abc"}, UsageMistake, "one thing at a time"),
        ({"end": "abc", "approved_by": "ada"}, UsageMistake, "--end goes with --until"),
        ({"approve": "abc", "until": SINCE}, UsageMistake, "--approve with --approved-by"),
        ({"code": "wether", "begins": SINCE}, UsageMistake, "did you mean 'weather'"),
        ({"code": "weather", "begins": "2026-11-23T10:00:01-05:00"}, UsageMistake, "a period that has not begun"),
        ({"code": "weather", "begins": SINCE, "until": "2026-11-24"}, UsageMistake, "a period that has not begun"),
        ({"code": "weather", "begins": SINCE, "until": SINCE}, UsageMistake, "end before it begins"),
        ({"code": "weather", "begins": "0001-01-01"}, UsageMistake, "--from is before 1970 or after 9998"),
        ({"end": "abc"}, NotFound, "has no exemption 'abc'"),
    ],
)
def test_no_exemption(options: dict[str, str], kind: type[Exception], words: str) -> None:
    with pytest.raises(kind) as refusal:
        day().do(exempt, **options)
    assert words in str(refusal.value)


def test_a_policy_without_exemptions() -> None:
    with pytest.raises(NotAllowed, match="exemptions:"):
        Day(policy=POLICY).open().do(exempt, "weather", "now")
