"""Under which version of its policy a case was opened."""

from __future__ import annotations

from tests.audit.plain import ID, OTHER, POLICY, Plain, Sheet
from tests.audit.stories import twins

NEXT = {"policies/acme/1.1.yaml": POLICY.replace('"1.0"', '"1.1"').replace("2026-01-01", "2026-12-23")}
LATER = "ACM-261223-K7Q4P"


@twins("other-version", "major", "opened the case under acme/1.1, and acme/1.0 was in force")
def test_under_a_version_that_had_yet_to_come(desk: Plain, guilty: bool) -> str:
    desk.commit(NEXT, "The next version", who="max")
    return desk.open(policy="acme/1.1") if guilty else desk.open(LATER, policy="acme/1.1", at="2026-12-23 10:00")


@twins("other-version", "major", "opened the case under acme/1.0, and acme/1.1 was in force", case=LATER)
def test_under_a_version_that_another_had_followed(desk: Plain, guilty: bool) -> str:
    """Each clone goes by what it has: who had not heard of the next version opened the case rightly."""
    begun = desk.head
    published = desk.commit(NEXT, "The next version", who="max")
    if guilty:
        return desk.open(LATER, at="2026-12-23 10:00")
    desk.go(begun)
    opened = desk.open(LATER, at="2026-12-23 10:00")
    desk.merge(published, files=NEXT)
    return opened


@twins("other-version", "major", "opened the case under acme/1.1, and acme/1.0 was in force", case=LATER,
       always=["mixed-commit", "policy-notice"])  # fmt: skip
def test_under_a_version_that_came_with_the_case(desk: Plain, guilty: bool) -> str:
    """In force is what stood before: nobody brings the version for a case along with it."""
    begun = desk.head
    desk.open(LATER, policy="acme/1.1" if guilty else "acme/1.0")
    sheet = desk.sheet(LATER)
    desk.go(begun)
    return desk.write("open", sheet, LATER, also=NEXT, at="2026-12-23 10:00")


@twins("other-version", "major", "opened the case under acme/1.0, and none was in force")
def test_under_a_version_before_its_first_day(desk: Plain, guilty: bool) -> str:
    begins = "2026-12-23" if guilty else "2026-01-01"
    desk.commit({"policies/acme/1.0.yaml": POLICY.replace("2026-01-01", begins)}, "It begins later", who="max")
    return desk.open()


@twins(
    "other-version",
    "major",
    "opened the case under soft/1.0, and none was in force",
    also=["mixed-commit"],
    beside=["desk-added", "policy-backdated"],
)
def test_under_a_desk_that_came_with_the_case(desk: Plain, guilty: bool) -> str:
    """The commit that brings a desk can open nothing under it: nobody could have known what it promises."""
    soft = {"policies/soft/1.0.yaml": POLICY.replace("desk: acme", "desk: soft")}
    desk.open(OTHER)
    if not guilty:
        desk.commit(soft, "A new desk", who="max")
    fields = {
        "policy": "soft/1.0",
        "type": "fault",
        "title": "x",
        "channel": "phone",
        "status": "open",
        "priority": "p2",
    }
    return desk.write("open", Sheet({"id": ID, **fields}), ID, also=soft if guilty else {})
