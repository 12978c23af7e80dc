"""Finding all that lies aside in a tenant, in the order in which it came, without reading the log."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    lies_aside = sa.text("set_aside_code IS NOT NULL")
    op.create_index(
        "ix_log_entry_aside",
        "log_entry",
        ["tenant_id", "change_seq"],
        sqlite_where=lies_aside,
        postgresql_where=lies_aside,
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: going back would drop what tablets have delivered")
