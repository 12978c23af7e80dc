"""Any conversation, in any order and with any accident, leaves every body on the server once and byte for byte.

Hypothesis thinks the conversations up. Beside each runs a model of the server: what it holds under which number.
"""

import copy
import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from conftest import make_app
from device import Device, Visit, running_hash
from noticing import clock
from noticing.database import db
from noticing.entry_log.streams import revoke_stream
from noticing.feed.counter import read_server_epoch, renew_server_epoch
from noticing.observations.projection import catch_up
from noticing.observations.rebuilding import find_differing
from postgres import PostgresServer
from school import School, make_school

BEGINNING = datetime(2026, 9, 1, 13, tzinfo=UTC)
COUNT, TABLET, PLACE = st.integers(1, 6), st.integers(0, 7), st.integers(0, 40)
DAMAGED = ("{", '"no entry"', '{"entry_id":"x"}', "null", "�")

Held = dict[str, dict[int, str]]  # stream_id -> number -> body


class Killed(BaseException):
    """The server's process ends here."""


@dataclass
class Base:
    """The app on a database that can be put back to what it was at some time."""

    app: Flask
    school: School
    keep: Callable[[str], None]
    put_back: Callable[[str], None]


@dataclass
class Tablet:
    device: Device
    visit: Visit
    log: list[str] = field(default_factory=list)


