"""Letters, made in the app that has no database here. Any warning of the PDF engine fails the test."""

import logging
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from letters import URL, sample_notes
from noticing.app import create_app
from noticing.config import Config
from noticing.feedback.context import Notes
from noticing.feedback.pdf import render_pdf


@pytest.fixture(scope="session")
def letter_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("letters")
    settings = Config(
        data_dir=folder,
        database_url=f"sqlite:///{folder / 'none.db'}",
        secret_key="only for tests",
        is_testing=True,
    )
    app = create_app(settings)
    with app.test_request_context("/"):
        yield app


@pytest.fixture(autouse=True)
def loud_engine(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """WeasyPrint only logs what it leaves out, so that any of its warnings fails a test."""
    caplog.set_level(logging.WARNING, logger="weasyprint")
    logging.getLogger("weasyprint").propagate = True
    yield
    said = [record.getMessage() for record in caplog.get_records("call") if record.name == "weasyprint"]
    assert not said, said


@pytest.fixture
def letter(letter_app: Flask) -> Callable[..., bytes]:
    def render(notes: Notes | str, paper: str = "Letter") -> bytes:
        return render_pdf(sample_notes(notes) if isinstance(notes, str) else notes, URL, paper)

    return render
