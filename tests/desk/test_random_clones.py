"""Desks that share one case: random steps, syncs and plain merges in clones, then everything that is disputed settled.

Whatever the order, all clones come to the same; the file is the fold; each settling ends what it was asked to end.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from casectl.desk.record import record, record_opening
from casectl.desk.verbs.agree import agree
from casectl.desk.verbs.assign import assign
from casectl.desk.verbs.escalate import escalate
from casectl.desk.verbs.hold import hold
from casectl.desk.verbs.note import note
from casectl.desk.verbs.open import open as open_case
from casectl.desk.verbs.promise import promise
from casectl.desk.verbs.reopen import reopen
from casectl.desk.verbs.resolve import resolve
from casectl.desk.verbs.resume import resume
from casectl.desk.verbs.set import set as set_fields
from casectl.desk.verbs.settle import settle
from casectl.desk.verbs.triage import triage
from casectl.desk.verbs.undo import undo
from casectl.model.case import Case, Value
from casectl.model.caseid import path_of
from casectl.model.problems import CasectlError
from casectl.model.timeline import Timeline
from casectl.sla.disputes import open_disputes
from casectl.sla.voids import effective, voided_steps
from casectl.store.casefile import parse_case
from casectl.store.history import read_timeline, read_timelines
from tests.cli.conftest import ACME
from tests.conftest import EPOCH, MakeRepo
from tests.store.clones import Clone, clone, share

POLICY = (
    ACME.read_text()
    + """\
  lead-time: {start: opened, stop: resolved, calendar: desk, rules: [{within: {agreed: lead-time}}]}
commitments: {call-back: {}}
"""
)
WHO = ("ann", "bob", "eve")


class Ward:
    """Some clones and one case, worked at random."""

    def __init__(self, clones: list[Clone], seed: int) -> None:
        self.clones = clones
        self.chance = random.Random(seed)
        self.now = EPOCH + 1000
        self.marks = count(1)
        first = self.clones[0]
        act = partial(open_case, title="Nobody can sign in", customer="oakfield")
        self.case = record_opening(first.repo, act, self.clock).change.case_id
        for each in clones:
            each.sync()

    def clock(self) -> int:
        return self.now

    def do(self, here: Clone, act: Callable[..., Any], **options: Any) -> bool:
        """A step; whether the desk's rules let it be taken."""
        try:
            record(here.repo, self.case, partial(act, **options), self.clock)
        except CasectlError as refusal:
            print(f"{here.root.name} {act.__name__} {options}: {refusal.message}")
            return False
        print(f"{here.root.name} {act.__name__} {options}")
        return True

    def life(self, here: Clone) -> Timeline:
        return read_timeline(here.repo, self.case, here.head)

    def file(self, here: Clone) -> Case:
        case, problems = parse_case(here.file(path_of(self.case)).decode(), path_of(self.case))
        assert case is not None, problems
        return case

    def turn(self) -> None:
        """Something happens somewhere."""
        self.now += self.chance.choice((0, 1, 7, 60))
        here, pick, mark = self.chance.choice(self.clones), self.chance.choice, f"{next(self.marks)}"
        steps: list[Callable[[], object]] = [
            partial(self.do, here, note, message=f"note {mark}"),
            partial(self.do, here, triage, priority=pick(("p1", "p2", "p3"))),
            partial(self.do, here, assign, person=pick(("sam", "jo"))),
            partial(self.do, here, hold, waiting_for=pick(("customer", "supplier"))),
            partial(self.do, here, resume),
            partial(self.do, here, resolve, message=f"done {mark}"),
            partial(self.do, here, reopen),
            partial(self.do, here, escalate, reason="late"),
            partial(self.do, here, agree, target="lead-time", when=f"{pick((24, 48))}h"),
            partial(self.do, here, promise, due=f"{pick((24, 48))}h", message=f"promise {mark}"),
            partial(self.do, here, promise, kept="-"),
            partial(self.do, here, set_fields, changes=[f"title=title {pick('abc')}"]),
            partial(self.undo, here),
            partial(self.settle, here),
        ]
        if self.chance.random() < 0.25:
            here.sync(self.now - EPOCH)
        else:
            self.chance.choice(steps)()

    def undo(self, here: Clone) -> None:
        """Anything but the opening is taken back, another undo or a settling included."""
        past = self.life(here).steps[1:]
        entries = [entry.id for step in past for entry in step.entries]
        if entries:
            self.do(here, undo, what=self.chance.choice(entries), reason="wrong")

    def settle(self, here: Clone) -> None:
        """A dispute, ended one way or the other: the side that is kept stands, whatever contradicts it is void."""
        life = self.life(here)
        disputes = open_disputes(life, life.steps)
        if not disputes:
            return
        sides = sorted({side for each in disputes for side in (each.commit, each.against)} - {life.opened.commit})
        keep = self.chance.choice([None, *sides])
        assert self.do(here, settle, keep=keep)
        after = self.life(here)
        left = open_disputes(after, after.steps)
        if keep is None:
            assert left == ()
            return
        assert not [each for each in left if keep in (each.commit, each.against)]
        void = {after.steps[place].commit for place in voided_steps(after.steps, self.case)}
        assert keep not in void

    def plain_merge(self) -> None:
        """git's own merge that keeps one side's files, done by hand."""
        here, other = self.chance.sample(self.clones, 2)
        here.git("fetch", "-q", str(other.root), "main")
        here.git("merge", "-q", "--no-ff", "-s", "ours", "-m", "by hand", "FETCH_HEAD", at=self.now)

    def converge(self) -> None:
        for _ in range(2):
            for each in self.clones:
                each.sync(self.now - EPOCH)


