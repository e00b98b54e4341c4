"""What was done though the policy asks otherwise is told, and changes no figure."""

from __future__ import annotations

from dataclasses import replace

from casectl.model.case import Entry
from casectl.model.policy import Exemption, Person
from casectl.model.timeline import Step
from casectl.sla.guards import findings
from tests.sla.story import Story
from tests.sla.test_known_answers import HOUR, promised

BOSS = Person("ada", "Ada", "ada@example.com", ("desk-manager",))
ELSEWHERE = BOSS._replace(desks=("another-desk",))


def strict() -> Story:
    """Two hours to resolve, opened Mon 09:00, at a desk whose manager approves exemptions."""
    story = promised("2h")
    codes = {"authority": Exemption("authority", approved_by=("desk-manager",))}
    return replace(story, policy=replace(story.policy, exemptions=codes)).at("Mon 09:00").open()


def told(story: Story, *staff: Person) -> list[str]:
    known = {person.key: person for person in staff}
    return [each.message for each in findings(story.timeline(), story.terms, story.now, known)]


def test_an_exemption_approved_by_the_manager_is_no_finding() -> None:
    story = strict().at("Mon 12:00").exempt("x1", "authority", "Mon 10:00", "Mon 11:00", by="ada")
    assert told(story, BOSS) == []


def test_one_approved_by_somebody_else_is() -> None:
    """Lee is on the staff and no manager; Ada manages another desk; nobody knows Zoe."""
    for name in ("lee", "ada", "zoe"):
        story = strict().at("Mon 12:00").exempt("x1", "authority", "Mon 10:00", "Mon 11:00", by=name)
        (finding,) = told(story, ELSEWHERE)
        assert finding.endswith(f"approved exemption x1 in the name of {name}, who lacks the role desk-manager")


def test_one_with_a_code_that_the_policy_lacks_is() -> None:
    story = strict().at("Mon 12:00").exempt("x1", "weather", "Mon 10:00", "Mon 11:00", by="ada")
    (finding,) = told(story, BOSS)
    assert "has no code 'weather'" in finding
    assert story.row("resolution").exempt_seconds == 0


def test_a_period_changed_after_the_approval_counts_as_it_was_approved() -> None:
    """An hour is approved at 12:00; at 13:00 somebody makes three of it. One counts, and the change is told."""
    story = strict().at("Mon 12:00").exempt("x1", "authority", "Mon 10:00", "Mon 11:00", by="ada")
    wider = story.at("Mon 13:00").exempt("x1", "authority", "Mon 09:00", "Mon 12:00", by="ada")
    assert wider.row("resolution").exempt_seconds == HOUR
    (finding,) = told(wider, BOSS)
    assert "changed from and until of exemption x1 after its approval" in finding


def test_the_end_of_an_open_ended_one_is_given_once() -> None:
    """Ended at 11:00 by a step at 12:00, which is no change of a claim; moved to 11:30 an hour later, which is one."""
    story = strict().at("Mon 10:00").exempt("x1", "authority", "Mon 09:30", by="ada")
    ended = story.at("Mon 12:00").end_exemption("x1", "Mon 11:00")
    assert told(ended, BOSS) == []
    moved = ended.at("Mon 13:00").end_exemption("x1", "Mon 11:30")
    assert moved.row("resolution").exempt_seconds == 1.5 * HOUR
    (finding,) = told(moved, BOSS)
    assert "changed until of exemption x1" in finding


def test_a_void_that_names_nothing_takes_nothing_back_and_is_told() -> None:
    story = strict().at("Mon 10:00").hold("customer", "note")
    void = Entry("v1", "void", {"void": "nothing"})
    steps = (*story.steps, Step("f" * 40, story.now, "sam@example.com", {}, (void,)))
    (finding,) = told(replace(story, steps=steps))
    assert "voids 'nothing', no earlier entry or step" in finding
