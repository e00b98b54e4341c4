"""What the lists beside the policies say: of customers, and which days are holidays."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.audit.plain import FILES, POLICY, Files, Plain, begin
from tests.audit.stories import twins

CUSTOMERS, FEASTS = "policies/acme/customers.yaml", "policies/holidays/feasts.yaml"
OURS = "policies/acme/1.0.yaml"


@twins("customer-changed", "observation", "changed the record of oakfield in policies/acme/customers.yaml", case=None)
def test_a_customers_record_that_was_changed(desk: Plain, guilty: bool) -> str:
    desk.open()
    hours = "80h" if guilty else "8h"
    text = FILES[CUSTOMERS].replace("{repair: 8h}", f"{{repair: {hours}}}") + "  mill: {}\n"
    return desk.commit({CUSTOMERS: text}, "A new customer", who="max")


@twins("customer-changed", "observation", "changed the record of hilltop, oakfield in policies/acme", case=None)
def test_all_records_taken_away(desk: Plain, guilty: bool) -> str:
    """Whoever deletes the file, to write it anew, changes every record."""
    desk.open()
    return desk.commit({CUSTOMERS: None} if guilty else {"cases/NOTES.md": "Nothing.\n"}, "Tidy up", who="max")


@pytest.mark.parametrize(
    ("files", "modes", "words"),
    [
        ({CUSTOMERS: "customers: ["}, {}, "what it promises hilltop, oakfield"),
        ({CUSTOMERS: FILES[CUSTOMERS].replace("figures", "figurse")}, {}, "what it promises oakfield"),
        ({CUSTOMERS: "/etc/passwd"}, {CUSTOMERS: "120000"}, "(it is no regular file)"),
        ({CUSTOMERS: FILES[CUSTOMERS]}, {CUSTOMERS: "120000"}, "(it is no regular file)"),
        ({CUSTOMERS: "1" * 40}, {CUSTOMERS: "160000"}, "(it is no regular file)"),
    ],
)
def test_every_way_to_lose_customers(tmp_path: Path, files: Files, modes: Mapping[str, str], words: str) -> None:
    desk = begin(tmp_path / "desk")
    desk.open()
    desk.commit(files, "Broken", who="max", modes=modes)
    (row,) = desk.review().table.rows
    assert row["code"] == "customers-unreadable"
    assert words in str(row["finding"])


@twins("customers-unreadable", "major", "lack what it promises hilltop, oakfield", case=None)
def test_customers_that_nobody_can_read(desk: Plain, guilty: bool) -> str:
    """Each new case of theirs would be free of every promise."""
    desk.open()
    return desk.commit({CUSTOMERS: "customers: [" if guilty else f"# Ours.\n{FILES[CUSTOMERS]}"}, "Anew", who="max")


@twins("customer-changed", "observation", "changed the record of oakfield", case=None, always=["customers-unreadable"])
def test_a_record_that_changed_while_nobody_could_read_it(desk: Plain, guilty: bool) -> str:
    """Whoever mends the list changes nothing, if they put it back as it was."""
    desk.open()
    desk.commit({CUSTOMERS: "customers: ["}, "A slip", who="jo")
    text = FILES[CUSTOMERS].replace("8h", "80h") if guilty else FILES[CUSTOMERS]
    return desk.commit({CUSTOMERS: text}, "Mended", who="max")


@twins("customers-unreadable", "major", "customer 'mill': the policy has no plan 'gild'", case=None)
def test_a_plan_that_no_version_has(desk: Plain, guilty: bool) -> str:
    desk.commit({OURS: POLICY.replace("types:", "plans: {gold: Gold}\ntypes:")}, "A plan", who="max")
    desk.open()
    plan = "gild" if guilty else "gold"
    return desk.commit({CUSTOMERS: FILES[CUSTOMERS] + f"  mill: {{plan: {plan}}}\n"}, "A new customer", who="max")


SPENT = """\
customers:
  oakfield:
    figures: {repair: 8h}
    spend: {"2026-10": 4210.75 USD, "2026-11": 100 USD}
  hilltop: {}
