"""What an administrator may know of each device: how its stream stands, never what is in it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from noticing.accounts.people import names_of
from noticing.database import db
from noticing.entry_log import listing
from noticing.entry_log.clock_samples import latest_samples
from noticing.entry_log.corrected_times import Sample, is_shown
from noticing.entry_log.listing import StreamLine
from noticing.photos.holdings import count_lost

AT_MOST = 5000  # are read
QUIET_FOR = timedelta(minutes=10)  # less between the newest entry and the last contact is nothing to tell


@dataclass(frozen=True)
class Tablet:
    """One stream: an installation of one account on one device."""

    stream_id: str
    owner: str
    label: str
    enrolled_at: datetime
    last_contact_at: datetime | None
    revoked_at: datetime | None
    complete_through: int
    beyond_gap: int
    newest_at: datetime | None
    lag: timedelta | None  # from the newest entry to the last contact
    clock_ahead: timedelta | None  # None: not known
    is_clock_wrong: bool
    lost_photos: int  # that it could no longer read, and said so


def find_tablets(tenant_id: str, wanted: str = "", stream_id: str | None = None) -> list[Tablet]:
    """Those heard last first; with `wanted`, whose owner or label has these letters."""
    session = db.session()
    meant = listing.stream_lines(session, tenant_id, AT_MOST, wanted, stream_id)
    names = names_of(tenant_id, {line.person_id for line in meant})
    beyond, newest = listing.beyond_gaps(session, tenant_id), listing.newest_arrivals(session, tenant_id)
    samples = latest_samples(session, tenant_id, [line.stream_id for line in meant])
    lost = count_lost(session, tenant_id)
    return [
        _tablet_of(
            line,
            names.get(line.person_id, ""),
            beyond.get(line.stream_id, 0),
            newest.get(line.stream_id),
            samples.get(line.stream_id),
            lost.get(line.stream_id, 0),
        )
        for line in meant
    ]


def find_tablet(tenant_id: str, stream_id: str) -> Tablet | None:
    return next(iter(find_tablets(tenant_id, stream_id=stream_id)), None)


def _tablet_of(
    line: StreamLine,
    owner: str,
    beyond: int,
    newest_at: datetime | None,
    sample: Sample | None,
    lost_photos: int,
) -> Tablet:
    quiet = line.last_contact_at - newest_at if line.last_contact_at and newest_at else None
    return Tablet(
        stream_id=line.stream_id,
        owner=owner,
        label=line.device_label,
        enrolled_at=line.enrolled_at,
        last_contact_at=line.last_contact_at,
        revoked_at=line.revoked_at,
        complete_through=line.acknowledged_through,
        beyond_gap=beyond,
        newest_at=newest_at,
        lag=quiet if quiet and quiet > QUIET_FOR else None,
        clock_ahead=timedelta(milliseconds=sample.ahead_ms) if sample else None,
        is_clock_wrong=sample is not None and is_shown(sample.ahead_ms),
        lost_photos=lost_photos,
    )
