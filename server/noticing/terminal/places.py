"""Commands for schools and classes. There are no pages for them yet."""

import argparse

from noticing.accounts import places
from noticing.terminal.command import in_database, say
from noticing.terminal.named import find_person_id, find_school_id, find_tenant_id


@in_database
def add_school(options: argparse.Namespace) -> None:
    """Add a school to the only tenant."""
    places.add_school(find_tenant_id(), options.name)
    say(f"Added {options.name}.")


@in_database
def add_class(options: argparse.Namespace) -> None:
    """Add a class of a teacher, with how many are on its roster."""
    places.add_class(
        find_school_id(options.school),
        find_person_id(options.teacher),
        options.title,
        grade=options.grade,
        subject=options.subject,
        room=options.room,
        head_count=options.students,
    )
    say(f"Added {options.title}.")
