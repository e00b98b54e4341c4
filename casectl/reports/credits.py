"""What customers get back for promises that were missed: by customer, month of the breach and row of the policy."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from casectl.model.figures import CaseFigures, Standing, TargetRow
from casectl.model.instants import Instant
from casectl.model.money import Money
from casectl.model.policy import Policy
from casectl.model.problems import Problem, UsageMistake
from casectl.model.sanctions import Credit
from casectl.reports.population import Population
from casectl.reports.report import Asked, Report, facts_of, month_of
from casectl.reports.rows import stamp
from casectl.reports.table import Cell, Column, Table, tally
from casectl.reports.words import percent
from casectl.sla.conditions import holds
from casectl.sla.facts import standing_at

_COLUMNS = (
    Column("desk"),
    Column("customer", width=20),
    Column("month"),
    Column("credit"),
    Column("policy", shown="wide"),
    Column("missed", right=True),
    Column("met", shown="wide", right=True),
    Column("attainment", right=True),
    Column("share", right=True),
    Column("spend", right=True),
    Column("amount", right=True),
    Column("currency", shown="data"),
    Column("capped"),
    Column("instead_of", "or", width=28),
    Column("clause"),
    Column("cases", width=60),
    Column("ledgers", shown="data"),
    Column("owed"),
    Column("label", shown="wide"),
)


class Claim(NamedTuple):
    """One row of a policy for one customer and month, with what was decided in that month."""

    policy: Policy
    credit: Credit
    customer: str
    month: str
    decided: list[tuple[CaseFigures, TargetRow]]

    @property
    def missed(self) -> list[tuple[CaseFigures, TargetRow]]:
        return [(figures, row) for figures, row in self.decided if row.state == "breached"]

    @property
    def attainment(self) -> Decimal:
        """The share of what was met or missed that was met."""
        return 1 - Decimal(len(self.missed)) / len(self.decided)

    def share(self) -> Decimal:
        """Of the month's spend, before any cap."""
        if self.credit.share is not None:
            return self.credit.share * (len(self.missed) if self.credit.each else bool(self.missed))
        due = [tier.share for tier in self.credit.tiers if self.attainment < tier.below]
        return due[-1] if due else Decimal(0)


def credits_due(population: Population, asked: Asked) -> Table | None:
    """Every credit due for what was missed, by whole months: those that the window takes in. None where nothing is due.

    A credit is for whoever was the customer when the promise was missed. A breach that was overturned, and what is
    exempt, earns nothing. Spend is read from the customers' records as the report's commit has them; where a month's is
    not on record the credit is owed, and its figure with it. Raises `UsageMistake` for one team's.
    """
    if population.team is not None:
        raise UsageMistake("credits are of a customer's whole month, whoever worked on it", "leave --team out")
    due = [claim for claim in _claims(population, asked) if claim.share()]
    if not due and all(problem.warning for problem in population.exceptions):
        return None
    rows = list(_rows(population, due))
    lacking = sum(row["amount"] is None for row in rows)
    return Table(
        title=f"Credits: {len(rows)} due" + (f", {lacking} without a figure" if lacking else ""),
        columns=_COLUMNS,
        rows=tuple(rows),
        schema="casectl.credits/1",
        stamp=stamp(population),
        facts={**facts_of("credits", population, asked), **_sums(rows)},
        totals={"credits": tally({"with a figure": len(rows) - lacking, "without": lacking})},
        notes=_notes(population, due),
        exceptions=(*population.exceptions, *_unread(population, {claim.policy.desk for claim in due})),
    )


def _unread(population: Population, desks: set[str]) -> Iterator[Problem]:
    """Mistakes of the customers' records, which may be why a spend is missing."""
    paths = {f"policies/{desk}/customers.yaml" for desk in desks}
    yield from (problem for problem in population.book_problems if problem.path in paths and not problem.warning)


def _claims(population: Population, asked: Asked) -> Iterator[Claim]:
    """Each row of each desk's policy for each customer and month in which something that it is about was decided.

    What two versions of a policy call alike is one row, and the newer one says how much it is.
    """
    found: dict[tuple[str, str, str, str], Claim] = {}
    for figures in population.figures:
        policy = population.policy_of(figures)
        for row in figures.rows if policy.credits else ():
            at = decided_at(row)
            if at is None or not asked.takes_in(month := month_of(at, policy.zone), policy.zone):
                continue
            then = standing_at(figures.facts, at)
            if then.customer is None or population.customer not in (None, then.customer):
                continue
            for credit in policy.credits.rows if policy.credits else ():
                if _is_about(credit, policy, (figures, row), then):
                    key = (policy.desk, then.customer, month, credit.name)
                    claim = found.get(key, Claim(policy, credit, then.customer, month, []))
                    newer = claim.policy.effective < policy.effective
                    found[key] = claim._replace(policy=policy, credit=credit) if newer else claim
                    claim.decided.append((figures, row))
    yield from sorted(found.values(), key=_place)


