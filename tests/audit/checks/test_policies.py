"""What became of the policies."""

from __future__ import annotations

from pathlib import Path

from tests.audit.plain import FILES, OTHER, POLICY, Plain, begin, entry
from tests.audit.stories import twins

OURS, CUSTOMERS, FEASTS = "policies/acme/1.0.yaml", "policies/acme/customers.yaml", "policies/holidays/feasts.yaml"
NEXT, STAFF = "policies/acme/1.1.yaml", "policies/staff.yaml"


def version(number: str, effective: str) -> str:
    """Another version of the policy, in force from that day."""
    return POLICY.replace('"1.0"', f'"{number}"').replace("effective: 2026-01-01", f"effective: {effective}")


def eased(text: str) -> str:
    return text.replace("within: 8h", "within: 80h")


@twins("policy-edited", "major", "edited policies/acme/1.0.yaml: edited (targets) while in force", case=None)
def test_an_edit_in_force(desk: Plain, guilty: bool) -> str:
    desk.open()
    desk.commit({NEXT: version("1.1", "2027-01-01")}, "The next version", who="max")
    path, text = (OURS, POLICY) if guilty else (NEXT, version("1.1", "2027-01-01"))
    return desk.commit({path: eased(text)}, "Take more time", who="max")


def without_claims(text: str) -> str:
    return text.replace("claims: 12h", "claims: 13h")


@twins("policy-edited", "major", "edited (notice, states, audit) while in force", case=None, beside=["policy-reworded"])
def test_an_edit_of_more_than_words(desk: Plain, guilty: bool) -> str:
    """Who eases a rule and says something harmless beside it has edited; who says only that has not."""
    desk.open()
    text = without_claims(POLICY)
    if guilty:
        text = text.replace("[assigned, closed]", "[closed]").replace("days: 30", "days: 20")
    return desk.commit({OURS: text}, "Later claims", who="max")


@twins("policy-reworded", "minor", "edited (name, audit) while in force: no figure rests on that", case=None)
def test_an_edit_on_which_no_figure_rests(desk: Plain, guilty: bool) -> str:
    """A comment, and a blank line, say nothing at all."""
    desk.open()
    text = without_claims(POLICY).replace("name: Acme support", "name: Acme") if guilty else POLICY
    return desk.commit({OURS: f"# Ours.\n\n{text}"}, "Words", who="max")


@twins("policy-edited", "major", "edited (priorities) while in force", case=None)
def test_an_edit_of_an_order(desk: Plain, guilty: bool) -> str:
    """Priorities go by their order; a mapping on several lines says what it says on one."""
    desk.open()
    told = "{p2: {}, p1: {}, p3: {}}" if guilty else "\n  p1: {}\n  p2: {}\n  p3: {}"
    return desk.commit({OURS: POLICY.replace("{p1: {}, p2: {}, p3: {}}", told)}, "Anew", who="max")


@twins("policy-edited", "major", "edited (targets) while in force", case=None, always=["holidays-changed"])
def test_an_edit_whose_holiday_list_is_taken_away_later(desk: Plain, guilty: bool) -> str:
    """Each version is read with the lists of its own commit: the edit stays one, and its founder stays unblamed."""
    desk.open()
    blamed = desk.commit({OURS: eased(POLICY) if guilty else POLICY}, "Take more time", who="max")
    desk.commit({FEASTS: None}, "Not needed", who="max")
    return blamed


@twins("policy-stranger", "minor", "changed policies/acme/1.1.yaml", case=None, beside=["staff-stranger"])
def test_a_stranger_who_makes_a_name_for_themselves(desk: Plain, guilty: bool) -> str:
    """On the list that comes with the policy Eve has a place; before, she had not."""
    desk.open()
    text = version("1.1", "2027-01-01")
    listed = {STAFF: FILES[STAFF] + "  eve: {name: Eve, mail: eve@example.org, roles: [head]}\n"}
    return desk.commit({NEXT: text, **listed} if guilty else listed, "The next version", who="eve")


@twins(
    "policy-edited", "major", "edited policies/acme/1.0.yaml: left unreadable while in force: cases opened", case=None
)
def test_a_version_in_force_that_nobody_can_read_any_more(desk: Plain, guilty: bool) -> str:
    """Whoever mends it as it was is told of nothing."""
    desk.open()
    text = POLICY.replace("Europe/London", "Mars") if guilty else f"# Ours.\n{POLICY}"
    blamed = desk.commit({OURS: text}, "Elsewhere", who="jo")
    desk.commit({OURS: POLICY}, "It was", who="max")
    return blamed


@twins("policy-edited", "major", "left unreadable while in force", case=None, also=["policy-missing"])
def test_a_link_where_a_version_was(desk: Plain, guilty: bool) -> str:
    desk.open()
    return desk.commit({OURS: POLICY}, "Linked", who="max", modes={OURS: "120000" if guilty else "100755"})


