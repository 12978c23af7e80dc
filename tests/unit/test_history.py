"""Who could do what at which time, without asking the database for each entry."""

from datetime import UTC, datetime, timedelta

from noticing.accounts.history import History, Span

NOON = datetime(2026, 11, 12, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LEE = History(
    "lee",
    "tenant",
    [("coach", "north", Span(NOON, NOON + HOUR)), ("principal", "south", Span(NOON + HOUR, None))],
    [("rivera", Span(NOON, NOON + HOUR))],
)


def test_a_role_holds_from_its_first_instant_until_before_its_last() -> None:
    assert LEE.actor_at(NOON - HOUR).roles == frozenset()
    assert LEE.actor_at(NOON).roles == {"coach"}
    assert LEE.actor_at(NOON + HOUR).roles == {"principal"}
    assert LEE.coaches_at("rivera", NOON)
    assert not LEE.coaches_at("rivera", NOON + HOUR)
    assert not LEE.coaches_at("okafor", NOON)


def test_a_principal_reaches_her_own_schools_only() -> None:
    assert LEE.actor_at(NOON).school_ids == {"north"}
    assert LEE.actor_at(NOON + HOUR).school_ids == {"south"}
    everywhere = History("lee", "tenant", [("coach", None, Span(NOON, None))], [])
    assert everywhere.actor_at(NOON).school_ids is None


def test_times_of_one_stretch_have_the_same_answers() -> None:
    assert LEE.stretch_at(NOON) == LEE.stretch_at(NOON + HOUR / 2)
    assert LEE.stretch_at(NOON - HOUR) != LEE.stretch_at(NOON) != LEE.stretch_at(NOON + HOUR)


def test_each_stretch_between_two_instants_has_a_moment() -> None:
    between = LEE.moments_between(NOON - HOUR, NOON + HOUR)
    assert between[0] == NOON - HOUR
    found = {LEE.stretch_at(at) for at in between}
    assert found == set(range(LEE.stretch_at(NOON - HOUR), LEE.stretch_at(NOON + HOUR) + 1))
    assert len(between) == len(found) > 2
