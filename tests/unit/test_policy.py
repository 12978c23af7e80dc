"""Who may do what, rule by rule; and that everything else is denied."""

from dataclasses import replace
from itertools import product

import pytest

from noticing.accounts.policy import (
    Actor,
    Colleague,
    Device,
    Evidence,
    Pair,
    Place,
    SchoolName,
    Sitting,
    Subject,
    can,
    reach_of,
)

ROLES = ("coach", "principal", "teacher", "admin")

SITTING = Sitting(
    tenant_id="t",
    channel="coaching",
    observer_id="coach",
    observed_id="teacher",
    school_id="s1",
    is_pairing_held=True,
    is_finished=True,
    is_shared=True,
)
WALKTHROUGH = replace(SITTING, channel="walkthrough", observer_id="principal", is_pairing_held=False)
SCRIPT = Evidence("t", "script.written", "coach", SITTING)
COLLEAGUE = Colleague("t", "teacher", frozenset({"s1"}), is_paired=True)
SCHOOL = SchoolName("t", "s1", is_partners=True)

SUBJECTS: list[Subject] = [
    Place("t"), Device("t", "coach"), COLLEAGUE, SCHOOL, Pair("t", "coach"), SITTING, WALKTHROUGH, SCRIPT,
]  # fmt: skip
ACTIONS = [
    "app.enter",
    "notes.list",
    "people.manage",
    "device.enrol",
    "device.deliver",
    "changes.read",
    "tenant.know",
    "school.know",
    "colleague.know",
    "pairing.know",
    "observation.add",
    "entry.read",
    "feedback.read",
    "feedback.reply",
]


def actor(person_id: str, *roles: str, tenant_id: str = "t", schools: frozenset[str] | None = None) -> Actor:
    return Actor(person_id, tenant_id, frozenset(roles), schools)


COACH, TEACHER, PRINCIPAL = (
    actor("coach", "coach"),
    actor("teacher", "teacher"),
    actor("principal", "principal"),
)


@pytest.mark.parametrize(
    ("action", "allowed"),
    [
        ("app.enter", {"coach", "principal"}),
        ("changes.read", {"coach", "principal"}),
        ("people.manage", {"admin"}),
        ("notes.list", set(ROLES)),
        ("tenant.know", set(ROLES)),
    ],
)
def test_each_role_may_do_its_own_and_no_more(action: str, allowed: set[str]) -> None:
    assert {role for role in ROLES if can(actor("p", role), action, Place("t"))} == allowed


@pytest.mark.parametrize(("action", "subject"), [*product(ACTIONS, SUBJECTS)])
def test_nobody_reaches_into_another_tenant(action: str, subject: Subject) -> None:
    for person_id in ("coach", "teacher", "principal"):
        assert not can(actor(person_id, *ROLES, tenant_id="other"), action, subject)


@pytest.mark.parametrize(("action", "subject"), [*product([*ACTIONS, "entry.read.all", ""], SUBJECTS)])
def test_a_stranger_without_roles_may_do_nothing(action: str, subject: Subject) -> None:
    assert not can(actor("stranger"), action, subject)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_an_action_that_no_rule_names_is_denied(subject: Subject) -> None:
    assert not can(actor("coach", *ROLES), "feedback.delete", subject)


def test_a_rule_holds_only_for_its_own_kind_of_object() -> None:
    assert can(actor("coach", "coach"), "app.enter", Place("t"))
    assert not can(actor("coach", "coach"), "app.enter", SITTING)


def test_a_device_delivers_for_its_owner_even_when_she_has_no_role_any_more() -> None:
    assert can(actor("coach"), "device.deliver", Device("t", "coach"))
    assert not can(actor("other", *ROLES), "device.deliver", Device("t", "coach"))


def test_who_has_no_role_any_more_may_still_enrol_a_tablet_of_her_own() -> None:
    for device in (Device("t", "coach", is_signed=True), Device("t", "coach")):
        assert can(actor("coach"), "device.enrol", device)
        assert not can(actor("other", *ROLES), "device.enrol", device)


def test_a_coach_knows_those_she_is_paired_with() -> None:
    assert can(COACH, "colleague.know", COLLEAGUE)
    assert not can(COACH, "colleague.know", replace(COLLEAGUE, is_paired=False))
    assert not can(TEACHER, "colleague.know", replace(COLLEAGUE, person_id="coach"))


def test_a_principal_knows_those_of_the_own_school() -> None:
    unpaired = replace(COLLEAGUE, is_paired=False)
    assert can(replace(PRINCIPAL, school_ids=frozenset({"s1"})), "colleague.know", unpaired)
    assert not can(replace(PRINCIPAL, school_ids=frozenset({"s2"})), "colleague.know", unpaired)


def test_a_coach_observes_only_while_the_pairing_holds() -> None:
    assert can(COACH, "observation.add", SITTING)
    assert not can(COACH, "observation.add", replace(SITTING, is_pairing_held=False))
    assert not can(PRINCIPAL, "observation.add", replace(SITTING, observer_id="principal"))


def test_a_principal_walks_through_the_own_school_only() -> None:
    here, there = frozenset({"s1"}), frozenset({"s2"})
    assert can(replace(PRINCIPAL, school_ids=here), "observation.add", WALKTHROUGH)
    assert not can(replace(PRINCIPAL, school_ids=there), "observation.add", WALKTHROUGH)
    assert not can(COACH, "observation.add", replace(WALKTHROUGH, observer_id="coach"))


