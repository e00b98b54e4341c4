"""What can be wrong between a desk's policies, its customers and the staff, each of which reads well by itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

from casectl.model.policy import Customer, Person, Policy
from casectl.model.problems import Problem, did_you_mean
from casectl.model.target import Lookup
from casectl.model.tree import Branch, Node, Row, line_of, node_at
from casectl.model.workflow import CUSTOMER, INVOLVED, LEVEL


def standing(policies: Iterable[Policy], today: date) -> tuple[Policy, ...]:
    """Of one desk's versions the one in force on `today` and all later ones; what went before binds old cases only."""
    ordered = sorted(policies, key=lambda policy: policy.effective)
    begun = sum(policy.effective <= today for policy in ordered)
    return tuple(ordered[max(begun - 1, 0) :])


def check_plans(
    policies: Sequence[Policy], customers: Mapping[str, Customer], path: str, tree: Node
) -> tuple[Problem, ...]:
    """Customers on a plan that none of one desk's `policies` lists. `path` and `tree` are the customers' file."""
    plans = sorted({plan for policy in policies for plan in policy.plans})
    if not plans or not isinstance(tree, Branch):
        return ()
    return tuple(
        Problem(
            path,
            line_of(tree, "customers", name, "plan"),
            f"customer '{name}': the policy has no plan '{customer.plan}'",
            did_you_mean(customer.plan, plans),
        )
        for name, customer in customers.items()
        if customer.plan and customer.plan not in plans
    )


def check_figures(policy: Policy, customers: Iterable[Customer]) -> tuple[Problem, ...]:
    """Warnings of figures that the policy looks up in customers' records and that none of them holds."""
    held = {name for customer in customers for name in _figures(customer)}
    hint = "a customer, or one of its services, says it in customers.yaml: figures: {%s: 4h}"
    found = dict.fromkeys(
        (rule.line, rule.within.name)
        for target in policy.targets.values()
        for rule in target.rules
        if isinstance(rule.within, Lookup) and rule.within.source == "customer" and rule.within.name not in held
    )
    return tuple(
        Problem(
            policy.path, line, f"no customer has a figure '{name}', so this is never due", hint % name, warning=True
        )
        for line, name in found
    )


def check_roles(policy: Policy, tree: Node, staff: Iterable[Person]) -> tuple[Problem, ...]:
    """Warnings of roles that the policy needs and nobody who works at the desk has. `tree` is the policy's file."""
    held = {role for person in staff if not person.desks or policy.desk in person.desks for role in person.roles}
    if not isinstance(tree, Branch):
        return ()
    return tuple(
        Problem(policy.path, line, f"{what}: nobody of the staff has the role '{role}'", _role_hint(role, held), True)
        for what, role, line in _roles(policy, tree)
        if role not in held
    )


def check_rotas_named(policy: Policy, tree: Node, rotas: Collection[str]) -> tuple[Problem, ...]:
    """Warnings of rotas that the policy routes cases to, or a site has, and the staff list does not know. `tree` is its
    file."""
    rows = node_at(tree, "routing") if isinstance(tree, Branch) else None
    lines = [node.line for node in rows.items] if isinstance(rows, Row) else []
    found = [
        (line, name)
        for row, line in zip(policy.workflow.routing, lines, strict=False)
        for name in (row.owner, row.assignee)
        if name and name not in rotas
    ]
    told = [("routing", line, name) for line, name in dict.fromkeys(found)]
    if isinstance(tree, Branch):
        sites = (site for site in policy.sites.values() if site.rota and site.rota not in rotas)
        told += [(f"site '{site.name}'", line_of(tree, "sites", site.name, "rota"), site.rota) for site in sites]
    return tuple(
        Problem(policy.path, line, f"{what}: policies/staff.yaml has no rota '{name}'", _rota_hint(name, rotas), True)
        for what, line, name in told
    )


def _rota_hint(name: str, rotas: Collection[str]) -> str:
    near = did_you_mean(name, rotas) if rotas else None
    return near or f'rotas: {{{name}: {{zone: UTC, shifts: [{{who: KEY, begins: "2026-01-01 00:00", …}}]}}}}'


def _figures(customer: Customer) -> Iterator[str]:
    yield from customer.figures
    for service in customer.services.values():
        yield from service.figures


def _roles(policy: Policy, tree: Branch) -> Iterator[tuple[str, str, int]]:
    """Who is asked to do what, and on which line."""
    yield from _approvers(policy, tree)
    for role in policy.raising.roles if policy.raising else ():
        yield "raising", role, line_of(tree, "raising", "by")
    for name, ladder in policy.ladders.items():
        for rung in ladder.levels:
            if rung.role:
                yield f"ladder '{name}', level {rung.level}", rung.role, _rung_line(tree, name, rung.level)
    for key, roles in (("changed_by", policy.scrutiny.changed_by), ("accepted_by", policy.scrutiny.accepted_by)):
        yield from ((f"audit, {key}", role, line_of(tree, "audit", key)) for role in roles)
    yield from _workers(policy, tree)


def _workers(policy: Policy, tree: Branch) -> Iterator[tuple[str, str, int]]:
    """Who may take steps, has a part in cases, or is told of them."""
    for verb, rule in policy.workflow.authority.items():
        yield from ((f"authority, {verb}", role, line_of(tree, "authority", verb, "by")) for role in rule.roles)
    for name, priority in policy.priorities.items():
        where = line_of(tree, "priorities", name, "involve")
        yield from ((f"priority '{name}'", role, where) for role in priority.involve)
    told = [("duties", f"duty '{name}'", name, "to", duty.to) for name, duty in policy.workflow.duties.items()]
    told += [("automatic", f"automatic rule '{name}'", name, "tell", rule.tell)
             for name, rule in policy.workflow.automatic.items()]  # fmt: skip
    for section, what, name, key, roles in told:
        for role in set(roles) - {CUSTOMER, INVOLVED, LEVEL}:
            yield what, role, line_of(tree, section, name, key)


def _approvers(policy: Policy, tree: Branch) -> Iterator[tuple[str, str, int]]:
    """Those of the defaults approve every exemption that names nobody, and are said once."""
    own = [name for name in policy.exemptions if node_at(tree, "exemptions", name, "approved_by")]
    for name in own:
        for role in policy.exemptions[name].approved_by:
            yield f"exemption '{name}'", role, line_of(tree, "exemptions", name, "approved_by")
    others = (code for name, code in policy.exemptions.items() if name not in own)
    for role in dict.fromkeys(role for code in others for role in code.approved_by):
        yield "defaults, approved_by", role, line_of(tree, "defaults", "approved_by")


def _rung_line(tree: Branch, ladder: str, level: int) -> int:
    node = node_at(tree, "ladders", ladder, "levels")
    return node.items[level - 1].line if isinstance(node, Row) else line_of(tree, "ladders", ladder)


def _role_hint(role: str, held: Collection[str]) -> str:
    return did_you_mean(role, held) or f"give it to somebody in policies/staff.yaml: roles: [{role}]"
