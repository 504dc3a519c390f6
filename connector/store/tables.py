"""The tables. Times are `Instant`, sealed columns hold what `vault.seal` made."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
    text,
    true,
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
    # What a blocked answer told of the calls that others make: `pace.Share`, its hold in seconds.
    Column("share_left", Integer),
    Column("share_since", Instant),
    Column("share_hold", Integer),
    # The change feed (erp-products §9): unknown, on or off; when it was last read to the end; from when on it is asked.
    Column("feed_state", String(10), nullable=False, default="unknown", server_default="unknown"),
    Column("feed_checked_at", Instant),
    Column("feed_since", Instant),
    # The store whose work reads it, while that runs; the list that was asked for and whose answer is not kept yet.
    Column("feed_reader", Number),
    Column("feed_asking", String(10)),
)

# Answers of the change feed as they came: the ERP has erased what they hold.
feed = Table(
    "feed",
    metadata,
    Column("id", Number, primary_key=True),
    Column("company_id", String(80), ForeignKey("company.id"), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("read_at", Instant, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("dealt_with", Boolean, nullable=False, default=False),
    Index(
        "ix_feed_new",
        "company_id",
        "id",
        sqlite_where=text("dealt_with = 0"),
        postgresql_where=text("NOT dealt_with"),
    ),
    Index(
        "ix_feed_settled",
        "read_at",
        sqlite_where=text("dealt_with = 1"),
        postgresql_where=text("dealt_with"),
    ),
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
    # What the call was for: product, order, situation, message, feed, reconcile, account.
    Column("purpose", String(20), primary_key=True, default="other", server_default="other"),
    Column("calls", Integer, nullable=False),
)

# How many products, orders, situations and messages were dealt with each day, beside the calls that they cost.
tally = Table(
    "tally",
    metadata,
    Column("company_id", String(80), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("count", Integer, nullable=False),
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
    # Since when it has been unknown what changed in the ERP: what was read before is to be read again.
    Column("doubt_at", Instant),
    # How far the net of situations has been drawn, by the ERP's changes.
    Column("situations_until", Instant),
    # Up to when orders cancelled in the shop have been looked for.
    Column("cancellations_until", Instant),
    # The secret address before the last rotation, which is open a while longer.
    Column("door_previous_mark", String(64), index=True),
    Column("door_previous_until", Instant),
    # Orders: whether a known customer's record is overwritten, the natures of operation by name (the second one for
    # ICMS contributors), whether the ERP writes to buyers itself.
    Column("overwrite_customer", Boolean, nullable=False, default=True, server_default=true()),
    Column("nature", String(120)),
    Column("contributor_nature", String(120)),
    Column("erp_notifies", Boolean, nullable=False, default=False, server_default=false()),
    # Products: what becomes of one that is inactive or excluded in the ERP (keep, hide or remove), the fields that are
    # not synchronised, and the share of the catalogue, in percent, that may be hidden, re-priced or removed unasked.
    Column("inactive_action", String(10), nullable=False, default="keep", server_default="keep"),
    Column("excluded_action", String(10), nullable=False, default="keep", server_default="keep"),
    Column("fields_off", Document),
    Column("brake_percent", Integer, nullable=False, default=20, server_default=text("20")),
)

# Products that the merchant has locked in the shop: whole (`fields` is null), or some fields of them.
lock = Table(
    "lock",
    metadata,
    Column("store_id", Number, ForeignKey("store.id"), primary_key=True),
    Column("code", Text, primary_key=True),
    Column("fields", Document),
    Column("holds_stock", Boolean, nullable=False),
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
    Index(
        "ix_work_claim",
        "priority",
        "store_id",
        "due_at",
        "id",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    # Of what waits alone: by an index of all states SQLite would find what is due and sort it, however much it is.
    Index(
        "ix_work_due",
        "due_at",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index("ix_work_store_due", "store_id", "state", "due_at"),
)

# A pull of the catalogue; at most one under way in a store. Its scope: all of it, of a whole listing what changed, or
# some products, whose listing is that of the pull `base`.
pull = Table(
    "pull",
    metadata,
    Column("id", Number, primary_key=True),
    Column("store_id", Number, ForeignKey("store.id"), nullable=False),
    Column("stage", String(10), nullable=False),
    Column("scope", String(10), nullable=False, default="all", server_default="all"),
    Column("base", Number),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("shop_since", Number, nullable=False, default=0),
    Column("page", Integer, nullable=False, default=1),
    Column("pages", Integer),
    Column("total", Integer, nullable=False, default=0),
    Column("done", Integer, nullable=False, default=0),
    # A dry one writes nothing to the shop. What the brake counted, and when a person let it go on.
    Column("is_dry", Boolean, nullable=False, default=False, server_default=false()),
    Column("brake", Document),
    Column("confirmed_at", Instant),
    Index(
        "uq_pull_open",
        "store_id",
        unique=True,
        sqlite_where=text("finished_at IS NULL"),
        postgresql_where=text("finished_at IS NULL"),
    ),
    Index(None, "store_id", "scope", "id"),
    Index(None, "finished_at"),
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
    # The price among what was sent, and how we took it out of the shop's sight: hidden or removed.
    Column("sent_price", Exact),
    Column("retired", String(10)),
    # Where a message's mapping says that the product is, for one whose code is not in the shop.
    Column("mapped_product_id", Number),
    Column("mapped_variant_id", Number),
    Column("sent_level", Exact),
    Column("sent_level_kind", String(10)),
    Column("outcome", String(12)),
    Column("reason", String(40)),
    Column("detail", Text),
    Column("warnings", Document),
    # When its record was last read, what a dry pull would do with it, and what is wrong with its pictures in the shop.
    Column("read_at", Instant),
    # When it was learned that it has changed in the ERP; empty once its reading is queued.
    Column("changed_at", Instant),
    Column("planned", Document),
    Column("image_trouble", Text),
    Index(None, "store_id", "parent_id"),
    Index(None, "store_id", "code"),
    Index(
        "ix_item_age",
        "store_id",
        "read_at",
        sqlite_where=text("kind <> 'variation'"),
        postgresql_where=text("kind <> 'variation'"),
    ),
    Index(
        "ix_item_changed",
        "store_id",
        sqlite_where=text("changed_at IS NOT NULL"),
        postgresql_where=text("changed_at IS NOT NULL"),
    ),
    # Levels that the shop has not been told yet.
    Index(
        "ix_item_untold",
        "store_id",
        "erp_id",
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
    Index(None, "store_id", "shop_id"),
)

# Messages from outside, kept raw before they are answered. No foreign key: the store was found by its address a moment
# ago, stores are never deleted, and PostgreSQL would look it up again for each message.
inbox = Table(
    "inbox",
    metadata,
    Column("id", Number, primary_key=True),
    Column("store_id", Number, nullable=False),
    Column("source", String(20), nullable=False),
    Column("event_id", String(60)),
    Column("received_at", Instant, nullable=False),
    Column("body", Text, nullable=False),
    Column("dealt_with", Boolean, nullable=False, default=False),
    # Why it changed nothing, where that is worth a look.
    Column("reason", String(40)),
    Column("detail", Text),
    # The ERP's messages have no id.
    Index(
        "uq_inbox_event",
        "store_id",
        "event_id",
        unique=True,
        sqlite_where=text("event_id IS NOT NULL"),
        postgresql_where=text("event_id IS NOT NULL"),
    ),
    Index(
        "ix_inbox_new",
        "store_id",
        "id",
        sqlite_where=text("dealt_with = 0"),
        postgresql_where=text("NOT dealt_with"),
    ),
    Index(
        "ix_inbox_settled",
        "received_at",
        sqlite_where=text("dealt_with = 1"),
        postgresql_where=text("dealt_with"),
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
    # The shop's total and a print of the whole when it was sent: what differs later was edited too late.
    Column("total", Exact),
    Column("content", String(64)),
    # How often it was sent, not answered, and proved not to have been written.
    Column("rounds", Integer, nullable=False, default=0, server_default=text("0")),
    # Older than the connection, or asked for by a person: the ERP is searched before it is sent.
    Column("must_search", Boolean, nullable=False, default=False, server_default=false()),
    Column("invoice_id", String(20)),
    Column("invoice_key", String(60)),
    # The disagreement (shop's status and ERP's situation) that a person has accepted.
    Column("accepted", String(80)),
    # asked: the ERP is being told the shop's cancellation; done: it has been cancelled there.
    Column("cancellation", String(10)),
    # When it was last read in the ERP, and the address of its parcel there.
    Column("looked_at", Instant),
    Column("tracking_url", Text),
    Index(None, "store_id", "number"),
    Index(None, "store_id", "erp_id"),
    Index(None, "store_id", "state"),
)

# Something that a person should know of; raised again while it is open, it is counted.
alarm = Table(
    "alarm",
    metadata,
    Column("id", Number, primary_key=True),
    Column("store_id", Number, ForeignKey("store.id"), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("key", String(120), nullable=False, default=""),
    Column("detail", Text),
    Column("raised_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("times", Integer, nullable=False, default=1),
    Column("closed_at", Instant),
    Index(
        "uq_alarm_open",
        "store_id",
        "reason",
        "key",
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
    Index(None, "closed_at"),
)

# Bodies that came to the ERP's door and cannot be read, as they came.
quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Number, primary_key=True),
    Column("store_id", Number, ForeignKey("store.id"), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("reason", String(40), nullable=False),
    Column("detail", Text),
    Column("size", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index(None, "store_id", "id"),
)

# A comparison of both sides within a budget of calls: where it stands and what it counted.
reconcile = Table(
    "reconcile",
    metadata,
    Column("id", Number, primary_key=True),
    Column("store_id", Number, ForeignKey("store.id"), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("budget", Integer, nullable=False),
    Column("calls", Integer, nullable=False, default=0),
    Column("position", Document),
    Column("counts", Document),
    Index(
        "uq_reconcile_open",
        "store_id",
        unique=True,
        sqlite_where=text("finished_at IS NULL"),
        postgresql_where=text("finished_at IS NULL"),
    ),
)

# What a comparison found to differ: of a stock, a field, an order or a situation; open until it is settled.
drift = Table(
    "drift",
    metadata,
    Column("id", Number, primary_key=True),
    Column("store_id", Number, ForeignKey("store.id"), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("key", String(120), nullable=False),
    Column("field", String(40), nullable=False, default=""),
    Column("erp", Text),
    Column("shop", Text),
    Column("cause", String(40), nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("settled_at", Instant),
    # erp or shop (the side that won), or seen (equal again by itself).
    Column("settled_by", String(10)),
    Index(
        "uq_drift_open",
        "store_id",
        "kind",
        "key",
        "field",
        unique=True,
        sqlite_where=text("settled_at IS NULL"),
        postgresql_where=text("settled_at IS NULL"),
    ),
    Index(None, "settled_at"),
)
