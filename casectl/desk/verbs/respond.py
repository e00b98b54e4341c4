"""Record an answer: to the customer, or to an escalation or a complaint."""

from __future__ import annotations

from typing import Annotated

from casectl.desk.verb import Flag, Scene, Text, change, entry
from casectl.desk.wording import clean, first_words, personal_data
from casectl.model.change import Change
from casectl.model.problems import NotAllowed, UsageMistake, did_you_mean

ANSWERS = {"customer": "response", "escalation": "escalation-answer", "complaint": "complaint-answer"}


def respond(
    scene: Scene,
    message: Text,
    to: Annotated[str, Flag("What is answered: customer, escalation or complaint.", metavar="WHAT")] = "customer",
) -> Change:
    """An answer in the log, of the kind that says what it answers."""
    case = scene.case
    kind = ANSWERS.get(to)
    if kind is None:
        raise UsageMistake(f"nobody is answered by --to {to}", did_you_mean(to, ANSWERS))
    if to == "escalation" and not any(past.kind == "escalation" for past in case.log):
        raise NotAllowed(f"{case.id} was never escalated", f"casectl respond {case.id} -m TEXT answers the customer")
    text = clean(message, "the answer")
    answer = entry(scene, kind, text=text)
    return change(scene, "respond", first_words(text), {}, (answer,), personal_data(text, "the answer"))
