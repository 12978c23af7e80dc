"""The public parts. The private ones are files beside the database, never in it: a copied database opens nothing."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from noticing.clock import make_id, now
from noticing.database import Base, Id


class OrganisationKey(Base):
    __tablename__ = "organisation_key"
    key_id: Mapped[str] = mapped_column(Id, primary_key=True, default=make_id)
    tenant_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("tenant.tenant_id"), index=True)
    jwk: Mapped[dict[str, str]] = mapped_column(sa.JSON)  # RSA, 3072 bits
    made_at: Mapped[datetime] = mapped_column(default=now)
