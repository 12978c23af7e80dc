"""Photos that a device has declared lost."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lost_photo",
        sa.Column("stream_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("person_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.person_id"], name=op.f("fk_lost_photo_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["stream_id"], ["stream.stream_id"], name=op.f("fk_lost_photo_stream_id_stream")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_lost_photo_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("stream_id", "sha256", name=op.f("pk_lost_photo")),
    )
    op.create_index("ix_lost_photo_person", "lost_photo", ["tenant_id", "person_id", "sha256"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: going back would drop what tablets have delivered")
