"""Credits, fees, sites, notice and spend: what a file may say of them, each mistake, and money to the last digit."""

from __future__ import annotations

from decimal import Decimal

import pytest

from casectl.model.clause_reader import carriers, read_clauses
from casectl.model.money import Money, parse_money, parse_share
from casectl.model.people_reader import read_customers
from casectl.model.sanctions import Notice, Tier
from casectl.store.yamltree import read_tree
from tests.model.one_policy import ACME, changed, read

CREDITS = """\
notice: {days: 30, clause: ACM-30}
sites:
  leeds: {label: Leeds, calendar: desk, rota: on-call, clause: ACM-31}
credits:
  cap: 50%
  rows:
  - {name: missed, targets: [response], share: 10%, each: true, instead_of: leaving, clause: ACM-32}
  - {name: month, when: {priority: p1}, tiers: [{below: 99.5%, share: 5%}, {below: 95%, share: 12.5%}]}
"""
WHOLE = changed(
    "  phone: {calendar: round-the-clock, label: Telephone}",
    "  phone: {calendar: round-the-clock, label: Telephone}\n"
    "  hotline: {calendar: desk, for: {priority: p1}, fee: 90.00 GBP}",
    ACME + CREDITS,
)


def test_what_is_said_is_what_is_read() -> None:
    policy, problems = read(WHOLE)
    assert policy is not None, problems
    assert policy.notice == Notice(30, ("ACM-30",))
    assert policy.sites["leeds"][1:4] == ("Leeds", "desk", "on-call")
    assert policy.channels["hotline"].fee == Money(Decimal("90.00"), "GBP")
    assert policy.credits is not None
    assert policy.credits.cap == Decimal("0.5")
    missed, month = policy.credits.rows
    assert (missed.share, missed.each, missed.targets, missed.instead_of) == (
        Decimal("0.1"), True, frozenset({"response"}), "leaving"
    )  # fmt: skip
    assert month.tiers == (Tier(Decimal("0.995"), Decimal("0.05")), Tier(Decimal("0.95"), Decimal("0.125")))


def test_a_policy_without_them_has_none() -> None:
    policy, _ = read(ACME)
    assert policy is not None
    assert (policy.credits, policy.notice, policy.sites) == (None, None, {})


MISTAKES = [
    # passage, what stands there instead, message, hint
    ("share: 10%, each: true, ", "", "credit 1 says in no way, or in two, how much it is", "share: 10%"),
    ("share: 10%, each", "share: 10, each", "credit 1: '10' is no share", "10%"),
    ("share: 10%, each", "share: 101%, each", "credit 1: '101%' is no share", None),
    ("targets: [response]", "targets: [respons]", "unknown target 'respons'", "'response'?"),
    ("when: {priority: p1}, tiers", "when: {priority: p9}, tiers", "unknown priority 'p9'", None),
    ("{below: 95%, share: 12.5%}", "{below: 99.9%, share: 12.5%}", "a tier is not below the one before it", "highest"),
    ("{below: 95%, share: 12.5%}", "{below: 95%, share: 4%}", "a lower tier gives no more than the one", "smallest"),
    ("[{below: 99.5%, share: 5%}, {below: 95%, share: 12.5%}]", "[]", "credit 2: there are no tiers", "- {below"),
    ("share: 10%, each", "share: 0%, each", "credit 1: share of 0 % can never give anything", None),
    ("cap: 50%", "cap: 0%", "credits: cap of 0 % can never give anything", None),
    ("{below: 95%, share: 12.5%}", "{below: 95%}", "tier 2 lacks 'share'", None),
    ("tiers: [{below: 99.5%", "each: true, tiers: [{below: 99.5%", "`each` goes with `share`", "leave it out"),
    ("name: month", "name: missed", "two credits are called 'missed'", None),
    ("  rows:\n  - {name: missed", "  rows: {name: missed", "not YAML", None),
    ("cap: 50%", "cap: half", "credits: 'half' is no share", None),
    ("{days: 30,", "{days: a month,", "notice: 'a month' is no number of days", "days: 30"),
    ("{days: 30, clause: ACM-30}", "{clause: ACM-30}", "notice lacks 'days'", None),
    ("calendar: desk, rota", "calendar: dsk, rota", "unknown calendar 'dsk'", "'desk'?"),
    ("fee: 90.00 GBP", "fee: ninety pounds", "'ninety pounds' is no money", "three capital letters"),
    ("for: {priority: p1}, fee", "fee", "channel 'hotline' is kept for nobody", "for:"),
]


