"""Commands that bring what lies in the database to this version, and compare or mend it."""

import argparse
from functools import partial

from noticing import migrating
from noticing.database import db
from noticing.feed.counter import tenant_ids
from noticing.observations import rebuilding
from noticing.progress import Progress
from noticing.sync.reprocessing import reprocess as reprocess_tenant
from noticing.terminal.command import in_database, read_config, say


@partial(in_database, read=read_config)
def migrate(_options: argparse.Namespace) -> None:
    """Nothing but what every command does first; where there is no database yet, it makes one."""
    say("The database has the tables of this version.")


@in_database
def draft_migration(options: argparse.Namespace) -> None:
    """For developers: write down how the models differ from the tables."""
    migrating.draft_migration(options.message)


@in_database
def reprocess(_options: argparse.Namespace) -> None:
    """Judge what lies aside again, as every start of the server does."""
    tell = Progress("entries that lay aside")
    say(words_of_changed(sum(reprocess_tenant(each, tell) for each in tenant_ids(db.session()))))


@in_database
def rebuild(options: argparse.Namespace) -> int:
    """Make all views anew, or with --check only compare them. Pages go on showing what is there meanwhile."""
    work = rebuilding.find_differing if options.check else rebuilding.rebuild
    found: list[str] = []
    for tenant_id in tenant_ids(db.session()):
        found += work(tenant_id, Progress("visits"))
    if not options.check:
        say(f"Every visit was folded again from its entries. Views that were otherwise before: {len(found)}")
        return 0
    say(*(f"{each} is not what its entries say." for each in found))
    say("Mend them with: noticing rebuild" if found else "Every view is what its entries say.")
    return 1 if found else 0


def words_of_changed(changed: int) -> str:
    """What to say of so many new verdicts."""
    return f"Entries that lay aside and are judged otherwise now: {changed}"