"""


@twins("spend-changed", "minor", "changed what oakfield spent in 2026-10 from 4210.75 USD to 0.75 USD", case=None)
def test_what_a_month_that_is_over_cost(desk: Plain, guilty: bool) -> str:
    """Of the current month, and of an older one that nobody had entered, something is said for the first time."""
    desk.commit({CUSTOMERS: SPENT}, "October", who="max")
    desk.open()
    text = SPENT.replace("4210.75", "0.75") if guilty else SPENT.replace(": 100", ": 90").replace("{}", LATE)
    return desk.commit({CUSTOMERS: text}, "Spent", who="max")


LATE = '{spend: {"2026-09": 12 USD}}'


@twins("spend-changed", "minor", "changed what oakfield spent in 2026-10 from 4210.75 USD to nothing", case=None,
       always=["customers-unreadable"])  # fmt: skip
def test_what_a_month_cost_is_gone_after_a_mistake(desk: Plain, guilty: bool) -> str:
    desk.commit({CUSTOMERS: SPENT}, "October", who="max")
    desk.open()
    desk.commit({CUSTOMERS: SPENT.replace("figures", "figurse")}, "A slip", who="jo")
    text = SPENT.replace('"2026-10": 4210.75 USD, ', "") if guilty else SPENT
    return desk.commit({CUSTOMERS: text}, "Mended", who="max")


@twins(
    "holiday-late",
    "minor",
    "2026-11-24 was added on 2026-11-24T00:00:00+00:00, after its day had begun",
    case=None,
    always=["holidays-changed"],
)
def test_a_holiday_of_today(desk: Plain, guilty: bool) -> str:
    desk.open()
    listed = FILES[FEASTS] + '  2026-11-24: "A feast"\n'
    return desk.commit({FEASTS: listed}, "A holiday", who="max", at="2026-11-24 00:00:00" if guilty else "23:59:59")


@twins("holidays-changed", "observation", "put 1 day to come (2026-11-24) on policies/holidays/feasts.yaml", case=None)
def test_a_holiday_of_tomorrow(desk: Plain, guilty: bool) -> str:
    """Whatever is due tomorrow is due a day later. A day of the past changes nothing any more."""
    desk.open()
    listed = FILES[FEASTS] + f'  {"2026-11-24" if guilty else "2026-01-05"}: "A feast"\n'
    return desk.commit({FEASTS: listed}, "A holiday", who="max")


@twins(
    "holidays-changed",
    "observation",
    "put 4 days to come (2026-11-24, 2026-11-25, 2026-11-26, ...) on and took 1 day to come (2026-12-25) off",
    case=None,
)
def test_holidays_that_came_and_went(desk: Plain, guilty: bool) -> str:
    """What was on the lists before the first case is nobody's change."""
    if guilty:
        desk.open()
    days = "".join(f'  2026-11-{day}: "A feast"\n' for day in range(24, 28))
    listed = FILES[FEASTS].replace("2026-12-25", "2026-01-02") + days
    return desk.commit({FEASTS: listed}, "Other holidays", who="max")


@twins("holidays-unreadable", "major", "left policies/holidays/feasts.yaml unreadable (line 5: ", case=None)
def test_a_list_that_nobody_can_read(desk: Plain, guilty: bool) -> str:
    """It lists what it listed: no day came off it."""
    desk.open()
    day = "2026-11-26x" if guilty else "2026-01-05"
    return desk.commit({FEASTS: FILES[FEASTS] + f'  {day}: "A feast"\n'}, "A holiday", who="max")


@twins("holidays-unreadable", "major", "(it is no regular file)", case=None)
def test_a_link_where_a_list_was(desk: Plain, guilty: bool) -> str:
    """Whatever words it holds, nobody follows it."""
    desk.open()
    mode = "120000" if guilty else "100755"
    return desk.commit({FEASTS: FILES[FEASTS]}, "Linked", who="max", modes={FEASTS: mode})


@twins("holidays-changed", "observation", "took 1 day to come (2026-12-25) off", case=None,
       always=["holidays-unreadable"])  # fmt: skip
def test_a_day_that_went_while_nobody_could_read_the_list(desk: Plain, guilty: bool) -> str:
    desk.open()
    desk.commit({FEASTS: "1" * 40}, "Another repository", who="jo", modes={FEASTS: "160000"})
    text = FILES[FEASTS].replace("2026-12-25", "2026-01-05") if guilty else FILES[FEASTS]
    return desk.commit({FEASTS: text}, "Mended", who="max")


@twins("holidays-changed", "observation", "took 1 day of the past (2026-11-20) off", case=None, always=["clock-back"])
def test_a_past_that_was_dated_back_to_before_it(desk: Plain, guilty: bool) -> str:
    """Which days were past goes by when the commit counts: never before the one that it follows."""
    listed = FILES[FEASTS] + '  2026-11-20: "A feast"\n'
    desk.commit({FEASTS: listed}, "Our feasts", who="max")
    desk.open()
    text = FILES[FEASTS] if guilty else listed + "# Our feasts.\n"
    return desk.commit({FEASTS: text}, "Feasts", who="max", at="2026-11-19 09:00")


@twins("holidays-changed", "observation", "took 1 day of the past (2026-01-05) off policies/holidays/feasts", case=None)
def test_a_holiday_of_the_past_that_went(desk: Plain, guilty: bool) -> str:
    """To enter one late changes nothing, but for cases that it would have concerned (`holiday-late`)."""
    listed = FILES[FEASTS] + '  2026-01-05: "A feast"\n'
    desk.commit({FEASTS: listed}, "Our feasts", who="max")
    desk.open()
    text = FILES[FEASTS] if guilty else listed + '  2026-01-06: "Another"\n'
    return desk.commit({FEASTS: text}, "Feasts", who="max")
