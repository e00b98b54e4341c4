"""Refer the contact to somebody else, such as the customer's own first line; the case waits for them."""

from __future__ import annotations

from typing import Annotated

from casectl.desk.known import known_word
from casectl.desk.verb import Flag, Remark, Scene, change, entry
from casectl.desk.wording import clean, clean_if_given, first_words, personal_data
from casectl.model.case import Value
from casectl.model.change import Change
from casectl.model.moves import move, require_unfinished
from casectl.model.problems import UsageMistake


def refer(
    scene: Scene,
    to: Annotated[str | None, Flag("To whom; left out: the customer's own first line.", metavar="WHOM")] = None,
    waiting_for: Annotated[str | None, Flag("Put it on hold too, for that.", metavar="WHO")] = None,
    message: Remark = None,
) -> Change:
    """A referral in the log; the case waits if that is said."""
    case, policy = scene.case, scene.policy
    here = require_unfinished(policy, case, "referred")
    customer = scene.book.customer(policy.desk, case.text("customer"))
    whom = to if to is not None else customer.first_line if customer else ""
    if not whom:
        raise UsageMistake(f"to whom? the customer of {case.id} has no first line of its own", "--to WHOM")
    whom, text = clean(whom, "--to", one_line=True), clean_if_given(message, "the message")
    fields: dict[str, Value | None] = {}
    if waiting_for is not None:
        who = known_word(waiting_for, "waiting_for", policy.waiting_for, policy)
        status = here.name if here.phase == "waiting" else move(policy, case, ("waiting",))
        fields = {"status": status, "waiting_for": who}
    referral = entry(scene, "referral", to=whom, text=text)
    warnings = (*personal_data(whom, "--to"), *personal_data(text, "the message"))
    return change(scene, "refer", f"to {first_words(whom)}", fields, (referral,), warnings)
