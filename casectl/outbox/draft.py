"""The messages that one case calls for, filled in."""

from __future__ import annotations

from typing import NamedTuple

from casectl.model.instants import format_instant
from casectl.outbox.template import Message, left_empty, render
from casectl.outbox.variables import LISTS, values_of
from casectl.reports.onecase import OneCase
from casectl.reports.plain import plain
from casectl.store.messages import read_message
from casectl.store.repo import Repo

SCHEMA = "casectl.message/1"
NO_CONTACT = "(no contact on record)"


class Draft(NamedTuple):
    """A message for one case, to a contact's reference or to roles."""

    case_id: str
    desk: str
    name: str
    to: str
    message: Message
    commit: str
    as_of: str
    empty: tuple[str, ...] = ()
    """What the text speaks of and the case does not have."""

    def text(self) -> str:
        """As people read it: whom it is to, its subject, and its body."""
        return f"To: {self.to}\nSubject: {self.message.subject}\n\n{self.message.body}".rstrip("\n")

    def document(self) -> dict[str, str]:
        """The same as data."""
        subject, body = self.message
        return {
            "schema": SCHEMA,
            "id": self.case_id,
            "desk": self.desk,
            "message": self.name,
            "to": self.to,
            "subject": subject,
            "body": body,
            "commit": self.commit,
            "as_of": self.as_of,
        }


def wanted(found: OneCase) -> list[str]:
    """The duties and rules of which a message is called for: those that are owed one, and the last that was noted."""
    owed = [row.duty for row in found.figures.duties if row.open and row.message]
    noted = [str(entry.fields.get("rule")) for entry in found.case.log if entry.kind == "notice"]
    last = [rule for rule in noted[-1:] if _message_of(found, rule)]
    return list(dict.fromkeys([*owed, *last]))


def _message_of(found: OneCase, rule: str) -> str:
    """The message that a duty or an automatic rule of the case's policy names; empty when there is none."""
    workflow = found.pinned.policy.workflow
    known = workflow.duties.get(rule) or workflow.automatic.get(rule)
    return known.message if known else ""


def drafted(repo: Repo, commit: str, found: OneCase, name: str, agent: str, zone: str) -> Draft:
    """The message `name`, or that of the duty or rule of that name. Raises `NotFound`, and `InvalidFiles` for its
    mistakes."""
    policy = found.pinned.policy
    template = _message_of(found, name) or name
    rule = "" if template == name else name
    text, path = read_message(repo, commit, policy.desk, template)
    values = values_of(found, agent, rule, zone)
    message = render(text, path, values, LISTS)
    return Draft(
        found.timeline.case_id,
        policy.desk,
        template,
        _to(found, name),
        message,
        found.commit,
        format_instant(found.as_of),
        left_empty(text, values),
    )


def _to(found: OneCase, name: str) -> str:
    """The contact's reference; of a duty or rule that is for the desk's own people, their roles."""
    told = [row.to for row in found.figures.duties if row.duty == name and row.to]
    noted = [str(e.fields["to"]) for e in found.case.log if e.fields.get("rule") == name and "to" in e.fields]
    roles = noted[-1] if noted else ", ".join(told[-1]) if told and told[-1] != ("customer",) else ""
    return plain(roles or found.case.text("contact") or NO_CONTACT)