def made(make_repo: MakeRepo, tmp_path: Path, seed: int) -> Ward:
    staff = "people:\n" + "".join(f"  {name}: {{name: {name}, mail: {name}@example.org}}\n" for name in ("sam", "jo"))
    first = make_repo(files={"policies/acme-desk/1.0.yaml": POLICY, "policies/staff.yaml": staff})
    hub = share(first, tmp_path / "hub.git")
    return Ward([clone(hub, name) for name in WHO], seed)


def refuse_disagreement(ward: Ward, by_hand: bool = False) -> Timeline:
    """All clones are one; the fold is the file, read either way; no step is told twice."""
    first = ward.clones[0]
    assert len({each.head for each in ward.clones}) == 1
    life = ward.life(first)
    assert list(read_timelines(first.repo, first.head)) == [life]
    folded, file = life.case(), ward.file(first)
    assert folded.fields == file.fields
    # A merge by hand may leave entries out of the file: they are still known.
    assert set(map(str, file.log)) <= set(map(str, folded.log)) if by_hand else file.log == folded.log
    commits = [step.commit for step in life.steps]
    assert len(commits) == len(set(commits))
    assert [step.at for step in life.steps] == sorted(step.at for step in life.steps)
    return life


@pytest.fixture(autouse=True)
def _same_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps of one second are ordered by their hashes: those have to be the same in each run."""
    monkeypatch.setattr(os, "urandom", random.Random(1).randbytes)


@pytest.mark.parametrize("seed", range(4))
def test_random_desks_agree_and_can_be_settled(make_repo: MakeRepo, tmp_path: Path, seed: int) -> None:
    ward = made(make_repo, tmp_path, seed)
    for _ in range(40):
        ward.turn()
    ward.converge()
    refuse_disagreement(ward)
    here = ward.clones[0]
    for _ in range(40):
        if not open_disputes(life := ward.life(here), life.steps):
            break
        ward.settle(here)
    ward.converge()
    life = refuse_disagreement(ward)
    assert open_disputes(life, life.steps) == ()
    true = Case({})
    for step in effective(life.steps, ward.case).steps:
        true = true.changed(step.changes)
    assert meant(true) == meant(ward.file(here))


def meant(case: Case) -> dict[str, Value]:
    """The fields that say something: whom a case waits for does so only while it waits."""
    return {name: value for name, value in case.fields.items() if name != "waiting_for" or case.status == "on-hold"}


@pytest.mark.parametrize("seed", range(10, 12))
def test_with_merges_by_hand_between(make_repo: MakeRepo, tmp_path: Path, seed: int) -> None:
    ward = made(make_repo, tmp_path, seed)
    for turn in range(30):
        (ward.plain_merge if turn % 6 == 5 else ward.turn)()
    ward.converge()
    refuse_disagreement(ward, by_hand=True)
    ward.do(ward.clones[0], settle)
    ward.converge()
    life = refuse_disagreement(ward, by_hand=True)
    assert open_disputes(life, life.steps) == ()