def _place(claim: Claim) -> tuple[str, str, str, int]:
    """By desk, customer and month, and then as the policy has its rows."""
    order = [row.name for row in claim.policy.credits.rows] if claim.policy.credits else []
    return claim.policy.desk, claim.customer, claim.month, order.index(claim.credit.name)


def decided_at(row: TargetRow) -> Instant | None:
    """When it was known whether a target was met; None for what was neither met nor missed (yet)."""
    if row.state == "breached":
        return row.breached_at
    return row.stopped_at if row.state == "met" else None


def _is_about(credit: Credit, policy: Policy, decided: tuple[CaseFigures, TargetRow], then: Standing) -> bool:
    """Whether the row is about a target, of the case as it was when that was met or missed."""
    figures, row = decided
    if credit.targets and row.target not in credit.targets:
        return False
    return holds(credit.when, (*then.facts, None), policy.calendars, figures.facts.received_at)


def _rows(population: Population, due: list[Claim]) -> Iterator[dict[str, Cell]]:
    """Each claim as a row; what goes beyond the cap of a customer's month is cut from the last ones of the policy."""
    given: dict[tuple[str, str, str], tuple[Decimal, Decimal]] = {}
    for claim in due:
        key = (claim.policy.desk, claim.customer, claim.month)
        share_before, amount_before = given.get(key, (Decimal(0), Decimal(0)))
        cap = claim.policy.credits.cap if claim.policy.credits else None
        share = claim.share() if cap is None else max(Decimal(0), min(claim.share(), cap - share_before))
        record = population.book.customer(claim.policy.desk, claim.customer)
        spend = record.spend.get(claim.month) if record else None
        amount = spend.times(share) if spend else None
        if spend and amount and cap is not None:
            left = spend.times(cap, at_most=True).amount - amount_before
            amount = amount._replace(amount=max(Decimal(0), min(amount.amount, left)))
        given[key] = (share_before + share, amount_before + (amount.amount if amount else 0))
        yield _row(claim, share, spend, amount)


def _row(claim: Claim, share: Decimal, spend: Money | None, amount: Money | None) -> dict[str, Cell]:
    policy, credit, missed = claim.policy, claim.credit, claim.missed
    where = f"policies/{policy.desk}/customers.yaml"
    return {
        "desk": policy.desk,
        "customer": claim.customer,
        "month": claim.month,
        "credit": credit.name,
        "label": credit.label,
        "policy": policy.ref,
        "missed": len(missed),
        "met": len(claim.decided) - len(missed),
        "attainment": percent(claim.attainment),
        "share": percent(share),
        "spend": str(spend) if spend else None,
        "amount": str(amount) if amount else None,
        "currency": amount.currency if amount else None,
        "capped": f"from {percent(claim.share())}" if share < claim.share() else None,
        "instead_of": credit.instead_of or None,
        "clause": credit.clause,
        "cases": tuple(f"{figures.id} {row.target} {row.occurrence}" for figures, row in missed),
        "ledgers": tuple(f"casectl explain {figures.id} {row.target}" for figures, row in missed),
        "owed": None if spend else f'spend: {{"{claim.month}": AMOUNT CURRENCY}} in {where}',
    }


def _sums(rows: list[dict[str, Cell]]) -> dict[str, tuple[str, ...]]:
    """All amounts added up, each currency by itself."""
    sums: dict[str, Decimal] = {}
    for row in rows:
        if row["amount"] is not None:
            amount, currency = str(row["amount"]).split()
            sums[currency] = sums.get(currency, Decimal(0)) + Decimal(amount)
    return {"sum": tuple(f"{amount:f} {currency}" for currency, amount in sorted(sums.items()))} if sums else {}


def _notes(population: Population, due: list[Claim]) -> tuple[str, ...]:
    running = {claim.month for claim in due if claim.month == month_of(population.as_of, claim.policy.zone)}
    return tuple(f"{month} is not over: its attainment and its spend are those so far" for month in sorted(running))


REPORT = Report(
    help="What customers get back for what was missed; silent when nothing is due.", build=credits_due, narrows=True
)
