"""The first tables, and the name of the first server epoch."""

import uuid
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "server_epoch",
        sa.Column("epoch", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("epoch", name=op.f("pk_server_epoch")),
    )
    op.create_table(
        "tenant",
        sa.Column("tenant_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("paper", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_tenant")),
    )
    op.create_table(
        "change",
        sa.Column("tenant_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("change_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("ref_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_change_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "change_seq", name=op.f("pk_change")),
    )
    op.create_table(
        "feed_counter",
        sa.Column("tenant_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("last_change_seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_feed_counter_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_feed_counter")),
    )
    op.create_table(
        "log_entry",
        sa.Column("tenant_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("change_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("stream_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("stream_seq", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=True),
        sa.Column("subject_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_aside_code", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_log_entry_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "change_seq", name=op.f("pk_log_entry")),
        sa.UniqueConstraint("entry_id", "body_hash", name=op.f("uq_log_entry_entry_id_body_hash")),
    )
    op.create_index(
        "ix_log_entry_author", "log_entry", ["tenant_id", "author_id", "change_seq"], unique=False
    )
    op.create_index(
        "ix_log_entry_set_aside",
        "log_entry",
        ["tenant_id", "subject_id", "set_aside_code"],
        unique=False,
        sqlite_where=sa.text("set_aside_code IS NOT NULL"),
        postgresql_where=sa.text("set_aside_code IS NOT NULL"),
    )
    op.create_index("ix_log_entry_subject", "log_entry", ["tenant_id", "subject_id", "kind"], unique=False)
    op.create_table(
        "observation_view",
        sa.Column("tenant_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("observation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("observer_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("observed_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("class_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("school_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("pairing_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("protocol_slug", sa.String(), nullable=True),
        sa.Column("protocol_version", sa.String(), nullable=True),
        sa.Column("started_at", sa.String(), nullable=True),
        sa.Column("started_instant", sa.BigInteger(), nullable=True),
        sa.Column("view", sa.Text(), nullable=False),
        sa.Column("folded_with", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_observation_view_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "observation_id", name=op.f("pk_observation_view")),
    )
    op.create_index(
        "ix_observation_view_observed",
        "observation_view",
        ["tenant_id", "observed_id", "started_instant"],
        unique=False,
    )
    op.create_index(
        "ix_observation_view_observer",
        "observation_view",
        ["tenant_id", "observer_id", "started_instant"],
        unique=False,
    )
    op.create_table(
        "person",
        sa.Column("person_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("tenant_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("session_mark", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_person_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_index(op.f("ix_person_tenant_id"), "person", ["tenant_id"], unique=False)
    op.create_table(
        "projection_cursor",
        sa.Column("tenant_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("change_seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_projection_cursor_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_projection_cursor")),
    )
    op.create_table(
        "school",
        sa.Column("school_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("tenant_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_school_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("school_id", name=op.f("pk_school")),
    )
    op.create_index(op.f("ix_school_tenant_id"), "school", ["tenant_id"], unique=False)
    op.create_table(
        "class_section",
        sa.Column("class_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("tenant_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("school_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("teacher_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("head_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.school_id"], name=op.f("fk_class_section_school_id_school")
        ),
        sa.ForeignKeyConstraint(
            ["teacher_id"], ["person.person_id"], name=op.f("fk_class_section_teacher_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_class_section_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("class_id", name=op.f("pk_class_section")),
    )
    op.create_index(op.f("ix_class_section_teacher_id"), "class_section", ["teacher_id"], unique=False)
    op.create_index(op.f("ix_class_section_tenant_id"), "class_section", ["tenant_id"], unique=False)
    op.create_table(
        "pairing",
        sa.Column("pairing_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("tenant_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("coach_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("teacher_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["coach_id"], ["person.person_id"], name=op.f("fk_pairing_coach_id_person")),
        sa.ForeignKeyConstraint(
            ["teacher_id"], ["person.person_id"], name=op.f("fk_pairing_teacher_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_pairing_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("pairing_id", name=op.f("pk_pairing")),
    )
    op.create_index(op.f("ix_pairing_coach_id"), "pairing", ["coach_id"], unique=False)
    op.create_index(op.f("ix_pairing_teacher_id"), "pairing", ["teacher_id"], unique=False)
    op.create_index(op.f("ix_pairing_tenant_id"), "pairing", ["tenant_id"], unique=False)
    op.create_table(
        "role_grant",
        sa.Column("role_grant_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("tenant_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("person_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("school_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.person_id"], name=op.f("fk_role_grant_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.school_id"], name=op.f("fk_role_grant_school_id_school")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_role_grant_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("role_grant_id", name=op.f("pk_role_grant")),
    )
    op.create_index(op.f("ix_role_grant_person_id"), "role_grant", ["person_id"], unique=False)
    op.create_index(op.f("ix_role_grant_tenant_id"), "role_grant", ["tenant_id"], unique=False)
    op.create_table(
        "set_up_link",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("person_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.person_id"], name=op.f("fk_set_up_link_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_set_up_link_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_set_up_link")),
    )
    op.create_index(op.f("ix_set_up_link_person_id"), "set_up_link", ["person_id"], unique=False)
    op.create_index(op.f("ix_set_up_link_tenant_id"), "set_up_link", ["tenant_id"], unique=False)
    op.create_table(
        "stream",
        sa.Column("stream_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("tenant_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("person_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("is_server_side", sa.Boolean(), nullable=False),
        sa.Column("public_key", sa.JSON(), nullable=True),
        sa.Column("device_label", sa.String(), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_contact_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_through", sa.BigInteger(), nullable=False),
        sa.Column("acknowledged_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("seen_change_seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name=op.f("fk_stream_person_id_person")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_stream_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("stream_id", name=op.f("pk_stream")),
    )
    op.create_index(op.f("ix_stream_person_id"), "stream", ["person_id"], unique=False)
    op.create_index(op.f("ix_stream_tenant_id"), "stream", ["tenant_id"], unique=False)
    op.create_table(
        "envelope",
        sa.Column("stream_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("stream_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("change_seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["stream_id"], ["stream.stream_id"], name=op.f("fk_envelope_stream_id_stream")
        ),
        sa.PrimaryKeyConstraint("stream_id", "stream_seq", name=op.f("pk_envelope")),
    )
    op.create_table(
        "clock_sample",
        sa.Column("stream_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("clock_session_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("which", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device_wall", sa.String(), nullable=False),
        sa.Column("device_elapsed_ms", sa.Double(), nullable=False),
        sa.Column("round_trip_ms", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["stream_id"], ["stream.stream_id"], name=op.f("fk_clock_sample_stream_id_stream")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_clock_sample_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("stream_id", "clock_session_id", "which", name=op.f("pk_clock_sample")),
    )
    epochs = sa.table(
        "server_epoch",
        sa.column("epoch", sa.Uuid(as_uuid=False)),
        sa.column("since", sa.DateTime(timezone=True)),
    )
    op.bulk_insert(epochs, [{"epoch": str(uuid.uuid4()), "since": datetime.now(UTC)}])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: going back would drop what tablets have delivered")