@pytest.mark.parametrize(("passage", "instead", "message", "hint"), MISTAKES)
def test_each_mistake_is_told_with_its_line(passage: str, instead: str, message: str, hint: str | None) -> None:
    text = changed(passage, instead, WHOLE)
    node, unreadable = read_tree(text, "policies/acme-desk/1.0.yaml")
    problems = unreadable if node is None else read(text)[1]
    told = next((problem for problem in problems if message in problem.message), None)
    assert told is not None, [str(problem) for problem in problems]
    assert told.line > 0
    assert hint is None or hint in str(told.hint)


class TestMoney:
    def test_digits_stay_as_they_were_written(self) -> None:
        assert str(parse_money("1234.50 GBP")) == "1234.50 GBP"
        assert str(parse_money("0.005 GBP")) == "0.005 GBP"

    @pytest.mark.parametrize("text", ["", "12", "12 gbp", "12GBP", "-1 GBP", "1e3 GBP", "1,000 GBP", "٣ GBP", "1. GBP"])
    def test_what_is_no_money(self, text: str) -> None:
        assert parse_money(text) is None

    @pytest.mark.parametrize(
        ("text", "share", "credit"),
        [
            ("4210.75 USD", "10%", "421.08 USD"),
            ("0.05 USD", "10%", "0.01 USD"),
            ("0.04 USD", "10%", "0.00 USD"),
            ("125 JPY", "10%", "13 JPY"),
            ("1.005 KWD", "50%", "0.503 KWD"),
            ("99999999999.99 EUR", "100%", "99999999999.99 EUR"),
        ],
    )
    def test_a_share_is_rounded_half_up_to_the_smallest_coin(self, text: str, share: str, credit: str) -> None:
        money, part = parse_money(text), parse_share(share)
        assert money is not None
        assert part is not None
        assert str(money.times(part)) == credit


def test_spend_is_read_by_month_and_each_mistake_told() -> None:
    text = 'customers:\n  acme:\n    spend: {"2026-10": 12.50 GBP, "2026-13": 1 GBP, "2026-11": a lot}\n'
    node, _ = read_tree(text, "customers")
    assert node is not None
    _, problems = read_customers(node, "customers")
    assert [problem.message for problem in problems] == [
        "customer 'acme', spend of 2026-11: 'a lot' is no money",
        "customer 'acme': '2026-13' is no month",
    ]
    node, _ = read_tree('customers:\n  acme: {spend: {"2026-10": 12.50 GBP}}\n', "customers")
    assert node is not None
    customers, problems = read_customers(node, "customers")
    assert problems == ()
    assert customers["acme"].spend == {"2026-10": Money(Decimal("12.50"), "GBP")}


class TestClauses:
    def test_a_clause_is_a_text_or_says_who_carries_it(self) -> None:
        text = "clauses:\n  KTL-1: It pours.\n  KTL-2: {says: It is reviewed., by: [report metrics, report trends]}\n"
        node, _ = read_tree(text, "clauses")
        assert node is not None
        clauses, problems = read_clauses(node, "clauses")
        assert problems == ()
        assert (clauses["KTL-1"].says, clauses["KTL-1"].by) == ("It pours.", ())
        assert clauses["KTL-2"].by == ("report metrics", "report trends")

    def test_each_mistake_is_told(self) -> None:
        node, _ = read_tree("clauses:\n  ktl 1: It pours.\n  KTL-2: {by: x}\n  KTL-3: {says: x, buy: y}\n", "clauses")
        assert node is not None
        said = [problem.message for problem in read_clauses(node, "clauses")[1]]
        assert said == [
            "'ktl 1' is no ID of a clause",
            "clause 'KTL-2' lacks 'says'",
            "clause 'KTL-3': unknown field 'buy'",
        ]

    def test_every_key_that_carries_one_is_found_with_its_place(self) -> None:
        node, _ = read_tree("a: {clause: K-1}\nb:\n- {clause: [K-1, K-2], c: {clause: K-3}}\nclause: K-4\n", "policy")
        assert node is not None
        assert sorted(carriers(node)) == [
            ("K-1", "a", 1), ("K-1", "b.1", 3), ("K-2", "b.1", 3), ("K-3", "b.1.c", 3), ("K-4", "the policy", 4)
        ]  # fmt: skip
