"""The lists of a policy for people: whom and what it is for, what may be promised and excused, how a case is rated."""

from __future__ import annotations

from collections.abc import Iterator

from casectl.model.policy import Policy, Rubric, Service, Suggestion
from casectl.reports.explain import condition_words
from casectl.reports.table import Row, Table, sheet


def desk_sheet(policy: Policy) -> tuple[Table, ...]:
    """Plans, services, categories, commitments, exemptions, paths; tables without rows where the policy lists none."""
    return (
        sheet("Services", "service label covered clause", _services(policy)),
        sheet("Plans, categories and paths", "kind name label", _labels(policy)),
        sheet("Commitments", "commitment label lasts clause", _commitments(policy)),
        sheet("Exemptions", "code label approved_by clause", _exemptions(policy)),
    )


def rubric_sheet(policy: Policy) -> tuple[Table, ...]:
    """The questions that rate a case above the ratings that their answers suggest; nothing without a rubric."""
    rubric = policy.rubric
    if rubric is None:
        return ()
    questions = {
        question.name: f"{question.ask} {', '.join(f'{name} ({label})' for name, label in question.answers.items())}"
        for question in rubric.questions.values()
    }
    return (sheet("Rubric", "when priority clause", _suggestions(rubric), questions),)


def _services(policy: Policy) -> Iterator[Row]:
    for service in policy.services.values():
        yield {
            "service": service.name,
            "label": service.label,
            "covered": _coverage(service),
            "clause": service.clause,
        }


def _coverage(service: Service) -> str:
    if service.in_scope:
        return "yes"
    return "by a supplier's agreement" if service.supplier_sla else "no"


def _labels(policy: Policy) -> Iterator[Row]:
    for kind, names in (("plan", policy.plans), ("category", policy.categories), ("path", policy.paths)):
        for name, label in names.items():
            yield {"kind": kind, "name": name, "label": label}


def _commitments(policy: Policy) -> Iterator[Row]:
    for kind in policy.commitments.values():
        lasts = "until another moment" if kind.window else ""
        yield {"commitment": kind.name, "label": kind.label, "lasts": lasts, "clause": kind.clause}


def _exemptions(policy: Policy) -> Iterator[Row]:
    for code in policy.exemptions.values():
        yield {
            "code": code.name,
            "label": code.label,
            "approved_by": code.approved_by or "anybody",
            "clause": code.clause,
        }


def _suggestions(rubric: Rubric) -> Iterator[Row]:
    for row in rubric.suggestions:
        yield {"when": _when(row), "priority": row.priority, "clause": row.clause}


def _when(row: Suggestion) -> str:
    words = [f"{question} {' or '.join(sorted(answers))}" for question, answers in row.answers.items()]
    words += [condition_words(row.facts)] if row.facts.values else []
    return ", ".join(words) or "otherwise"