@twins("policy-removed", "major", "removed policies/acme/1.0.yaml: removed while in force", case=None)
def test_a_version_that_was_taken_away(desk: Plain, guilty: bool) -> str:
    desk.open()
    desk.commit({NEXT: version("1.1", "2027-01-01")}, "The next version", who="max")
    return desk.commit({OURS if guilty else NEXT: None}, "Not needed", who="max")


def superseded(desk: Plain) -> None:
    """A case is still open under the version that another has followed today."""
    desk.commit({NEXT: version("1.1", "2026-12-23")}, "The next version", who="max")
    desk.open()
    desk.step("note", entry("n1", "note", "They rang."), at="2026-12-23 10:00")


@twins("policy-removed", "major", "removed policies/acme/1.1.yaml: removed while in force", case=None)
def test_a_superseded_version_may_go(desk: Plain, guilty: bool) -> str:
    """Its open cases keep its text, and none can be moved to it any more."""
    superseded(desk)
    return desk.commit({NEXT if guilty else OURS: None}, "Not needed", who="max")


@twins("policy-edited", "major", "edited (targets) after its time: cases opened under it", case=None)
def test_an_edit_of_a_superseded_version(desk: Plain, guilty: bool) -> str:
    """Any case can be moved there on the record, whether or not one is open under it now."""
    superseded(desk)
    return desk.commit({OURS: eased(POLICY) if guilty else f"# Ours.\n\n{POLICY}"}, "Take more time", who="max")


@twins("policy-backdated", "major", "published policies/acme/1.0.yaml: made known 356 days after", case=None)
def test_a_superseded_version_put_back(desk: Plain, guilty: bool) -> str:
    """With other words it is another promise."""
    superseded(desk)
    desk.commit({OURS: None}, "Not needed", who="max")
    return desk.commit({OURS: eased(POLICY) if guilty else POLICY}, "It was", who="max")


def merged(desk: Plain, text: str | None) -> str:
    """A merge of two branches that changed no policy, with that text of the version in force."""
    opened = desk.open()
    other = desk.open(OTHER)
    desk.go(opened)
    desk.step("note", entry("n1", "note", "They rang."))
    return desk.merge(other, files={OURS: text})


@twins("policy-removed", "major", "removed while in force", case=None, also=["policy-missing", "merged-policy"])
def test_a_version_that_a_merge_took_away(desk: Plain, guilty: bool) -> str:
    return merged(desk, None if guilty else POLICY)


@twins("policy-edited", "major", "edited (targets) while in force", case=None, always=["merged-policy"])
def test_a_version_that_a_merge_edited(desk: Plain, guilty: bool) -> str:
    return merged(desk, eased(POLICY) if guilty else f"# Ours.\n\n{POLICY}")


@twins("policy-notice", "major", "made known 29 days ahead instead of 30", case=None, clause=["ACM-1"])
def test_made_known_too_late(desk: Plain, guilty: bool) -> str:
    desk.open()
    day = "2026-12-22" if guilty else "2026-12-23"
    return desk.commit({NEXT: version("1.1", day)}, "The next version", who="max")


@twins("policy-backdated", "major", "made known 1 days after it came into force", case=None,
       always=["desk-added"])  # fmt: skip
def test_made_known_after_its_first_day(desk: Plain, guilty: bool) -> str:
    """A desk that promises no notice still cannot begin before it has begun."""
    desk.open()
    desk.commit({"policies/free/1.0.yaml": FREE}, "A desk without notice", who="max")
    day = "2026-11-22" if guilty else "2026-11-23"
    next_one = FREE.replace('"1.0"', '"1.1"').replace("effective: 2026-01-01", f"effective: {day}")
    return desk.commit({"policies/free/1.1.yaml": next_one}, "The next version", who="max")


@twins("policy-backdated", "major", "made known 1787 days after it came into force", case=None)
def test_a_version_from_before_the_first(desk: Plain, guilty: bool) -> str:
    """Whoever moves a case there has its text judge it: it is no promise that anybody was given."""
    desk.open()
    day = "2022-01-01" if guilty else "2026-12-23"
    return desk.commit({NEXT: eased(version("1.1", day))}, "An old version", who="max")


@twins("policy-backdated", "major", "made known 326 days after it came into force", case=None)
def test_a_version_from_the_day_of_the_first(desk: Plain, guilty: bool) -> str:
    """Of two versions with one first day, the one with the later name is in force."""
    desk.open()
    day = "2026-01-01" if guilty else "2026-12-23"
    return desk.commit({NEXT: eased(version("1.1", day))}, "The same day", who="max")


@twins("policy-notice", "major", "edited policies/acme/1.1.yaml: made known 0 days ahead", case=None, clause=["ACM-1"],
       always=["policy-unreadable"])  # fmt: skip
