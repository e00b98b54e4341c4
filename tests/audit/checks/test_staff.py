"""Who changed the staff list and the policies, on which every other answer rests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.audit.plain import POLICY, STAFF, Plain, begin
from tests.audit.stories import twins

LIST = "policies/staff.yaml"
LEADING = {LIST: STAFF.replace("jo@example.org, roles: [agent]", "jo@example.org, roles: [lead]")}
EVE = "  eve: {name: Eve, mail: eve@example.org, roles: [lead]}\n"


@twins("self-granted", "minor", "changed what the staff list says of jo, who committed it", case=None)
def test_a_role_that_somebody_gave_themselves(desk: Plain, guilty: bool) -> str:
    desk.open()
    return desk.commit(LEADING if guilty else {"cases/README.md": "Leads.\n"}, "Jo leads", who="jo")


@twins("staff-unreadable", "major", "left no staff list that can be read", case=None)
def test_a_second_entry_with_the_same_address(desk: Plain, guilty: bool) -> str:
    desk.open()
    joe = "  joe: {name: Joe, mail: jo@example.org, roles: [lead]}\n"
    return desk.commit({LIST: STAFF + joe if guilty else STAFF}, "Joe leads", who="jo")


@twins("staff-changed", "observation", "says of jo (+lead, -agent)", case=None)
def test_a_role_that_somebody_got_from_a_colleague(desk: Plain, guilty: bool) -> str:
    desk.open()
    return desk.commit(LEADING if guilty else {LIST: f"# The same people.\n{STAFF}"}, "Jo leads", who="max")


@twins("staff-changed", "observation", "says of sam (taken off it)", case=None)
def test_somebody_who_left(desk: Plain, guilty: bool) -> str:
    desk.open()
    left = "".join(line for line in STAFF.splitlines(keepends=True) if not line.startswith("  sam:"))
    return desk.commit({LIST: left if guilty else STAFF}, "Sam left", who="max")


@twins("staff-stranger", "major", "changed what the staff list says of eve; it was committed by eve@", case=None)
def test_a_stranger_who_put_herself_on_the_list(desk: Plain, guilty: bool) -> str:
    desk.open()
    return desk.commit({LIST: STAFF + EVE if guilty else STAFF}, "Eve leads", who="eve")


@twins("staff-unreadable", "major", "left no staff list that can be read", case=None)
def test_a_list_that_nobody_can_read(desk: Plain, guilty: bool) -> str:
    desk.open()
    return desk.commit({LIST: "staff: [" if guilty else STAFF}, "Away with it", who="max")


@twins("staff-unreadable", "major", "left no staff list that can be read", case=None)
def test_a_list_that_is_gone(desk: Plain, guilty: bool) -> str:
    desk.open()
    return desk.commit({LIST: None if guilty else STAFF}, "Away with it", who="max")


@twins("staff-unreadable", "major", "left no staff list that can be read", case=None)
def test_a_link_where_the_list_was(desk: Plain, guilty: bool) -> str:
    """Its words are those of the list, and nobody follows it."""
    desk.open()
    return desk.commit({LIST: STAFF}, "Linked", who="max", modes={LIST: "120000" if guilty else "100755"})


@twins("key-for-another", "minor", "entered a signing key of lee; it was committed by jo@", case=None)
def test_a_key_that_was_planted(desk: Plain, guilty: bool) -> str:
    desk.open()
    key = f"roles: [lead], keys: [{{key: {KEY}}}]"
    planted = STAFF.replace("lee@example.org, roles: [lead]", f"lee@example.org, {key}")
    return desk.commit({LIST: planted if guilty else STAFF}, "A key", who="jo")


@twins("key-for-another", "minor", "entered a signing key of lee; it was committed by sam@", case=None,
       beside=["policy-reworded", "policy-role", "staff-changed"])  # fmt: skip
def test_a_key_entered_by_whom_the_list_is_not_left_to(desk: Plain, guilty: bool) -> str:
    """Who is entrusted with the list enters the keys of all."""
    desk.open()
    desk.commit(BY_HEAD, "Max alone", who="max")
    listed = STAFF.replace("lee@example.org, roles: [lead]", f"lee@example.org, roles: [lead], keys: [{{key: {KEY}}}]")
    return desk.commit({LIST: listed}, "A key", who="sam" if guilty else "max")


KEY = '"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHUaSOPSRMBSuvKUQuMOpVhpHqbPoEyEuKW5JdhgpbkT"'


@twins("policy-stranger", "minor", "changed policies/acme/messages/hello.txt; it was committed by eve@", case=None,
       always=["beside-changed"])  # fmt: skip
def test_a_file_of_the_policies_by_nobody_of_the_staff(desk: Plain, guilty: bool) -> str:
    desk.open()
    text = {"policies/acme/messages/hello.txt": "Good day.\n"}
    return desk.commit(text, "A message", who="eve" if guilty else "max")


BY_HEAD = {"policies/acme/1.0.yaml": POLICY.replace("audit: {", "audit: {changed_by: head, ")}


@twins("policy-role", "major", "changed policies/holidays/more.yaml, which acme/1.0 leaves to head", case=None,
       clause=["ACM-9"], always=["policy-reworded"])  # fmt: skip
def test_a_file_of_all_desks_that_is_left_to_one_role(desk: Plain, guilty: bool) -> str:
    desk.open()
    desk.commit(BY_HEAD, "Max alone", who="max")
    listed = {"policies/holidays/more.yaml": 'name: more\nyears: 2020-2021\ndates: {"2020-12-25": Christmas}\n'}
    return desk.commit(listed, "More holidays", who="jo" if guilty else "max")


@pytest.mark.parametrize(
    ("strict", "lax", "dated"), [("2.0", "1.0", "2026-11-20 10:00"), ("1.0", "2.0", "2027-01-02 10:00")]
)
def test_a_date_that_is_chosen_gives_nobody_the_role(tmp_path: Path, strict: str, lax: str, dated: str) -> None:
    """What is in force is told by what a commit follows, and by now: in both stories the version for the head alone."""
    begins = {"1.0": "2026-01-01", "2.0": "2026-11-24" if strict == "2.0" else "2027-01-01"}
    texts = {strict: BY_HEAD["policies/acme/1.0.yaml"], lax: POLICY}
    files = {
        f"policies/acme/{name}.yaml": text.replace('"1.0"', f'"{name}"').replace("2026-01-01", begins[name])
        for name, text in texts.items()
    }
    desk = begin(tmp_path / "desk", files)
    desk.open()
    desk.commit({"cases/README.md": "Leads.\n"}, at="2026-11-25 10:00")
    desk.commit({"policies/acme/customers.yaml": "customers: {}\n"}, at=dated)
    assert "policy-role" in desk.codes()
    desk.commit({"policies/acme/customers.yaml": "customers: {hilltop: {}}\n"}, at="2026-11-26 10:00")
    assert desk.codes().count("policy-role") == 2


def test_the_role_is_asked_of_the_policy_as_it_was_before_the_change(tmp_path: Path) -> None:
    """Who takes the rule away by the very commit that breaks it is found all the same."""
    desk = begin(tmp_path / "desk", BY_HEAD)
    desk.open()
    desk.commit({"policies/acme/1.0.yaml": POLICY}, "Freedom", who="jo")
    assert "policy-role" in desk.codes()


def test_before_the_first_case_nothing_rests_on_it(tmp_path: Path) -> None:
    desk = begin(tmp_path / "desk")
    desk.commit(LEADING, "Jo leads", who="jo")
    desk.open()
    assert desk.codes() == []


def test_a_branch_from_before_the_first_case_is_no_foundation(tmp_path: Path) -> None:
    """However early it is dated, and wherever it begins."""
    desk = begin(tmp_path / "desk")
    begun = desk.head
    ours = desk.open()
    theirs = desk.go(begun) and desk.commit(LEADING, "Jo leads", who="jo", at="08:01")
    desk.go(ours)
    desk.merge(theirs, files=LEADING)
    assert "self-granted" in desk.codes()


def test_a_second_beginning_with_a_staff_list_of_its_own_is_no_foundation(tmp_path: Path) -> None:
    desk = begin(tmp_path / "desk")
    ours = desk.open()
    theirs = desk.commit(LEADING, "Jo leads", who="jo", parents=())
    desk.go(ours)
    desk.merge(theirs, files=LEADING)
    assert {"second-root", "self-granted"} <= set(desk.codes())
