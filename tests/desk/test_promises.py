"""What people say they will do: agreed times, promises, and the path that was confirmed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from casectl.desk.verbs.agree import agree
from casectl.desk.verbs.close import close
from casectl.desk.verbs.confirm_path import confirm_path
from casectl.desk.verbs.promise import promise
from casectl.desk.verbs.resolve import resolve
from casectl.model.problems import NotAllowed, NotFound, UsageMistake
from tests.desk.desk_day import FULL, FULL_BOOK, POLICY, Day, moment_at


def day(**kept: object) -> Day:
    return replace(Day(policy=FULL, book=FULL_BOOK), **kept).open()


def test_an_agreed_time_is_kept_by_target() -> None:
    agreed = day().do(agree, "resolution", "2026-11-25T16:00:00-05:00", message="As they asked.")
    assert agreed.case.fields["agreed"] == {"resolution": moment_at("2026-11-25 16:00").now}
    assert agreed.change.summary == "resolution by Wed 2026-11-25 16:00 EST"
    assert (agreed.last.kind, agreed.last.fields) == ("note", {"text": "As they asked."})


def test_a_duration_counts_from_now_and_a_date_is_the_desks_midnight() -> None:
    opened = day()
    assert opened.do(agree, "resolution", "48h").case.fields["agreed"] == {
        "resolution": opened.moment.now + 48 * 3600
    }  # fmt: skip
    midnight = moment_at("2026-11-25 00:00").now
    assert opened.do(agree, "resolution", "2026-11-25").case.fields["agreed"] == {"resolution": midnight}


def test_agreeing_anew_says_what_it_was_and_leaves_other_targets() -> None:
    before = day()
    before = replace(before, case=before.case.changed({"agreed": {"completion": 1, "resolution": before.moment.now}}))
    again = before.do(agree, "resolution", "2h")
    assert again.case.fields["agreed"] == {"completion": 1, "resolution": before.moment.now + 7200}
    assert again.change.summary.endswith(", was Mon 2026-11-23 09:00 EST")
    with pytest.raises(NotAllowed, match="has that time"):
        again.do(agree, "resolution", "2h")


@pytest.mark.parametrize(
    ("target", "when", "kind", "words"),
    [
        ("response", "2h", NotAllowed, "one of: resolution"),
        ("resolutoin", "2h", NotAllowed, "did you mean 'resolution'"),
        ("resolution", "2026-11-23T14:00:00Z", UsageMistake, "not in the future"),
        ("resolution", "now", UsageMistake, "not in the future"),
        ("resolution", "0s", UsageMistake, "not in the future"),
        ("resolution", "3wd", UsageMistake, "working days"),
        ("resolution", "2026-11-25T16:00:00", UsageMistake, "without an offset"),
        ("resolution", "soon", UsageMistake, "not a time"),
        ("resolution", "9999-12-31T23:59:59-12:00", UsageMistake, "WHEN is before 1970 or after 9998"),
    ],
)
def test_no_agreement(target: str, when: str, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind) as refusal:
        day().do(agree, target, when)
    assert words in str(refusal.value)


def test_a_policy_without_agreed_times() -> None:
    with pytest.raises(NotAllowed, match="none of its targets has an agreed time"):
        Day().open().do(agree, "resolution", "2h")


def test_a_promise_is_a_record_with_its_own_id() -> None:
    promised = day().do(promise, due="2h", kind="call-back", message="Jo rings them.\nAbout the line.")
    (record,) = promised.case.records("commitments")
    assert len(str(record["id"])) == 5
    assert str(record["id"]).islower() or str(record["id"]).isdigit()
    assert {key: value for key, value in record.items() if key != "id"} == {
        "kind": "call-back", "due": promised.moment.now + 7200, "text": "Jo rings them.\nAbout the line.",
    }  # fmt: skip
    assert promised.change.summary == f"call-back {record['id']} due Mon 2026-11-23 11:00 EST: Jo rings them."
    assert promised.case.log == ()


def test_maintenance_lasts_until_an_end() -> None:
    window = day().do(
        promise, due="2026-11-30T22:00:00-05:00", kind="maintenance", until="2026-12-01T02:00:00-05:00", message="Core."
    )
    (record,) = window.case.records("commitments")
    assert list(record) == ["id", "kind", "due", "until", "text"]
    assert record["until"] == moment_at("2026-12-01 02:00").now
    assert "until Tue 2026-12-01 02:00 EST" in window.change.summary


def test_a_promise_is_kept_and_another_taken_back() -> None:
    two = day().do(promise, due="2h", kind="call-back", message="One.").do(
        promise, due="3h", kind="call-back", message="Two."
    )  # fmt: skip
    first, second = (str(record["id"]) for record in two.case.records("commitments"))
    kept = two.do(promise, kept=first)
    assert kept.case.records("commitments")[0]["kept"] is True
    assert kept.change.summary == f"call-back {first} kept: One."
    gone = kept.do(promise, cancel=second.upper(), message="They need it no more.")
    assert gone.case.records("commitments")[1]["cancelled"] is True
    assert (gone.case.records("commitments")[0], gone.last.kind) == (kept.case.records("commitments")[0], "note")
    with pytest.raises(NotAllowed, match="was kept or taken back already"):
        gone.do(promise, kept=second)


def test_the_beginning_of_an_id_will_do_while_one_open_promise_has_it() -> None:
    two = day().do(promise, due="2h", kind="call-back", message="One.")
    (record,) = two.case.records("commitments")
    named = {"commitments": ({**record, "id": "abc11"}, {**record, "id": "abc22"}, {**record, "id": "xyz11"})}
    several = replace(two, case=two.case.changed(named))
    with pytest.raises(NotFound, match="more than one promise") as refusal:
        several.do(promise, kept="abc")
    assert refusal.value.hint == "one of: abc11 (One.), abc22 (One.)"
    assert several.do(promise, kept="abc1").do(promise, kept="abc").case.records("commitments")[1]["kept"] is True
    with pytest.raises(NotFound, match="has no promise 'q'"):
        several.do(promise, kept="q")


def test_the_only_open_promise_needs_no_name() -> None:
    with pytest.raises(NotFound, match="has none that it could be"):
        day().do(promise, kept="-")
    one = day().do(promise, due="2h", kind="call-back", message="One.")
    assert one.do(promise, cancel="-").case.records("commitments")[0]["cancelled"] is True
    two = one.do(promise, due="3h", kind="call-back", message="Two: call the landlord.")
    with pytest.raises(NotFound, match="which promise") as refusal:
        two.do(promise, kept="-")
    assert "(One.)" in str(refusal.value.hint)
    kept = two.do(promise, kept="Landlord")
    assert [record.get("kept") for record in kept.case.records("commitments")] == [None, True]
    assert kept.do(promise, kept="-").case.records("commitments")[0]["kept"] is True


def test_the_kind_may_be_left_out_where_there_is_one() -> None:
    one = replace(FULL, commitments={"call-back": FULL.commitments["call-back"]})
    assert day(policy=one, book=replace(FULL_BOOK, policies={one.ref: one})).do(
        promise, due="2h", message="Soon."
    ).case.records("commitments")[0]["kind"] == "call-back"  # fmt: skip


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "one thing at a time"),
        ({"due": "2h", "kept": "abc12", "message": "x"}, "one thing at a time"),
        ({"kept": "abc12", "kind": "call-back"}, "one thing at a time"),
        ({"due": "2h", "message": "x"}, "one of: call-back, maintenance"),
        ({"due": "2h", "kind": "call-bck", "message": "x"}, "did you mean 'call-back'"),
        ({"due": "2h", "kind": "call-back"}, "-m is missing"),
        ({"due": "2h", "kind": "call-back", "message": " "}, "is empty"),
        ({"due": "2026-11-23T13:00:00Z", "kind": "call-back", "message": "x"}, "--due is not in the future"),
        ({"due": "2h", "kind": "call-back", "until": "3h", "message": "x"}, "does not last"),
        ({"due": "2h", "kind": "maintenance", "message": "x"}, "--until is missing"),
        ({"due": "2h", "kind": "maintenance", "until": "2h", "message": "x"}, "end before it is due"),
    ],
)
def test_no_promise(options: dict[str, str], words: str) -> None:
    with pytest.raises(UsageMistake) as refusal:
        day().do(promise, **options)
    assert words in str(refusal.value)


def test_no_promise_where_the_policy_has_no_kinds_or_the_case_is_closed() -> None:
    with pytest.raises(NotAllowed, match="commitments:"):
        Day(policy=POLICY).open().do(promise, due="2h", kind="call-back", message="x")
    open_promise = day().do(promise, due="2h", kind="call-back", message="x")
    closed = open_promise.do(resolve, message="Done.").do(close)
    with pytest.raises(NotAllowed, match="closed case"):
        closed.do(promise, due="2h", kind="call-back", message="x")
    assert closed.do(promise, kept=str(closed.case.records("commitments")[0]["id"])).change.summary.endswith("kept: x")


def test_a_path_is_confirmed_in_the_log() -> None:
    confirmed = day().do(confirm_path, "b", message="It goes to development.")
    assert (confirmed.last.kind, confirmed.last.fields) == (
        "pathway", {"chosen": "b", "text": "It goes to development."},
    )  # fmt: skip
    assert (confirmed.change.verb, confirmed.change.summary) == ("confirm-path", "b (Pursued urgently)")
    with pytest.raises(UsageMistake, match="one of: a, b"):
        day().do(confirm_path, "c", message="x")
    with pytest.raises(NotAllowed, match="no paths"):
        Day().open().do(confirm_path, "a", message="x")
