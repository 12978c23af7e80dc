"""Streams that were enrolled by another stream or revoked; entries that come in small chunks"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("stream") as stream:
        stream.add_column(sa.Column("enrolled_by", sa.Uuid(as_uuid=False), nullable=True))
        stream.add_column(sa.Column("revoked_through", sa.BigInteger(), server_default="0", nullable=False))
        stream.add_column(sa.Column("revoked_entries", sa.BigInteger(), server_default="0", nullable=False))
        stream.add_column(sa.Column("revoked_bytes", sa.BigInteger(), server_default="0", nullable=False))
    op.create_table(
        "entry_chunk",
        sa.Column("stream_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("stream_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("begins_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("chunk", sa.LargeBinary(), nullable=False),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["stream_id"], ["stream.stream_id"], name=op.f("fk_entry_chunk_stream_id_stream")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_entry_chunk_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("stream_id", "stream_seq", "begins_at", name=op.f("pk_entry_chunk")),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: going back would drop what tablets have delivered")