class Conversation(RuleBasedStateMachine):
    def __init__(self, base: Base) -> None:
        super().__init__()
        self.base, self.at = base, BEGINNING
        base.put_back("beginning")
        base.keep("backup")
        self.held: Held = {}
        self.backup: Held = {}
        self.tablets: list[Tablet] = []
        self.clock = clock.frozen(self.at)
        self.clock.__enter__()

    @initialize()
    def two_tablets(self) -> None:
        for _ in range(2):
            self.tablets.append(self.begin())

    def begin(self) -> Tablet:
        device = Device(self.base.app, self.base.school.people["lee"])
        self.held[device.stream_id] = {}
        visit = Visit(device, self.base.school)
        return Tablet(device, visit, [visit.start])

    def pick(self, which: int) -> Tablet:
        return self.tablets[which % len(self.tablets)]

    # What people do.

    @rule(which=TABLET, count=COUNT)
    def tap(self, which: int, count: int) -> None:
        tablet = self.pick(which)
        visit = Visit(tablet.device, self.base.school)
        visit.observation_id = tablet.visit.observation_id
        tablet.log += [visit.mark() for _ in range(count)]

    @rule(which=TABLET, of=TABLET)
    def mark_a_visit_of_another_tablet(self, which: int, of: int) -> None:
        tablet = self.pick(which)
        body = tablet.device.body(self.pick(of).visit.observation_id, "item.marked", {}, "goal_visible")
        tablet.log.append(body)

    @rule(which=TABLET, kind=st.sampled_from(["weather.felt", "item.marked", "observation.finished"]))
    def make_what_does_not_fit(self, which: int, kind: str) -> None:
        tablet = self.pick(which)
        tablet.log.append(tablet.visit.body(kind, {"of": "no shape"}, "no_such_item"))

    @rule(which=TABLET, text=st.sampled_from(DAMAGED))
    def lose_the_sense_of_an_entry(self, which: int, text: str) -> None:
        self.pick(which).log.append(text)

    @rule(which=TABLET)
    def write_too_much(self, which: int) -> None:
        tablet = self.pick(which)
        tablet.log.append(tablet.visit.line("long " * 8_000))

    # What tablets send.

    @rule(which=TABLET, place=PLACE, count=PLACE, times=st.integers(1, 3))
    def push(self, which: int, place: int, count: int, times: int) -> None:
        """From anywhere: doubled, out of order, beyond a gap, and all that a replay may be."""
        tablet = self.pick(which)
        first = 1 + place % len(tablet.log)
        bodies = tablet.log[first - 1 : first + count]
        content = tablet.device.content(bodies, first)
        for _ in range(times):
            response = tablet.device.post(content)
            if response.status_code == 404:
                assert tablet.device.stream_id not in self.held  # a restore took it
                self.leave_stream(tablet)
                return
            assert response.status_code == 200, response.get_data(as_text=True)
            answer = response.get_json()
            fork_at = self.expect_fork(tablet, first, bodies)
            assert answer["fork"] == (fork_at and {"stream_seq": fork_at})
            if fork_at:
                self.leave_stream(tablet)
                return
            self.take(tablet, first, bodies)
            self.compare_mark(tablet, answer)

    @rule(which=TABLET, place=PLACE, lost=st.integers(1, 200))
    def push_cut_short(self, which: int, place: int, lost: int) -> None:
        tablet = self.pick(which)
        first = 1 + place % len(tablet.log)
        content = tablet.device.content(tablet.log[first - 1 :], first)
        response = tablet.device.post(content[: -min(lost, len(content) - 1)])
        assert 400 <= response.status_code < 500

    @rule(which=TABLET, statement=st.integers(1, 30), place=PLACE)
    def push_to_a_server_that_dies(self, which: int, statement: int, place: int) -> None:
        """All of it is there afterwards, or nothing."""
        tablet = self.pick(which)
        if tablet.device.stream_id not in self.held:
            return
        first = 1 + place % len(tablet.log)
        bodies = tablet.log[first - 1 :]
        fork_at, before = self.expect_fork(tablet, first, bodies), self.numbers_there()
        with self.dying_at(statement), suppress(Killed):
            tablet.device.post(tablet.device.content(bodies, first))
        if not fork_at and self.numbers_there() != before:
            self.take(tablet, first, bodies)

    @rule(which=TABLET)
    def ask_for_the_mark(self, which: int) -> None:
        tablet = self.pick(which)
        if tablet.device.stream_id in self.held:
            self.compare_mark(tablet, tablet.device.hello())

    # Accidents.

    @rule(which=TABLET)
    def copy_a_tablet(self, which: int) -> None:
        if len(self.tablets) < 6:
            tablet = self.pick(which)
            self.tablets.append(Tablet(copy.copy(tablet.device), tablet.visit, list(tablet.log)))

    @rule(which=TABLET)
    def revoke(self, which: int) -> None:
        with self.base.app.app_context():
            revoke_stream(self.base.school.tenant_id, self.pick(which).device.stream_id)

    @rule(days=st.integers(-3_000, 3_000))
    def set_the_clock(self, days: int) -> None:
        self.clock.__exit__(None, None, None)
        self.at = BEGINNING + timedelta(days=days)
        self.clock = clock.frozen(self.at)
        self.clock.__enter__()

    @rule()
    def back_up(self) -> None:
        self.base.keep("backup")
        self.backup = copy.deepcopy(self.held)

    @rule()
    def restore(self) -> None:
        self.base.put_back("backup")
        self.held = copy.deepcopy(self.backup)
        with self.base.app.app_context():
            with db.engine.begin() as connection:
                renew_server_epoch(connection, read_server_epoch(connection))
            db.session.remove()

    # What always holds.

    @invariant()
    def the_server_holds_what_it_took_and_nothing_else(self) -> None:
        assert self.numbers_there() == {
            (stream_id, number): hashlib.sha256(body.encode()).hexdigest()
            for stream_id, held in self.held.items()
            for number, body in held.items()
        }
        assert self.bodies_there() == sorted({body for held in self.held.values() for body in held.values()})

    def teardown(self) -> None:
        try:
            self.bring_everything()
        finally:
            self.clock.__exit__(None, None, None)

    def bring_everything(self) -> None:
        """When all has healed, all is there, and the views are the fold of it."""
        for tablet in self.tablets:
            while not self.has_all_of(tablet):
                self.push(self.tablets.index(tablet), 0, len(tablet.log), 1)
        there = self.bodies_there()
        assert set(there) >= {body for tablet in self.tablets for body in tablet.log}
        assert len(there) == len(set(there))
        with self.base.app.app_context():
            catch_up(self.base.school.tenant_id)
            assert find_differing(self.base.school.tenant_id) == []
            db.session.remove()

    # The model.

    def has_all_of(self, tablet: Tablet) -> bool:
        held = self.held.get(tablet.device.stream_id, {})
        return all(held.get(number) == body for number, body in enumerate(tablet.log, 1))

    def expect_fork(self, tablet: Tablet, first: int, bodies: Sequence[str]) -> int | None:
        held = self.held[tablet.device.stream_id]
        return next((seq for seq, body in enumerate(bodies, first) if held.get(seq, body) != body), None)

    def take(self, tablet: Tablet, first: int, bodies: Sequence[str]) -> None:
        self.held[tablet.device.stream_id].update(enumerate(bodies, first))

    def compare_mark(self, tablet: Tablet, answer: dict[str, Any]) -> None:
        held = self.held[tablet.device.stream_id]
        following = []
        while (body := held.get(len(following) + 1)) is not None:
            following.append(body)
        assert answer["acknowledged_through"] == len(following)
        assert answer["acknowledged_hash"] == running_hash(following)

    def leave_stream(self, tablet: Tablet) -> None:
        """As a tablet does: all that it has goes on in a new stream."""
        tablet.device = Device(self.base.app, tablet.device.person_id)
        self.held[tablet.device.stream_id] = {}

    def bodies_there(self) -> list[str]:
        return sorted(bytes(body).decode() for (body,) in self.read("SELECT body FROM log_entry"))

    def numbers_there(self) -> dict[tuple[str, int], str]:
        rows = self.read("SELECT stream_id, stream_seq, body_hash FROM envelope")
        return {(str(UUID(str(stream))), number): bytes(found).hex() for stream, number, found in rows}

    def read(self, statement: str) -> list[Any]:
        with self.base.app.app_context(), db.engine.connect() as connection:
            return list(connection.execute(sa.text(statement)))

    @contextmanager
    def dying_at(self, statement: int) -> Iterator[None]:
        with self.base.app.app_context():
            engine = db.engine
        left = statement

        def die(*_about: Any) -> None:
            nonlocal left
            left -= 1
            if left <= 0:
                raise Killed

        sa.event.listen(engine, "before_cursor_execute", die)
        try:
            yield
        finally:
            sa.event.remove(engine, "before_cursor_execute", die)
            engine.dispose()


