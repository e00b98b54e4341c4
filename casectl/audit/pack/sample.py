"""PURE. Which cases an auditor looks at closely: drawn so that anybody can draw them again, in any language."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from casectl.model.problems import UsageMistake

SIZE = 25
SEED = "1"


def draw(case_ids: Iterable[str], seed: str, size: int) -> tuple[str, ...]:
    """The first `size` of the IDs, in the order of the SHA-256 (in hex) of `SEED:ID`, and of the ID where those are
    equal. Neither a library's random numbers nor the order of `case_ids` matter."""
    by_digest = sorted((hashlib.sha256(f"{seed}:{each}".encode()).hexdigest(), each) for each in set(case_ids))
    return tuple(case_id for _, case_id in by_digest[:size])


def known_seed(text: str) -> str:
    """A seed as typed. Raises `UsageMistake` for one that could not be typed into a shell as it is."""
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", text, flags=re.ASCII):
        raise UsageMistake(f"not a seed: '{text}'", "letters, digits, dots and dashes, at most 64: 2026-q4")
    return text
