"""Finding the sample that came nearest, and the views that were folded with another protocol, without reading all."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_clock_sample_received", "clock_sample", ["stream_id", "received_at"])
    op.create_index(
        "ix_observation_view_folded",
        "observation_view",
        ["tenant_id", "protocol_slug", "protocol_version", "folded_with"],
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: going back would drop what tablets have delivered")
