"""what the proven connector keeps: feed, tallies, alarms, quarantine, drift, locks and more settings"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "tally",
        sa.Column("company_id", sa.String(length=80), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "day", "kind", name=op.f("pk_tally")),
    )
    op.create_table(
        "feed",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("company_id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("dealt_with", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_feed_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
    )
    with op.batch_alter_table("feed", schema=None) as batch_op:
        batch_op.create_index(
            "ix_feed_new",
            ["company_id", "id"],
            unique=False,
            sqlite_where=sa.text("dealt_with = 0"),
            postgresql_where=sa.text("NOT dealt_with"),
        )
        batch_op.create_index(
            "ix_feed_settled",
            ["read_at"],
            unique=False,
            sqlite_where=sa.text("dealt_with = 1"),
            postgresql_where=sa.text("dealt_with"),
        )

    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_inbox_store_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_inbox_store_id_event_id"), type_="unique")
        batch_op.create_index(
            "uq_inbox_event",
            ["store_id", "event_id"],
            unique=True,
            sqlite_where=sa.text("event_id IS NOT NULL"),
            postgresql_where=sa.text("event_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_inbox_settled",
            ["received_at"],
            unique=False,
            sqlite_where=sa.text("dealt_with = 1"),
            postgresql_where=sa.text("dealt_with"),
        )
    # The shop's messages have their effect as they are kept.
    op.execute(sa.text("UPDATE inbox SET dealt_with = true WHERE source = 'webstore'"))

    op.create_table(
        "alarm",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("store_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("raised_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_alarm_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
    )
    with op.batch_alter_table("alarm", schema=None) as batch_op:
        batch_op.create_index(
            "uq_alarm_open",
            ["store_id", "reason", "key"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_alarm_closed_at"), ["closed_at"], unique=False)

    op.create_table(
        "drift",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("store_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("erp", sa.Text(), nullable=True),
        sa.Column("shop", sa.Text(), nullable=True),
        sa.Column("cause", sa.String(length=40), nullable=False),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.Column("settled_by", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_drift_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drift")),
    )
    with op.batch_alter_table("drift", schema=None) as batch_op:
        batch_op.create_index(
            "uq_drift_open",
            ["store_id", "kind", "key", "field"],
            unique=True,
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_drift_settled_at"), ["settled_at"], unique=False)

    op.create_table(
        "lock",
        sa.Column("store_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=True),
        sa.Column("holds_stock", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_lock_store_id")),
        sa.PrimaryKeyConstraint("store_id", "code", name=op.f("pk_lock")),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("store_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_quarantine_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
    )
    with op.batch_alter_table("quarantine", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quarantine_store_id_id"), ["store_id", "id"], unique=False)

    op.create_table(
        "reconcile",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("store_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("budget", sa.Integer(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("position", sa.Text(), nullable=True),
        sa.Column("counts", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_reconcile_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconcile")),
    )
    with op.batch_alter_table("reconcile", schema=None) as batch_op:
        batch_op.create_index(
            "uq_reconcile_open",
            ["store_id"],
            unique=True,
            sqlite_where=sa.text("finished_at IS NULL"),
            postgresql_where=sa.text("finished_at IS NULL"),
        )

    with op.batch_alter_table("call_count", schema=None) as batch_op:
        batch_op.add_column(sa.Column("purpose", sa.String(length=20), server_default="other", nullable=False))
        batch_op.drop_constraint("pk_call_count", type_="primary")
        batch_op.create_primary_key("pk_call_count", ["company_id", "day", "service", "purpose"])

    with op.batch_alter_table("company", schema=None) as batch_op:
        batch_op.add_column(sa.Column("share_left", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("share_since", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("share_hold", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("feed_state", sa.String(length=10), server_default="unknown", nullable=False))
        batch_op.add_column(sa.Column("feed_checked_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("feed_since", sa.BigInteger(), nullable=True))
        batch_op.add_column(
            sa.Column("feed_reader", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("feed_asking", sa.String(length=10), nullable=True))

    untold = "level IS NOT NULL AND (sent_level IS NULL OR sent_level <> level OR sent_level_kind <> level_kind)"
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.drop_index("ix_item_untold")
        batch_op.create_index(
            "ix_item_untold",
            ["store_id", "erp_id"],
            unique=False,
            sqlite_where=sa.text(untold),
            postgresql_where=sa.text(untold),
        )
        batch_op.add_column(sa.Column("read_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("changed_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("planned", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("sent_price", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("retired", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("image_trouble", sa.Text(), nullable=True))
        batch_op.create_index(
            "ix_item_age",
            ["store_id", "read_at"],
            unique=False,
            sqlite_where=sa.text("kind <> 'variation'"),
            postgresql_where=sa.text("kind <> 'variation'"),
        )
        batch_op.create_index(
            "ix_item_changed",
            ["store_id"],
            unique=False,
            sqlite_where=sa.text("changed_at IS NOT NULL"),
            postgresql_where=sa.text("changed_at IS NOT NULL"),
        )

    with op.batch_alter_table("pull", schema=None) as batch_op:
        batch_op.add_column(sa.Column("scope", sa.String(length=10), server_default="all", nullable=False))
        batch_op.add_column(sa.Column("base", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.create_index(batch_op.f("ix_pull_store_id_scope_id"), ["store_id", "scope", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pull_finished_at"), ["finished_at"], unique=False)
        batch_op.add_column(sa.Column("is_dry", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("brake", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("confirmed_at", sa.BigInteger(), nullable=True))

    with op.batch_alter_table("sale", schema=None) as batch_op:
        batch_op.add_column(sa.Column("total", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("content", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("rounds", sa.Integer(), server_default=sa.text("0"), nullable=False))
        batch_op.add_column(sa.Column("must_search", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("invoice_id", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("invoice_key", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("accepted", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("cancellation", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("looked_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("tracking_url", sa.Text(), nullable=True))

    with op.batch_alter_table("shelf", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shelf_store_id_shop_id"), ["store_id", "shop_id"], unique=False)

    with op.batch_alter_table("store", schema=None) as batch_op:
        batch_op.add_column(sa.Column("door_previous_mark", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("door_previous_until", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("doubt_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("cancellations_until", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("overwrite_customer", sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.add_column(sa.Column("nature", sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column("contributor_nature", sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column("erp_notifies", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("inactive_action", sa.String(length=10), server_default="keep", nullable=False))
        batch_op.add_column(sa.Column("excluded_action", sa.String(length=10), server_default="keep", nullable=False))
        batch_op.add_column(sa.Column("fields_off", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("brake_percent", sa.Integer(), server_default=sa.text("20"), nullable=False))
        batch_op.create_index(batch_op.f("ix_store_door_previous_mark"), ["door_previous_mark"], unique=False)

    with op.batch_alter_table("work", schema=None) as batch_op:
        batch_op.drop_index("ix_work_claim")
        batch_op.create_index(
            "ix_work_claim",
            ["priority", "store_id", "due_at", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.drop_index("ix_work_due")
        batch_op.create_index(
            "ix_work_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
