"""The demo's two visits, told as entries. They enter by the tablet's door: the server knows no other way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask

from noticing.accounts.pairings import pairing_between
from noticing.clock import now
from noticing.demo.tablet import DemoTablet, make_id_at
from noticing.protocols.loader import latest

TUESDAY, THURSDAY = 1, 3


@dataclass(frozen=True)
class DemoPlace:
    """Ids of what was filled in. `people`: by mailbox. `lessons`: first class, by the teacher's mailbox."""

    tenant_id: str
    schools: Sequence[str]
    people: Mapping[str, str]
    lessons: Mapping[str, str]


class DemoVisit:
    """One observation on one tablet; times are minutes and seconds after its start."""

    def __init__(self, tablet: DemoTablet, begins: datetime) -> None:
        self.tablet, self.begins = tablet, begins
        self.observation_id = make_id_at(begins)
        self.count = 0
        tablet.begin(begins)

    def note(
        self, minute: int, second: int, kind: str, payload: Mapping[str, Any], item_key: str | None = None
    ) -> str:
        self.count += 1
        at = self.begins + timedelta(minutes=minute, seconds=second)
        return self.tablet.note(at, self.observation_id, kind, payload, item_key)

    def start(self, place: DemoPlace, teacher: str, school: int, protocol_slug: str, **said: Any) -> None:
        protocol = latest(protocol_slug)
        if protocol is None:
            raise LookupError(protocol_slug)
        observed_id = place.people[teacher]
        self.note(
            0,
            0,
            "observation.started",
            {
                "tenant_id": place.tenant_id,
                "school_id": place.schools[school],
                "class_id": place.lessons[teacher],
                "observed_id": observed_id,
                "pairing_id": pairing_between(self.tablet.person_id, observed_id),
                "channel": "coaching",
                "protocol_slug": protocol.slug,
                "protocol_version": protocol.version,
                "protocol_hash": protocol.hash,
                **said,
            },
        )

    def finish(self, minute: int) -> None:
        at = self.begins + timedelta(minutes=minute)
        covers = [
            {
                "clock_session_id": self.tablet.clock_session_id,
                "through_ms": self.tablet.elapsed_ms(at),
                "count": self.count,
            }
        ]
        ended_at = at.isoformat(timespec="milliseconds")
        self.note(minute, 0, "observation.finished", {"ended_at": ended_at, "covers": covers})


def make_visits(app: Flask, place: DemoPlace) -> None:
    """Those whose protocol is there: one with an error is told at the start, and keeps nobody from looking around."""
    tablet = DemoTablet(app, place.people["lee"])
    for slug, tell in (("engagement-sweep", _sweep_of_mr_okafor), ("lesson-clarity", _clarity_of_ms_rivera)):
        if latest(slug):
            tell(tablet, place)
            tablet.push()


def _last_week(weekday: int, hour: int, minute: int) -> datetime:
    """A time of last week on this machine's clock; always past, always a school day."""
    today = now().astimezone()
    day = today - timedelta(days=today.weekday() + 7 - weekday)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)


def _clarity_of_ms_rivera(tablet: DemoTablet, place: DemoPlace) -> None:
    visit = DemoVisit(tablet, _last_week(THURSDAY, 9, 2))
    visit.start(
        place,
        "rivera",
        0,
        "lesson-clarity",
        agreed_items=["goal_in_student_words", "check_before_release"],
        students_present=22,
        purpose="The goal in students’ words; questions that open the thinking.",
    )
    visit.note(0, 41, "item.marked", {}, "goal_visible")
    said = "Today we find out when two fractions are the same size."
    goal = visit.note(3, 12, "script.written", {"text": said, "speaker": "T"}, "heard")
    visit.note(3, 20, "item.marked", {}, "goal_in_student_words")
    visit.note(6, 5, "item.marked", {}, "steps_shown")
    visit.note(8, 47, "item.marked", {}, "model_given")
    slip = visit.note(9, 2, "item.marked", {}, "example_and_non_example")
    visit.note(9, 6, "entry.retracted", {"entry_id": slip, "reason": "undo"})
    question = {"text": "What could we draw to check?", "speaker": "T"}
    asked = visit.note(12, 3, "script.written", question, "heard")
    answer = {"text": "Thirds don’t fit in fourths.", "speaker": "S"}
    answered = visit.note(12, 11, "script.written", answer, "heard")
    visit.note(14, 30, "item.marked", {}, "directions_said_back")
    strips = {"text": "18 of 22 students working on the strips.", "speaker": "O"}
    at_work = visit.note(16, 0, "script.written", strips, "heard")
    visit.note(18, 15, "item.not_seen", {}, "check_before_release")
    students = [
        visit.note(22 + place_, 10 * place_, "value.given", {"value": "yes"}, f"student_{place_}")
        for place_ in (1, 2, 3)
    ]
    visit.note(28, 20, "item.marked", {}, "close_returns_to_goal")
    visit.finish(29)
    visit.note(
        66,
        0,
        "feedback.shared",
        {
            "version": 1,
            "strengths": [
                {
                    "text": "You said the goal in the students’ own words, "
                    "and 3 of 3 students I asked could say it back.",
                    "evidence": [goal, *students],
                }
            ],
            "step": {
                "text": "After each open question, wait three seconds before calling on a student.",
                "try_when": "First ten minutes of mathematics",
                "see_hear": "More students finish a thought",
                "students_will": "Explain their picture to a partner",
                "rehearsal": "We say the question, then count to three together",
                "look_again_on": (visit.begins + timedelta(days=14)).date().isoformat(),
            },
            "questions": [
                "Is this what you thought was happening?",
                "Which questions made students talk to each other?",
            ],
            "evidence": [goal, asked, answered, at_work, *students],
            "protocol_title": "Lesson clarity",
        },
    )


def _sweep_of_mr_okafor(tablet: DemoTablet, place: DemoPlace) -> None:
    visit = DemoVisit(tablet, _last_week(TUESDAY, 10, 20))
    visit.start(
        place,
        "okafor",
        1,
        "engagement-sweep",
        agreed_items=["on_task"],
        students_present=24,
        purpose="When do students go to work, and what helps them stay with it?",
    )
    visit.note(0, 30, "value.given", {"value": "launch"}, "lesson_phase")
    for minute, on_task in ((4, 17), (8, 20), (12, 22), (16, 21), (20, 19)):
        visit.note(minute, 0, "sweep.taken", {"n": on_task, "of": 24}, "on_task")
    directions = {
        "text": "Steps for the density lab are on the board, one for each table role.",
        "speaker": "O",
    }
    visit.note(6, 40, "script.written", directions, "heard")
    visit.note(9, 15, "answer.given", {"value": "yes"}, "directions_visible")
    visit.note(13, 5, "rating.given", {"level": 3}, "voice_level")
    visit.note(17, 30, "tags.chosen", {"codes": ["waiting_materials", "side_talk"]}, "off_task_kinds")
    asked = {"text": "What changes if we cut the block in half?", "speaker": "T"}
    visit.note(18, 50, "script.written", asked, "heard")
    visit.finish(21)
    strengths = [{"text": "22 of 24 students were at the lab by minute 12.", "evidence": []}]
    visit.note(40, 0, "draft.written", {"value": strengths}, "strengths")
