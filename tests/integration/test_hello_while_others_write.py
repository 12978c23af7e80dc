"""A hello is the shortest question: its device waits ten seconds for it, and a writer may take longer."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Event

from flask import Flask

from device import Device
from noticing.clock import frozen, now
from noticing.database import writing
from noticing.tablets.overview import find_tablets
from school import School

LONGEST = 8  # seconds; whoever waits for the writer hears of its end then, and is patient for longer


@contextmanager
def somebody_writing(app: Flask, tenant_id: str) -> Iterator[None]:
    has_begun, may_end = Event(), Event()

    def write() -> None:
        with app.app_context(), writing(tenant_id):
            has_begun.set()
            may_end.wait(LONGEST)

    with ThreadPoolExecutor(1) as pool:
        written = pool.submit(write)
        assert has_begun.wait(LONGEST)
        try:
            yield
        finally:
            may_end.set()
        written.result()


def test_it_does_not_wait_for_a_writer_to_note_that_a_device_was_heard(
    app: Flask, school: School, lee: Device
) -> None:
    lee.hello()  # makes the organisation's key
    began = now() + timedelta(minutes=5)
    with frozen(began), somebody_writing(app, school.tenant_id):
        assert lee.hello()["acknowledged_through"] == 0
    with app.app_context():
        (tablet,) = find_tablets(school.tenant_id)
    assert tablet.last_contact_at is not None
    assert tablet.last_contact_at < began


def test_who_comes_after_an_impatient_one_is_as_patient_as_ever(
    app: Flask, school: School, lee: Device
) -> None:
    lee.hello()
    with frozen(now() + timedelta(minutes=5)), somebody_writing(app, school.tenant_id):
        lee.hello()
    with ThreadPoolExecutor(1) as pool, somebody_writing(app, school.tenant_id):
        pushed = pool.submit(lee.push, [])
    assert pushed.result()["acknowledged_through"] == 0