@pytest.fixture
def sqlite_base(sqlite_template: Path, tmp_path: Path) -> Base:
    file = tmp_path / "noticing.db"
    shutil.copyfile(sqlite_template, file)
    app = make_app(f"sqlite:///{file}", tmp_path)

    def close() -> None:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()

    def keep(name: str) -> None:
        close()  # the last connection brings all of the write-ahead log into the file
        shutil.copyfile(file, tmp_path / name)

    def put_back(name: str) -> None:
        close()
        for ending in ("-wal", "-shm"):
            Path(f"{file}{ending}").unlink(missing_ok=True)
        shutil.copyfile(tmp_path / name, file)

    return _begin(app, keep, put_back)


@pytest.fixture
def postgresql_base(postgres: PostgresServer, postgres_template: str, tmp_path: Path) -> Iterator[Base]:
    name = postgres.make_database(postgres_template)
    app = make_app(postgres.url(name), tmp_path)
    kept: dict[str, str] = {}

    def close() -> None:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()

    def keep(as_name: str) -> None:
        close()
        if as_name in kept:
            postgres.drop_database(kept[as_name])
        kept[as_name] = postgres.make_database(name)

    def put_back(as_name: str) -> None:
        close()
        postgres.drop_database(name)
        postgres.copy_database(kept[as_name], name)

    yield _begin(app, keep, put_back)
    close()
    for each in (name, *kept.values()):
        postgres.drop_database(each)


def _begin(app: Flask, keep: Callable[[str], None], put_back: Callable[[str], None]) -> Base:
    with clock.frozen(BEGINNING - timedelta(days=4_000)):
        school = make_school(app)
    keep("beginning")
    return Base(app, school, keep, put_back)


@pytest.mark.parametrize(("database", "examples"), [("sqlite", 40), ("postgresql", 12)])
def test_whatever_happens_nothing_is_lost_and_nothing_doubled(
    database: str, examples: int, request: pytest.FixtureRequest
) -> None:
    base: Base = request.getfixturevalue(f"{database}_base")
    run_state_machine_as_test(
        lambda: Conversation(base),
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to shrink takes minutes
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
