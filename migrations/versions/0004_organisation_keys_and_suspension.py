"""The public parts of the organisation's keys, and whether a restore left the doors half closed."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "organisation_key",
        sa.Column("key_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("tenant_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("jwk", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_organisation_key_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_organisation_key")),
    )
    op.create_index(op.f("ix_organisation_key_tenant_id"), "organisation_key", ["tenant_id"])
    op.add_column("server_epoch", sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("a restore from a backup is the way back")
