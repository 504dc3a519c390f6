"""first tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:

    op.create_table(
        "call_count",
        sa.Column("company_id", sa.String(length=80), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("service", sa.String(length=60), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "day", "service", name=op.f("pk_call_count")),
    )
    op.create_table(
        "company",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("calls_per_minute", sa.Integer(), nullable=True),
        sa.Column("paused_until", sa.BigInteger(), nullable=True),
        sa.Column("next_call_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company")),
    )
    op.create_table(
        "slot",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("company_id", sa.String(length=80), nullable=False),
        sa.Column("free_at", sa.BigInteger(), nullable=False),
        sa.Column("under_way", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot")),
    )
    with op.batch_alter_table("slot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_slot_company_id_free_at"), ["company_id", "free_at"], unique=False)

    op.create_table(
        "store",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("api_url", sa.Text(), nullable=False),
        sa.Column("bearer", sa.Text(), nullable=False),
        sa.Column("shop_trouble", sa.String(length=40), nullable=True),
        sa.Column("installed_at", sa.BigInteger(), nullable=False),
        sa.Column("uninstalled_at", sa.BigInteger(), nullable=True),
        sa.Column("connection", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("erp_token", sa.Text(), nullable=True),
        sa.Column("erp_token_mark", sa.String(length=64), nullable=True),
        sa.Column("refused_mark", sa.String(length=64), nullable=True),
        sa.Column("company_id", sa.String(length=80), nullable=True),
        sa.Column("connected_at", sa.BigInteger(), nullable=True),
        sa.Column("integrator_id", sa.String(length=40), nullable=True),
        sa.Column("depot", sa.String(length=120), nullable=True),
        sa.Column("stock_mode", sa.String(length=20), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("door_mark", sa.String(length=64), nullable=False),
        sa.Column("subscription_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("subscription_secret", sa.Text(), nullable=True),
        sa.Column("last_sync_at", sa.BigInteger(), nullable=True),
        sa.Column("situations_until", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_store_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store")),
        sa.UniqueConstraint("door_mark", name=op.f("uq_store_door_mark")),
    )
    op.create_table(
        "claim",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("store_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("erp_id", sa.String(length=20), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.Text(), nullable=False),
        sa.Column("is_answer", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_claim_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
    )
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claim_store_id_erp_id_id"), ["store_id", "erp_id", "id"], unique=False)

    op.create_table(
        "inbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("store_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("event_id", sa.String(length=60), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("dealt_with", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_inbox_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("store_id", "event_id", name=op.f("uq_inbox_store_id_event_id")),
    )
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_inbox_new",
            ["store_id", "id"],
            unique=False,
            sqlite_where=sa.text("dealt_with = 0"),
            postgresql_where=sa.text("NOT dealt_with"),
        )

    op.create_table(
        "item",
        sa.Column("store_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("erp_id", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("parent_id", sa.String(length=20), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("price", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=True),
        sa.Column("listed_in", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("record_in", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("stock_in", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("done_in", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("record", sa.Text(), nullable=True),
        sa.Column("stock", sa.Text(), nullable=True),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("level_kind", sa.String(length=10), nullable=True),
        sa.Column("sent", sa.Text(), nullable=True),
        sa.Column("sent_print", sa.String(length=64), nullable=True),
        sa.Column("mapped_product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("mapped_variant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("sent_level", sa.Text(), nullable=True),
        sa.Column("sent_level_kind", sa.String(length=10), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("warnings", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_item_store_id")),
        sa.PrimaryKeyConstraint("store_id", "erp_id", name=op.f("pk_item")),
    )
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_store_id_code"), ["store_id", "code"], unique=False)
        batch_op.create_index(batch_op.f("ix_item_store_id_parent_id"), ["store_id", "parent_id"], unique=False)
        batch_op.create_index(
            "ix_item_untold",
            ["store_id"],
            unique=False,
            sqlite_where=sa.text(
                "level IS NOT NULL AND (sent_level IS NULL OR sent_level <> level OR sent_level_kind <> level_kind)"
            ),
            postgresql_where=sa.text(
                "level IS NOT NULL AND (sent_level IS NULL OR sent_level <> level OR sent_level_kind <> level_kind)"
            ),
        )

    op.create_table(
        "pull",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("store_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("shop_since", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_pull_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pull")),
    )
    with op.batch_alter_table("pull", schema=None) as batch_op:
        batch_op.create_index(
            "uq_pull_open",
            ["store_id"],
            unique=True,
            sqlite_where=sa.text("finished_at IS NULL"),
            postgresql_where=sa.text("finished_at IS NULL"),
        )

    op.create_table(
        "sale",
        sa.Column("store_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("erp_id", sa.String(length=20), nullable=True),
        sa.Column("erp_number", sa.String(length=20), nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("sending_at", sa.BigInteger(), nullable=True),
        sa.Column("searches", sa.Integer(), nullable=False),
        sa.Column("is_referenced", sa.Boolean(), nullable=False),
        sa.Column("situation", sa.String(length=20), nullable=True),
        sa.Column("tracking", sa.String(length=120), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_sale_store_id")),
        sa.PrimaryKeyConstraint("store_id", "order_id", name=op.f("pk_sale")),
    )
    with op.batch_alter_table("sale", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sale_store_id_erp_id"), ["store_id", "erp_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sale_store_id_number"), ["store_id", "number"], unique=False)
        batch_op.create_index(batch_op.f("ix_sale_store_id_state"), ["store_id", "state"], unique=False)

    op.create_table(
        "shelf",
        sa.Column("store_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("shop_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("variant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("fields_print", sa.String(length=64), nullable=True),
        sa.Column("images_print", sa.String(length=64), nullable=True),
        sa.Column("seen_in", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_shelf_store_id")),
        sa.PrimaryKeyConstraint("store_id", "code", name=op.f("pk_shelf")),
    )
    op.create_table(
        "work",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("store_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("payload", sa.Text(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("first_tried_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_work_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work")),
    )
    with op.batch_alter_table("work", schema=None) as batch_op:
        batch_op.create_index("ix_work_claim", ["store_id", "state", "priority", "due_at", "id"], unique=False)
        batch_op.create_index("ix_work_due", ["state", "due_at"], unique=False)
        batch_op.create_index(
            "ix_work_stopped",
            ["store_id", "kind", "key"],
            unique=False,
            sqlite_where=sa.text("state IN ('parked', 'dead')"),
            postgresql_where=sa.text("state IN ('parked', 'dead')"),
        )
        batch_op.create_index("ix_work_store_due", ["store_id", "state", "due_at"], unique=False)
        batch_op.create_index(
            "uq_work_running",
            ["store_id", "kind", "key"],
            unique=True,
            sqlite_where=sa.text("state = 'running'"),
            postgresql_where=sa.text("state = 'running'"),
        )
        batch_op.create_index(
            "uq_work_waiting",
            ["store_id", "kind", "key"],
            unique=True,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )


def downgrade() -> None:

    with op.batch_alter_table("work", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_work_waiting", sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'")
        )
        batch_op.drop_index(
            "uq_work_running", sqlite_where=sa.text("state = 'running'"), postgresql_where=sa.text("state = 'running'")
        )
        batch_op.drop_index("ix_work_stopped")
        batch_op.drop_index("ix_work_store_due")
        batch_op.drop_index("ix_work_due")
        batch_op.drop_index("ix_work_claim")

    op.drop_table("work")
    op.drop_table("shelf")
    with op.batch_alter_table("sale", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sale_store_id_state"))
        batch_op.drop_index(batch_op.f("ix_sale_store_id_number"))
        batch_op.drop_index(batch_op.f("ix_sale_store_id_erp_id"))

    op.drop_table("sale")
    with op.batch_alter_table("pull", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_pull_open", sqlite_where=sa.text("finished_at IS NULL"), postgresql_where=sa.text("finished_at IS NULL")
        )

    op.drop_table("pull")
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_item_untold",
            sqlite_where=sa.text(
                "level IS NOT NULL AND (sent_level IS NULL OR sent_level <> level OR sent_level_kind <> level_kind)"
            ),
            postgresql_where=sa.text(
                "level IS NOT NULL AND (sent_level IS NULL OR sent_level <> level OR sent_level_kind <> level_kind)"
            ),
        )
        batch_op.drop_index(batch_op.f("ix_item_store_id_parent_id"))
        batch_op.drop_index(batch_op.f("ix_item_store_id_code"))

    op.drop_table("item")
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_inbox_new", sqlite_where=sa.text("dealt_with = 0"), postgresql_where=sa.text("NOT dealt_with")
        )

    op.drop_table("inbox")
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_claim_store_id_erp_id_id"))

    op.drop_table("claim")
    op.drop_table("store")
    with op.batch_alter_table("slot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_slot_company_id_free_at"))

    op.drop_table("slot")
    op.drop_table("company")
    op.drop_table("call_count")