def test_a_version_that_could_not_be_read_at_first(desk: Plain, guilty: bool) -> str:
    """Until it can be read, nothing is made known."""
    desk.open()
    text = version("1.1", "2026-11-20" if guilty else "2026-12-23")
    desk.commit({NEXT: text.replace("states:", "statse:")}, "The next version", who="max")
    return desk.commit({NEXT: text}, "A slip", who="max")


@twins("policy-backdated", "major", "published policies/acme/1.0.yaml: made known 326 days after", case=None,
       always=["policy-removed", "policy-missing"])  # fmt: skip
def test_a_version_that_is_put_back(desk: Plain, guilty: bool) -> str:
    """As it was: whoever mends another's slip has promised nothing new."""
    desk.open()
    desk.commit({OURS: None}, "Not needed", who="jo")
    return desk.commit({OURS: eased(POLICY) if guilty else POLICY}, "It was", who="max")


FREE = POLICY.replace("notice: {days: 30, clause: ACM-1}\n", "").replace("acme", "free").replace("ACM", "FREE")


@twins(
    "desk-added", "observation", "added the desk free by policies/free/1.0.yaml, in force from 2026-01-01", case=None
)
def test_a_desk_that_came_later(desk: Plain, guilty: bool) -> str:
    """A draft that nobody can read adds none; whatever is set up before the first case was always there."""
    desk.commit({"policies/free/0.9.yaml": FREE.replace("states:", "statse:")}, "A draft", who="max")
    if guilty:
        desk.open()
    added = desk.commit({"policies/free/1.0.yaml": FREE}, "Another desk", who="max")
    if not guilty:
        desk.open()
    return added


@twins("policy-unreadable", "minor", "published policies/acme/1.1.yaml: cannot be read", case=None)
def test_a_version_that_cannot_be_read(desk: Plain, guilty: bool) -> str:
    desk.open()
    text = version("1.1", "2027-01-01")
    blamed = desk.commit({NEXT: text.replace("states:", "statse:") if guilty else text}, "The next version", who="max")
    desk.commit({NEXT: None}, "Not now", who="max")
    return blamed


@twins(
    "policy-missing",
    "major",
    "it had no policy from 2026-11-23T10:00:00+00:00 until 2026-11-23T10:01:00+00:00",
    case=None,
    always=["policy-removed"],
)
def test_a_desk_without_a_policy(desk: Plain, guilty: bool) -> str:
    desk.open()
    if not guilty:
        desk.commit({NEXT: version("1.1", "2027-01-01")}, "The next version", who="max")
    blamed = desk.commit({OURS: None}, "Begin anew", who="max", at="10:00")
    desk.commit({OURS: POLICY}, "Anew", who="max")
    return blamed


@twins("policy-missing", "major", "had no policy from 2026-11-23T10:00:00+00:00 on", case=None,
       always=["policy-removed"], beside=["merged-policy"])  # fmt: skip
def test_a_branch_took_the_policy_away(desk: Plain, guilty: bool) -> str:
    """Where it was merged, the desk lost it; where the merge kept it, the desk always had it."""
    opened = desk.open()
    away = desk.commit({OURS: None}, "Not needed", who="max")
    desk.go(opened)
    desk.step("note", entry("n1", "note", "They rang."))
    return desk.merge(away, files={OURS: None if guilty else POLICY}, at="10:00")


def sets_up(desk: Plain) -> None:
    """What a founder does who began with all the desks that there are."""
    lax = POLICY.replace("desk: acme", "desk: lax").replace("prefix: ACM", "prefix: LAX")
    desk.commit({"policies/lax/1.0.yaml": lax, "policies/lax/customers.yaml": FILES[CUSTOMERS]}, "Two", who="max")
    desk.commit({CUSTOMERS: FILES[CUSTOMERS].replace("8h", "4h")}, "Ours", who="max")
    desk.commit(
        {NEXT: version("1.1", "2026-11-24"), "policies/acme/0.9.yaml": version("0.9", "2025-01-01")},
        "As it is",
        who="max",
    )
    desk.commit({"policies/lax/1.0.yaml": None, "policies/lax/customers.yaml": None}, "Not ours", who="max")


def test_whoever_sets_a_desk_up_is_blamed_for_nothing(tmp_path: Path) -> None:
    """Until there is a case, nothing rests on what was said. Afterwards it does."""
    early, late = begin(tmp_path / "early"), begin(tmp_path / "late")
    sets_up(early)
    early.open()
    assert early.codes() == []
    late.open()
    sets_up(late)
    blamed = [
        "customer-changed",
        "customer-changed",
        "desk-added",
        "policy-backdated",
        "policy-missing",
        "policy-notice",
    ]
    assert sorted(late.codes()) == [*blamed, "policy-removed"]
