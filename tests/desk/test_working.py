"""What goes with steps, in memory: routing, referral, guards, notices, climbing, other cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from casectl.desk.consequences import Setting, with_consequences
from casectl.desk.sweeping import NothingDueError, swept
from casectl.desk.verb import Opening
from casectl.desk.verbs.attempt import attempt
from casectl.desk.verbs.escalate import escalate
from casectl.desk.verbs.expedite import expedite
from casectl.desk.verbs.handover import handover
from casectl.desk.verbs.link import link
from casectl.desk.verbs.merge import merge
from casectl.desk.verbs.note import note
from casectl.desk.verbs.open import open as open_case
from casectl.desk.verbs.set import set as set_fields
from casectl.desk.verbs.take import take
from casectl.desk.verbs.triage import triage
from casectl.desk.verbs.undo import undo
from casectl.model.calendar import Calendar, Window
from casectl.model.case import Case, Entry
from casectl.model.policy import Customer, Ladder
from casectl.model.problems import NotAllowed, NotFound, UsageMistake
from casectl.model.rota import Rota, Shift
from casectl.model.target import Condition
from casectl.model.workflow import Automatic, Duty, Guard, Hours, Requirement, Route, Workflow
from tests.desk.desk_day import BOOK, POLICY, ZONE, Day, moment_at

HOURS = Calendar("desk", ZONE, ((Window(9 * 3600, 17 * 3600),),) * 5 + ((), ()))
ROTA = Rota("on-call", "", ZONE, (Shift("ada", datetime(2026, 1, 1), "FREQ=DAILY", 24 * 3600),))
EMPTY = Rota("nobody", "", ZONE, ())


def day(customers: dict[str, Customer] | None = None, guard: Guard | None = None, **sections: object) -> Day:
    """A day at the desk with office hours, a rota on which Ada is on, and these sections of a workflow."""
    ladders = {"general": replace_guard(POLICY.ladders["general"], guard)}
    policy = replace(POLICY, calendars={"desk": HOURS}, ladders=ladders, workflow=Workflow(**sections))  # type: ignore[arg-type]
    known = customers or {"oakfield": Customer("oakfield")}
    rotas = {"on-call": ROTA, "nobody": EMPTY}
    return Day(policy, replace(BOOK, policies={policy.ref: policy}, customers={policy.desk: known}, rotas=rotas))


def replace_guard(ladder: Ladder, guard: Guard | None) -> Ladder:
    return ladder._replace(guard=guard)


def when(key: str, *values: str) -> Condition:
    return Condition({key: frozenset(values)})


class TestRouting:
    def test_of_each_thing_the_first_row_that_says_it_counts(self) -> None:
        rows = (
            Route(when("type", "request"), team="wishes"),
            Route(owner="on-call"),
            Route(team="rest", owner="nobody"),
        )
        case = day(routing=rows).open(type="request").case
        assert (case.text("team"), case.text("owner")) == ("wishes", "ada")
        assert day(routing=rows).open().case.text("team") == "rest"

    def test_hours_are_those_of_the_opening(self) -> None:
        rows = (
            Route(hours=Hours(outside=("desk",)), assignee="on-call"),
            Route(hours=Hours(inside=("desk",)), team="day"),
        )
        assert day(routing=rows).at("16:59").open().case.text("team") == "day"
        night = day(routing=rows).at("17:00").open().case
        assert (night.text("team"), night.text("assignee"), night.status) == (None, "ada", "open")

    def test_an_assignee_by_rota_has_not_picked_it_up(self) -> None:
        opened = day(routing=(Route(assignee="on-call"),)).open()
        assert opened.by("ada").do(take).case.status == "assigned"

    def test_nobody_on_duty_is_said(self) -> None:
        opened = day(routing=(Route(assignee="nobody"), Route(owner="unheard-of"))).open()
        assert "no assignee: nobody is on duty now by rota 'nobody'" in opened.change.warnings
        assert any("has no rota 'unheard-of'" in warning for warning in opened.change.warnings)

    def test_a_first_line_of_the_customer_s_own(self) -> None:
        rows = (Route(first_line=True, refer="first_line", waiting_for="customer"),)
        own = {"oakfield": Customer("oakfield", first_line="their desk")}
        referred = day(own, routing=rows).open()
        assert (referred.case.status, referred.last.kind, referred.last.fields) == (
            "on-hold",
            "referral",
            {"to": "their desk"},
        )
        assert day(routing=rows).open().case.status == "open"

    def test_what_is_said_at_the_opening_goes_before(self) -> None:
        rows = (Route(waiting_for="supplier"),)
        assert day(routing=rows).open(waiting_for="customer").case.text("waiting_for") == "customer"
        with pytest.raises(UsageMistake, match="no waiting_for 'nobody'"):
            day().open(waiting_for="nobody")

    def test_a_team_follows_what_the_case_is_about(self) -> None:
        rows = (Route(when("category", "hardware"), team="workshop"), Route(team="desk"))
        moved = day(routing=rows).open().do(set_fields, ["category=hardware"])
        assert moved.case.text("team") == "workshop"
        assert moved.do(set_fields, ["title=Other"]).case.text("team") == "workshop"


class TestClimbing:
    GUARD = Guard("desk", idle_seconds=3600, idle_calendar="desk")

    def test_only_in_hours_and_only_what_stalls(self) -> None:
        opened = day(guard=self.GUARD).at("10:00").open()
        with pytest.raises(NotAllowed, match="something was logged within 60 min"):
            opened.at("10:59").do(escalate, reason="x")
        assert opened.at("11:00").do(escalate, reason="x").case.level == 2
        busy = opened.at("10:30").do(note, "Looking.")
        with pytest.raises(NotAllowed):
            busy.at("11:29").do(escalate, reason="x")
        assert busy.at("11:30").do(escalate, reason="x").case.level == 2
        with pytest.raises(NotAllowed, match="which opens Tue 2026-11-24 09:00 EST"):
            opened.at("18:00").do(escalate, reason="x")

    def test_everything_that_is_wanting_is_told_at_once(self) -> None:
        with pytest.raises(NotAllowed, match=r"escalations are for the hours of 'desk', .*; something was logged"):
            day(guard=self.GUARD).at("18:00").open().do(escalate, reason="x")

    def test_the_owner_stays(self) -> None:
        climbed = day().open().do(take).by("jo").do(escalate, reason="x").do(take)
        assert (climbed.case.text("owner"), climbed.case.text("assignee")) == ("sam", "jo")


def with_notices(before: Day, verb: object, *arguments: object, **options: object) -> Day:
    """The day after a step with what goes with it."""
    setting = Setting(before.case, before.policy, before.book, before.moment, (), before.steps)
    after = before.do(verb, *arguments, **options)  # type: ignore[arg-type]
    change = with_consequences(after.change, setting)
    return replace(after, case=before.case.changed(change.fields, change.entries), change=change)


class TestNotices:
    DUTY = Duty("news", "News", on=("note",), automatic=True)

    def test_a_notice_comes_in_the_same_step(self) -> None:
        told = with_notices(day(duties={"news": self.DUTY}).open(), note, "x")
        assert [entry.kind for entry in told.change.entries] == ["note", "notice"]
        assert told.last.fields == {"rule": "news", "text": "News"}

    def test_it_says_that_a_message_was_drafted_only_where_there_is_a_text_for_it(self) -> None:
        here = day(duties={"news": self.DUTY._replace(message="news", to=("customer",))}).open()
        texts = replace(here, book=replace(here.book, messages={POLICY.desk: frozenset({"news"})}))
        assert with_notices(texts, note, "x").last.fields["text"] == "News: drafted"
        without = with_notices(replace(here, book=replace(here.book, messages={POLICY.desk: frozenset()})), note, "x")
        assert [entry.kind for entry in without.change.entries] == ["note"], "so it stays owed"
        assert without.change.warnings == (
            "News is owed: there is no policies/acme-desk/messages/news.txt to draft it from",
        )

    def test_each_event_has_a_notice_of_its_own(self) -> None:
        opened = day(duties={"news": self.DUTY}).open()
        first, second = (with_notices(opened, note, text).last.id for text in ("x", "y"))
        assert first != second

    def test_other_steps_and_other_cases_have_none(self) -> None:
        opened = day(duties={"news": self.DUTY._replace(when=when("priority", "p1"))}).open()
        assert len(with_notices(opened, note, "x").change.entries) == 1
        assert len(with_notices(opened, take).change.entries) == 0


class TestOtherCases:
    OTHER = Case({"id": "ABC-261123-00009", "policy": POLICY.ref, "status": "assigned", "customer": "oakfield",
                  "service": "mail", "contact": "oakfield/lead"})  # fmt: skip
    CLOSED = OTHER.changed({"status": "closed"})

    def scene(self, verb: object, *arguments: object, other: Case | None = None, **options: object) -> Day:
        known = other or self.OTHER
        return day().open().do(lambda scene: verb(scene._replace(look={known.id: known}.get), *arguments, **options))  # type: ignore[operator]

    def test_merged_and_linked_write_one_side_alone(self) -> None:
        merged = self.scene(merge, into=self.OTHER.id)
        assert (merged.case.text("merged_into"), merged.last.fields["to"]) == (self.OTHER.id, self.OTHER.id)
        assert self.scene(link, self.OTHER.id).last.kind == "link"

    def test_what_is_merged_itself_names_the_end_of_the_chain(self) -> None:
        gone = self.OTHER.changed({"merged_into": "ABC-261123-00001"})
        with pytest.raises(NotAllowed) as refusal:
            self.scene(merge, into=gone.id, other=gone)
        assert "--into ABC-261123-00001" in str(refusal.value.hint)

    def test_of_another_customer_it_takes_nothing_over(self) -> None:
        here = day(customers={"oakfield": Customer("oakfield"), "hilltop": Customer("hilltop")})
        opening = Opening(here.book, moment_at("10:00"), {self.OTHER.id: self.CLOSED}.get)
        change = open_case(opening, title="There too", customer="hilltop", follows=self.OTHER.id)
        assert change.fields["customer"] == "hilltop"
        assert change.fields.keys().isdisjoint(("service", "contact"))

    def test_nothing_is_merged_into_what_is_over(self) -> None:
        for status in ("resolved", "closed"):
            over = self.OTHER.changed({"status": status})
            with pytest.raises(NotAllowed, match=f"is {status}: nobody works on it"):
                self.scene(merge, into=over.id, other=over)
        void = self.OTHER.changed({}, (Entry("v1", "void", {"void": self.OTHER.id}),))
        with pytest.raises(NotAllowed, match="was taken back as a whole"):
            self.scene(merge, into=void.id, other=void)

    def test_merging_across_customers_is_said(self) -> None:
        assert "is of customer oakfield" in "".join(self.scene(merge, into=self.OTHER.id, other=self.OTHER.changed(
            {"customer": "hilltop"})).change.warnings)  # fmt: skip
        assert self.scene(merge, into=self.OTHER.id).change.warnings == ()

    def test_a_circle_is_told_how_to_break(self) -> None:
        here = day().open()
        back = self.OTHER.changed({"merged_into": here.case.id})
        with pytest.raises(NotAllowed) as refusal:
            here.do(lambda scene: merge(scene._replace(look={back.id: back}.get), into=back.id))
        assert refusal.value.hint == f"casectl undo {back.id} --reason TEXT comes first"

    def test_a_link_is_one_from_whichever_side(self) -> None:
        here = day().open()
        linked = self.OTHER.changed({}, (Entry("k1", "link", {"to": here.case.id}),))
        with pytest.raises(NotAllowed, match="is linked with"):
            here.do(lambda scene: link(scene._replace(look={linked.id: linked}.get), linked.id))
        undone = linked.changed({}, (Entry("v1", "void", {"void": "k1"}),))
        assert here.do(lambda scene: link(scene._replace(look={undone.id: undone}.get), undone.id)).last.kind == "link"

    def test_the_work_on_a_merged_case_goes_on_in_the_other(self) -> None:
        merged = self.scene(merge, into=self.OTHER.id)
        with pytest.raises(NotAllowed) as refusal:
            merged.do(take)
        assert f"casectl take {self.OTHER.id} does it there" in str(refusal.value.hint)
        assert merged.do(note, "Seen.").last.kind == "note"
        assert merged.do(undo, "A mistake.").case.text("merged_into") is None

    def test_another_desk_s_case_is_linked_not_merged(self) -> None:
        foreign = self.OTHER.changed({"policy": "other/1.0"})
        with pytest.raises(NotAllowed, match="is a case of desk 'other'"):
            self.scene(merge, into=foreign.id, other=foreign)
        assert self.scene(link, foreign.id, other=foreign)

    def test_what_is_not_there_is_not_found(self) -> None:
        with pytest.raises(NotFound):
            self.scene(link, "ABC-261123-00002")

    def test_a_case_follows_a_solved_one_and_takes_over_what_is_known(self) -> None:
        here = day()
        opening = Opening(here.book, moment_at("10:00"), {self.OTHER.id: self.CLOSED}.get)
        change = open_case(opening, title="Again", follows=self.OTHER.id)
        assert (change.fields["follows"], change.fields["service"]) == (self.OTHER.id, "mail")
        busy = self.OTHER
        with pytest.raises(NotAllowed, match="it is still open"):
            open_case(opening._replace(look={busy.id: busy}.get), title="Again", follows=busy.id)


class TestSweeping:
    def test_nothing_due_is_an_answer_of_its_own(self) -> None:
        with pytest.raises(NothingDueError):
            day().open().do(swept)

    def test_a_rule_moves_a_case_and_says_so(self) -> None:
        rule = Automatic("start", "Begun by itself", age_seconds=60, move="assigned", tell=("boss",))
        begun = day(automatic={"start": rule}).open().at("09:05").do(swept)
        assert (begun.case.status, begun.change.rule) == ("assigned", f"{POLICY.ref} start")
        assert begun.last.fields["text"] == "Begun by itself: not solved 1 min after its opening"

    def test_a_requirement_holds_it_back(self) -> None:
        rule = Automatic("start", age_seconds=60, move="assigned")
        needs = Requirement(frozenset({"assigned"}), fields=("contact",))
        with pytest.raises(NothingDueError):
            day(automatic={"start": rule}, requires=(needs,)).open().at("09:05").do(swept)


def test_small_verbs() -> None:
    opened = day().open()
    assert opened.do(attempt, by="call").change.summary == "by call, the 1st"
    with pytest.raises(UsageMistake, match="nobody is reached by --by smoke"):
        opened.do(attempt, by="smoke")
    handed = opened.do(take).do(handover, "Ring at five.", to="jo")
    assert (handed.case.text("assignee"), handed.case.text("owner"), handed.last.fields["to"]) == ("jo", "sam", "jo")
    fast = opened.do(expedite, reason="Exam.")
    assert fast.case.fields["expedited"] is True
    assert fast.do(expedite, reason="Over.", end=True).case.fields.get("expedited") is None
    with pytest.raises(NotAllowed, match="is expedited already"):
        fast.do(expedite, reason="x")


def test_help_with_a_rating_changes_nothing_but_the_log() -> None:
    asked = day().open().do(triage, needs_help_from="desk-manager")
    assert (asked.case.priority, asked.last.kind, asked.last.fields["to"]) == ("p3", "request", "desk-manager")
    assert "ada" in asked.change.summary.lower()
