"""How many answers of the clock a second: `python -m tests.bench.clock_speed`.

First the arithmetic alone (how much open time between two instants, and when so much has passed), then whole targets:
one case of the demo's kind from its timeline to its row, with every anchor, pause and rule looked at.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random

from casectl.desk.verbs.hold import hold
from casectl.desk.verbs.resume import resume
from casectl.desk.verbs.take import take
from casectl.model.terms import Terms
from casectl.model.timeline import Timeline
from casectl.sla.clock import evaluate
from casectl.sla.opentime import open_time
from tests.clauses.case_story import story

SECONDS = 1.0


def rate(name: str, act: Callable[[], object]) -> None:
    """Runs `act` for about a second, five times, and prints the best rate."""
    best = 0.0
    for _ in range(5):
        count, start = 0, time.perf_counter()
        while (spent := time.perf_counter() - start) < SECONDS / 5:
            for _ in range(200):
                act()
            count += 200
        best = max(best, count / spent)
    print(f"{name:48} {best:12,.0f} a second")


def main() -> None:
    case = story("ess").at("2026-11-23 09:00").open(priority="p3", channel="phone").at("2026-11-23 09:10").do(take)
    case = case.at("2026-11-23 16:00").do(hold, "customer").at("2026-11-24 10:00").do(resume)
    first, last = case.instant("2026-01-01 00:00"), case.instant("2026-12-31 00:00")
    hours, random = open_time(case.policy.calendars["desk"], first, last), Random(1)
    instants = [random.randint(first, last) for _ in range(1024)]
    turn = iter(range(1 << 60))
    rate("open time between two instants", lambda: hours.between(instants[next(turn) & 1023], last))
    rate("instant by which so much open time has passed", lambda: hours.add(instants[next(turn) & 1023], 108_000))
    timeline, as_of = Timeline(case.case.id, "bench", case.steps), case.instant("2026-11-25 12:00")
    terms = [Terms(case.policy)]
    rate("a whole case of four steps, every target", lambda: evaluate(timeline, terms, as_of))


if __name__ == "__main__":
    main()
