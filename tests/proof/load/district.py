"""Fills an empty database with a district whose tablets are enrolled, straight in its tables: it is not measured."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask

from device import write
from noticing.accounts.models import ClassSection, Pairing, Person, RoleGrant, School
from noticing.accounts.places import add_tenant
from noticing.clock import now
from noticing.database import db, writing
from noticing.entry_log.models import Stream
from noticing.feed.counter import read_last_change_seq, read_server_epoch
from noticing.sync.cursor import Cursor, mark_of, write_cursor
from noticing.sync.reference import protocols_mark
from proof.load.ids import make_id_at

COACHES_PER_SCHOOL = 20
PARTNERS = 4  # teachers whom a coach works with
TWO_TABLETS = 10  # every tenth coach has a second one
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True)
class Partner:
    teacher_id: str
    school_id: str
    class_id: str
    pairing_id: str


@dataclass(frozen=True)
class Enrolled:
    """A tablet as the district knows it. `cursor`: where it stood when it was last online."""

    tenant_id: str
    person_id: str
    stream_id: str
    key: ec.EllipticCurvePrivateKey
    partners: list[Partner]
    cookie: str
    cursor: str


@dataclass
class _Rows:
    """What goes into the tables, in the order in which they refer to each other."""

    tables: dict[type, list[dict[str, Any]]] = field(
        default_factory=lambda: {
            each: [] for each in (School, Person, RoleGrant, ClassSection, Pairing, Stream)
        }
    )

    def add(self, table: type, **row: Any) -> None:
        self.tables[table].append(row)

    def insert(self, session: Any) -> None:
        for table, rows in self.tables.items():
            if rows:
                session.execute(sa.insert(table), rows)


def fill_district(app: Flask, tablets: int, chance: Random, at: datetime) -> list[Enrolled]:
    """The enrolled tablets; `at`: when everybody began to work here."""
    with app.app_context():
        tenant_id = add_tenant("Riverside")
        rows, owners = _Rows(), list(_owners(tablets))
        schools = _add_schools(rows, tenant_id, owners[-1] + 1, chance, at)
        coaches = [
            _add_coach(rows, tenant_id, number, schools, chance, at) for number in range(owners[-1] + 1)
        ]
        streams = [_add_stream(rows, tenant_id, coaches[owner][0], chance, at) for owner in owners]
        with writing(tenant_id) as session:
            rows.insert(session)
        return [
            Enrolled(
                tenant_id, coaches[owner][0], stream_id, key, coaches[owner][1],
                _make_cookie(app, coaches[owner][0]), _make_cursor(tenant_id, coaches[owner][0]),
            )
            for owner, (stream_id, key) in zip(owners, streams, strict=True)
        ]  # fmt: skip


def _owners(tablets: int) -> Iterator[int]:
    """The number of each tablet's coach."""
    owner = left = 0
    for _ in range(tablets):
        if left == 0:
            owner, left = owner + 1, 2 if (owner + 1) % TWO_TABLETS == 0 else 1
        left -= 1
        yield owner - 1


def _add_schools(
    rows: _Rows, tenant_id: str, coaches: int, chance: Random, at: datetime
) -> list[list[tuple[str, str, str]]]:
    """For each school its teachers as (teacher_id, school_id, class_id)."""
    schools = []
    for number in range(-(-coaches // COACHES_PER_SCHOOL)):
        school_id = make_id_at(at, chance)
        rows.add(School, school_id=school_id, tenant_id=tenant_id, name=f"School {number + 1}")
        teachers = []
        for place in range(COACHES_PER_SCHOOL):
            name = f"teacher-{number + 1}-{place + 1}"
            teacher_id = _add_person(rows, tenant_id, name, "teacher", school_id, chance, at)
            class_id = make_id_at(at, chance)
            rows.add(
                ClassSection, class_id=class_id, tenant_id=tenant_id, school_id=school_id, teacher_id=teacher_id,
                title="Grade 4 mathematics", grade="4", subject="mathematics", room=str(place), head_count=22,
            )  # fmt: skip
            teachers.append((teacher_id, school_id, class_id))
        schools.append(teachers)
    return schools


def _add_coach(
    rows: _Rows,
    tenant_id: str,
    number: int,
    schools: list[list[tuple[str, str, str]]],
    chance: Random,
    at: datetime,
) -> tuple[str, list[Partner]]:
    school, place = divmod(number, COACHES_PER_SCHOOL)
    coach_id = _add_person(rows, tenant_id, f"coach-{number + 1}", "coach", None, chance, at)
    partners = []
    for step in range(PARTNERS):
        teacher_id, school_id, class_id = schools[school][(place + step) % COACHES_PER_SCHOOL]
        pairing_id = make_id_at(at, chance)
        rows.add(
            Pairing,
            pairing_id=pairing_id,
            tenant_id=tenant_id,
            coach_id=coach_id,
            teacher_id=teacher_id,
            from_at=at,
        )
        partners.append(Partner(teacher_id, school_id, class_id, pairing_id))
    return coach_id, partners


def _add_person(
    rows: _Rows, tenant_id: str, name: str, role: str, school_id: str | None, chance: Random, at: datetime
) -> str:
    person_id = make_id_at(at, chance)
    email = f"{name}@district.example"
    rows.add(
        Person,
        person_id=person_id,
        tenant_id=tenant_id,
        display_name=name.capitalize(),
        email=email,
        created_at=at,
    )
    rows.add(
        RoleGrant, role_grant_id=make_id_at(at, chance), tenant_id=tenant_id, person_id=person_id, role=role,
        school_id=school_id, from_at=at,
    )  # fmt: skip
    return person_id


def _add_stream(
    rows: _Rows, tenant_id: str, person_id: str, chance: Random, at: datetime
) -> tuple[str, ec.EllipticCurvePrivateKey]:
    stream_id = make_id_at(at, chance)
    key = ec.derive_private_key(chance.randrange(1, P256_ORDER), ec.SECP256R1())
    numbers = key.public_key().public_numbers()
    x, y = (write(each.to_bytes(32)) for each in (numbers.x, numbers.y))
    rows.add(
        Stream, stream_id=stream_id, tenant_id=tenant_id, person_id=person_id, device_label="Tablet",
        public_key={"kty": "EC", "crv": "P-256", "x": x, "y": y}, enrolled_at=at,
    )  # fmt: skip
    return stream_id, key


def _make_cookie(app: Flask, person_id: str) -> str:
    """The session of a person who signed in earlier; its mark is a new account's."""
    made = {"_user_id": f"{person_id}:0", "_fresh": True, "_permanent": True}
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    text = serializer.dumps(made | {"renewed_on": now().date().isoformat()})
    return f"{app.config['SESSION_COOKIE_NAME']}={text}"


def _make_cursor(tenant_id: str, person_id: str) -> str:
    """Of a tablet that has everything that there was before this day."""
    session = db.session()
    last = read_last_change_seq(session, tenant_id)
    mark = mark_of(session, tenant_id, person_id, last)
    return write_cursor(Cursor(read_server_epoch(session), last, mark, last, protocols_mark()))


def long_ago(at: datetime) -> datetime:
    return at - timedelta(days=60)