def test_reaching_no_school_is_not_reaching_every_school() -> None:
    nowhere = replace(PRINCIPAL, school_ids=frozenset())
    assert can(PRINCIPAL, "observation.add", WALKTHROUGH)
    assert not can(nowhere, "observation.add", WALKTHROUGH)
    assert not can(nowhere, "colleague.know", replace(COLLEAGUE, is_paired=False))
    assert not can(nowhere, "school.know", replace(SCHOOL, is_partners=False))


@pytest.mark.parametrize(
    ("grants", "reach"),
    [
        ([], frozenset()),
        ([("coach", "s1"), ("teacher", "s2")], {"s1", "s2"}),
        ([("coach", None), ("teacher", "s2")], None),
        ([("coach", None), ("principal", "s2")], {"s2"}),
        ([("teacher", "s2"), ("principal", None)], None),
    ],
)
def test_a_person_reaches_where_she_is_principal_else_where_she_holds_a_role(
    grants: list[tuple[str, str | None]], reach: set[str] | None
) -> None:
    assert reach_of(grants) == reach


def test_a_school_is_known_where_one_has_a_role_or_coaches_somebody() -> None:
    elsewhere = replace(COACH, school_ids=frozenset({"s2"}))
    assert can(elsewhere, "school.know", SCHOOL)
    assert not can(elsewhere, "school.know", replace(SCHOOL, is_partners=False))
    assert can(COACH, "school.know", replace(SCHOOL, is_partners=False))
    assert not can(replace(PRINCIPAL, school_ids=frozenset({"s2"})), "school.know", SCHOOL)


def test_a_pairing_is_known_to_its_coach_alone() -> None:
    assert can(COACH, "pairing.know", Pair("t", "coach"))
    for person in (TEACHER, PRINCIPAL, actor("other", "coach"), actor("coach", "teacher")):
        assert not can(person, "pairing.know", Pair("t", "coach"))


def test_whoever_is_signed_in_may_leave() -> None:
    assert can(actor("stranger"), "account.leave", Place("t"))
    assert not can(actor("stranger"), "account.leave", Place("other"))


def test_nobody_observes_in_the_name_of_another_or_oneself() -> None:
    assert not can(actor("other", "coach"), "observation.add", SITTING)
    assert not can(COACH, "observation.add", replace(SITTING, observed_id="coach"))


def test_the_teacher_reads_evidence_from_the_finish_and_feedback_from_the_sharing() -> None:
    finished = replace(SITTING, is_shared=False)
    running = replace(finished, is_finished=False)
    feedback = replace(SCRIPT, kind="feedback.shared")
    assert not can(TEACHER, "entry.read", replace(SCRIPT, sitting=running))
    assert can(TEACHER, "entry.read", replace(SCRIPT, sitting=finished))
    assert not can(TEACHER, "entry.read", replace(feedback, sitting=finished))
    assert can(TEACHER, "entry.read", feedback)


@pytest.mark.parametrize("sitting", [SITTING, WALKTHROUGH])
def test_a_draft_is_read_by_its_author_alone(sitting: Sitting) -> None:
    draft = Evidence("t", "draft.written", sitting.observer_id, sitting)
    assert can(actor(sitting.observer_id, "coach", "principal"), "entry.read", draft)
    assert not can(TEACHER, "entry.read", draft)


def test_coaching_evidence_is_hidden_from_principal_and_administrator() -> None:
    for person in (PRINCIPAL, actor("admin", "admin"), actor("lead", "coach")):
        assert not can(person, "entry.read", SCRIPT)
        assert not can(person, "feedback.read", SITTING)
        assert not can(person, "feedback.reply", SITTING)


def test_a_coach_reads_no_more_when_the_pairing_has_ended() -> None:
    ended = replace(SITTING, is_pairing_held=False)
    assert can(COACH, "feedback.read", SITTING)
    assert not can(COACH, "feedback.read", ended)
    reply = Evidence("t", "feedback.replied", "teacher", ended)
    assert not can(COACH, "entry.read", reply)
    assert can(COACH, "entry.read", replace(reply, sitting=SITTING))


def test_a_former_principal_reads_no_walkthrough_notes() -> None:
    assert can(PRINCIPAL, "feedback.read", WALKTHROUGH)
    assert not can(actor("principal", "teacher"), "feedback.read", WALKTHROUGH)


def test_the_teacher_keeps_her_notes_when_the_pairing_has_ended() -> None:
    assert can(TEACHER, "feedback.read", replace(SITTING, is_pairing_held=False))
    assert not can(TEACHER, "feedback.read", replace(SITTING, is_shared=False))


def test_only_the_observed_teacher_replies() -> None:
    assert can(TEACHER, "feedback.reply", SITTING)
    assert not can(COACH, "feedback.reply", SITTING)
    assert not can(actor("other", "teacher"), "feedback.reply", SITTING)


def test_a_coachs_own_marks_are_hers_no_more_when_the_pairing_has_ended() -> None:
    ended = replace(SITTING, is_pairing_held=False)
    for kind in ("item.marked", "draft.written", "feedback.shared"):
        assert can(COACH, "entry.read", Evidence("t", kind, COACH.person_id, SITTING))
        assert not can(COACH, "entry.read", Evidence("t", kind, COACH.person_id, ended))
