"""The messages of the shipped desks: sound, named by their policies, and filled in for a case of each desk."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from casectl.outbox.template import FILTERS, check_template, render
from casectl.outbox.variables import LISTS, VARIABLES, values_of
from casectl.reports.onecase import one_case
from casectl.store.history import read_timeline
from casectl.store.lookup import case_ids
from casectl.store.policy_files import read_policy_files
from casectl.store.repo import Repo, find_repo, head_commit

POLICIES = Path(__file__).parents[2] / "policies"
TEXTS = sorted(POLICIES.glob("*/messages/*.txt"))
README = (POLICIES / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    from casectl.desk.demo import make_demo
    from casectl.desk.founding import common_files
    from casectl.model.instants import parse_stored

    root = tmp_path_factory.mktemp("demo") / "desk"
    make_demo(root, 1, parse_stored("2026-11-06T17:00:00+00:00"), 60, common_files())
    return find_repo(root)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_each_is_sound_and_filled_in_for_cases_of_its_desk(path: Path, repo: Repo) -> None:
    text, commit, desk = path.read_text(encoding="utf-8"), head_commit(repo), path.parts[-3]
    assert check_template(text, str(path), VARIABLES, LISTS) == ()
    prefix = next(policy.prefix for policy in read_policy_files([POLICIES])[0] if policy.desk == desk)
    mine = [name for name in case_ids(repo, commit) if name.startswith(f"{prefix}-")][:12]
    for name in mine:
        found = one_case(repo, commit, read_timeline(repo, name, commit), 1_800_000_000, to_its_end=True)
        message = render(text, str(path), values_of(found, "Sam", "", "UTC"), LISTS)
        assert name in message.subject
        assert "{" not in message.body.replace(found.case.need("title"), "")


def test_every_message_that_is_shipped_is_named_by_its_policy() -> None:
    named = {
        (policy.desk, one.message)
        for policy in read_policy_files([POLICIES])[0]
        for one in (*policy.workflow.duties.values(), *policy.workflow.automatic.values())
        if one.message
    }
    assert named == {(path.parts[-3], path.stem) for path in TEXTS}


def test_the_values_are_those_of_the_vocabulary(repo: Repo) -> None:
    commit = head_commit(repo)
    name = next(case_ids(repo, commit))
    found = one_case(repo, commit, read_timeline(repo, name, commit), 1_800_000_000, to_its_end=True)
    assert values_of(found, "Sam", "", "UTC").keys() == VARIABLES.keys()


def test_the_guide_tells_every_variable_and_filter() -> None:
    chapter = README.partition("### Messages")[2].partition("\n### ")[0]
    told = set(re.findall(r"`([a-z_]+)`", chapter))
    assert set(VARIABLES) <= told
    assert set(FILTERS) <= told
