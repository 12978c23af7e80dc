"""The one way to write does not let a write get lost unnoticed."""

import pytest
import sqlalchemy as sa
from flask import Flask

from noticing.accounts.places import add_school
from noticing.database import db, writing
from school import make_school


def test_writing_inside_writing_is_refused_aloud(app: Flask) -> None:
    """The inner one would roll back what the outer one has flushed, and then commit the rest."""
    school = make_school(app)
    with app.app_context():
        with pytest.raises(RuntimeError, match="inside"):
            write_in_writing(school.tenant_id)
        names = db.session.scalars(sa.text("SELECT name FROM tenant UNION SELECT name FROM school")).all()
        assert not {"lost", "Nested"} & set(names)
        assert add_school(school.tenant_id, "Afterwards")


def write_in_writing(tenant_id: str) -> None:
    with writing(tenant_id) as session:
        session.execute(sa.text("UPDATE tenant SET name = 'lost'"))
        add_school(tenant_id, "Nested")
