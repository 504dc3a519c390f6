"""The tables. Times are `Instant`, sealed columns hold what `vault.seal` made."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from connector.store.types import Document, Exact, Instant, Number

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# An ERP company: what its quota is counted by (decisions §12).
company = Table(
    "company",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("name", Text, nullable=False, default=""),
    Column("calls_per_minute", Integer),
    Column("paused_until", Instant),
    Column("next_call_at", Instant),
)

# The calls of the last minute, and how many there were each day.
slot = Table(
    "slot",
    metadata,
    Column("id", Number, primary_key=True),
    Column("company_id", String(80), nullable=False),
    Column("free_at", Instant, nullable=False),
    Column("under_way", Boolean, nullable=False),
    Index(None, "company_id", "free_at"),
)

call_count = Table(
    "call_count",
    metadata,
    Column("company_id", String(80), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("service", String(60), primary_key=True),
    Column("calls", Integer, nullable=False),
)

# A shop that has installed the app. `id` is the platform's.
store = Table(
    "store",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, default=""),
    Column("api_url", Text, nullable=False),
    Column("bearer", Text, nullable=False),
    Column("shop_trouble", String(40)),
    Column("installed_at", Instant, nullable=False),
    Column("uninstalled_at", Instant),
    Column("connection", String(20), nullable=False, default="not_connected"),
    Column("reason", String(40)),
    Column("detail", Text),
    Column("erp_token", Text),
    Column("erp_token_mark", String(64)),
    Column("refused_mark", String(64)),
    Column("company_id", String(80), ForeignKey("company.id")),
    Column("connected_at", Instant),
    Column("integrator_id", String(40)),
    Column("depot", String(120)),
    Column("stock_mode", String(20), nullable=False, default="physical"),
    Column("door", Text, nullable=False),
    Column("door_mark", String(64), nullable=False, unique=True),
    Column("subscription_id", Number),
    Column("subscription_secret", Text),
    Column("last_sync_at", Instant),
    # How far the net of situations has been drawn, by the ERP's changes.
    Column("situations_until", Instant),
)

# Work to do: one waiting and one running of a kind and key in a store, which is how repeats coalesce.
work = Table(
    "work",
    metadata,
    Column("id", Number, primary_key=True),
    Column("store_id", Number, ForeignKey("store.id"), nullable=False),
    Column("kind", String(30), nullable=False),
    Column("key", String(120), nullable=False, default=""),
    Column("payload", Document),
    Column("priority", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("lease_until", Instant),
    Column("attempts", Integer, nullable=False, default=0),
    Column("first_tried_at", Instant),
    Column("reason", String(40)),
    Column("detail", Text),
    Column("created_at", Instant, nullable=False),
    Index(
        "uq_work_waiting",
        "store_id",
        "kind",
        "key",
        unique=True,
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index(
        "uq_work_running",
        "store_id",
        "kind",
        "key",
        unique=True,
        sqlite_where=text("state = 'running'"),
        postgresql_where=text("state = 'running'"),
    ),
    Index(
        "ix_work_stopped",
        "store_id",
        "kind",
        "key",
        sqlite_where=text("state IN ('parked', 'dead')"),
        postgresql_where=text("state IN ('parked', 'dead')"),
    ),
    Index("ix_work_claim", "store_id", "state", "priority", "due_at", "id"),
    Index("ix_work_due", "state", "due_at"),
    Index("ix_work_store_due", "store_id", "state", "due_at"),
)

# A full pull of the catalogue; at most one under way in a store.
pull = Table(
    "pull",
    metadata,
    Column("id", Number, primary_key=True),
    Column("store_id", Number, ForeignKey("store.id"), nullable=False),
    Column("stage", String(10), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("shop_since", Number, nullable=False, default=0),
    Column("page", Integer, nullable=False, default=1),
    Column("pages", Integer),
    Column("total", Integer, nullable=False, default=0),
    Column("done", Integer, nullable=False, default=0),
    Index(
        "uq_pull_open",
        "store_id",
        unique=True,
        sqlite_where=text("finished_at IS NULL"),
        postgresql_where=text("finished_at IS NULL"),
    ),
)

# A product or variation of the ERP, what was read of it, and what the shop was told.
item = Table(
    "item",
    metadata,
    Column("store_id", Number, ForeignKey("store.id"), primary_key=True),
    Column("erp_id", String(20), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("parent_id", String(20)),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("price", Exact),
    Column("active", Boolean),
    # Pulls that listed it, read its record, read its stock, and dealt with it.
    Column("listed_in", Number),
    Column("record_in", Number),
    Column("stock_in", Number),
    Column("done_in", Number),
    Column("record", Document),
    Column("stock", Document),
    Column("level", Exact),
    Column("level_kind", String(10)),
    # The shop's side.
    Column("sent", Document),
    Column("sent_print", String(64)),
    # Where a message's mapping says that the product is, for one whose code is not in the shop.
    Column("mapped_product_id", Number),
    Column("mapped_variant_id", Number),
    Column("sent_level", Exact),
    Column("sent_level_kind", String(10)),
    Column("outcome", String(12)),
    Column("reason", String(40)),
    Column("detail", Text),
    Column("warnings", Document),
    Index(None, "store_id", "parent_id"),
    Index(None, "store_id", "code"),
    # Levels that the shop has not been told yet.
    Index(
        "ix_item_untold",
        "store_id",
        sqlite_where=text(
            "level IS NOT NULL AND (sent_level IS NULL OR sent_level <> level OR sent_level_kind <> level_kind)"
        ),
        postgresql_where=text(
            "level IS NOT NULL AND (sent_level IS NULL OR sent_level <> level OR sent_level_kind <> level_kind)"
        ),
    ),
)

# What the shop's catalogue holds, by code: where a product is, and prints of its fields and images, by which
# it is seen whether somebody changed them.
shelf = Table(
    "shelf",
    metadata,
    Column("store_id", Number, ForeignKey("store.id"), primary_key=True),
    Column("code", Text, primary_key=True),
    Column("shop_id", Number, nullable=False),
    Column("variant_id", Number),
    Column("fields_print", String(64)),
    Column("images_print", String(64)),
    Column("seen_in", Number),
)

# Messages from outside, kept raw before they are answered.
inbox = Table(
    "inbox",
    metadata,
    Column("id", Number, primary_key=True),
    Column("store_id", Number, ForeignKey("store.id"), nullable=False),
    Column("source", String(20), nullable=False),
    Column("event_id", String(60)),
    Column("received_at", Instant, nullable=False),
    Column("body", Text, nullable=False),
    Column("dealt_with", Boolean, nullable=False, default=False),
    # Why it changed nothing, where that is worth a look.
    Column("reason", String(40)),
    Column("detail", Text),
    UniqueConstraint("store_id", "event_id"),
    Index(
        "ix_inbox_new",
        "store_id",
        "id",
        sqlite_where=text("dealt_with = 0"),
        postgresql_where=text("NOT dealt_with"),
    ),
)

# Balances that were claimed of a product, in the order in which they came (decisions §6).
claim = Table(
    "claim",
    metadata,
    Column("id", Number, primary_key=True),
    Column("store_id", Number, ForeignKey("store.id"), nullable=False),
    Column("erp_id", String(20), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("balance", Exact, nullable=False),
    Column("is_answer", Boolean, nullable=False),
    Index(None, "store_id", "erp_id", "id"),
)

# An order of the shop on its way to the ERP: ready, held, sending, sent or dropped.
sale = Table(
    "sale",
    metadata,
    Column("store_id", Number, ForeignKey("store.id"), primary_key=True),
    Column("order_id", Number, primary_key=True, autoincrement=False),
    Column("number", String(40), nullable=False),
    Column("state", String(10), nullable=False),
    Column("erp_id", String(20)),
    Column("erp_number", String(20)),
    # What the shop is told as the moment of import, the same in every attempt.
    Column("sent_at", Instant),
    # When it was last in doubt whether it was inserted, and the empty searches since.
    Column("sending_at", Instant),
    Column("searches", Integer, nullable=False, default=0),
    Column("is_referenced", Boolean, nullable=False, default=False),
    Column("situation", String(20)),
    Column("tracking", String(120)),
    Column("reason", String(40)),
    Column("detail", Text),
    Column("seen_at", Instant, nullable=False),
    Index(None, "store_id", "number"),
    Index(None, "store_id", "erp_id"),
    Index(None, "store_id", "state"),
)
