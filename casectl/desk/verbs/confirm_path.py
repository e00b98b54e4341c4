"""Confirm which way a case will go on, where its policy has several."""

from __future__ import annotations

from typing import Annotated

from casectl.desk.known import known_word
from casectl.desk.verb import Flag, Scene, Text, change, entry
from casectl.desk.wording import clean, personal_data
from casectl.model.change import Change
from casectl.model.moves import require_unfinished
from casectl.model.problems import NotAllowed


def confirm_path(
    scene: Scene,
    path: Annotated[str, Flag("One of the policy's paths.", positional=True, metavar="PATH")],
    message: Text,
) -> Change:
    """The path, with what the customer was told of it, in the log."""
    policy = scene.policy
    require_unfinished(policy, scene.case, "given a path")
    if not policy.paths:
        hint = f"casectl update {scene.case.id} -m TEXT records what the customer was told"
        raise NotAllowed(f"policy {policy.ref} has no paths", hint)
    chosen = known_word(path, "path", policy.paths, policy)
    text = clean(message, "the message")
    confirmed = entry(scene, "pathway", chosen=chosen, text=text)
    label = policy.paths[chosen]
    summary = f"{chosen} ({label})" if label else chosen
    return change(scene, "confirm-path", summary, {}, (confirmed,), personal_data(text, "the message"))
