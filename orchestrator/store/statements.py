"""Which SQL does the hot path speak? Every statement works on a whole batch; ids go in as one JSON parameter."""

from orchestrator.fact_index import FactWord
from orchestrator.store.tables import IN_LINE, METERED, OPEN_STATES

FACT_TABLES: dict[FactWord, str] = {
    "order": "orders",
    "payment": "payments",
    "refund": "refunds",
    "shipment": "shipments",
    "return": "returns",
    "ticket": "tickets",
}

IN_BATCH = "IN (SELECT value FROM json_each(?))"

# The shop itself has a place in the log like a profile; its events are taken in before anybody is claimed.
SHOP = 0
SHOP_EVENTS = (
    "SELECT e.body, e.seq, e.received_at FROM inbox i JOIN events e ON e.seq = i.seq "
    f"WHERE i.profile_id = {SHOP} ORDER BY i.seq"
)
ABOUT_SHOP = f"SELECT body, seq, received_at FROM events WHERE profile_id = {SHOP} AND seq <= ? ORDER BY seq"

# Claiming. Whoever has a call under way is left alone until its fate is known.
_FREE = (
    f"aside = 0 AND i.profile_id > {SHOP} AND NOT EXISTS "
    f"(SELECT 1 FROM deliveries d WHERE d.profile_id = i.profile_id AND d.{OPEN_STATES} AND d.state = 2)"
)
CLAIM_INBOX = f"SELECT DISTINCT profile_id FROM (SELECT profile_id FROM inbox i WHERE {_FREE} ORDER BY seq LIMIT ?)"
CLAIM_INBOX_IN_ORDER = f"SELECT DISTINCT profile_id FROM inbox i WHERE {_FREE} ORDER BY profile_id LIMIT ?"
CLAIM_DUE_IN_ORDER = "SELECT id FROM profiles WHERE due_at <= ? AND set_aside IS NULL ORDER BY id LIMIT ?"
IS_FULLER = "SELECT 1 FROM inbox LIMIT 1 OFFSET ?"
WAITING = f"SELECT profile_id, COUNT(*) FROM inbox WHERE profile_id {IN_BATCH} AND aside = 0 GROUP BY profile_id"
CLAIM_DUE = "SELECT id FROM profiles WHERE due_at <= ? AND set_aside IS NULL ORDER BY due_at LIMIT ?"
# The line for a channel's rate. Whoever has a call under way, or is set aside, lets the others go first.
CHANNELS_IN_LINE = f"SELECT DISTINCT channel FROM deliveries WHERE {IN_LINE} ORDER BY channel"
FIRST_IN_LINE = (
    "SELECT d.profile_id, d.id FROM deliveries d JOIN profiles p ON p.id = d.profile_id "
    f"WHERE d.channel = ? AND d.{IN_LINE} AND p.set_aside IS NULL AND NOT EXISTS "
    f"(SELECT 1 FROM deliveries c WHERE c.profile_id = d.profile_id AND c.{OPEN_STATES} AND c.state = 2) "
    "ORDER BY d.in_line, d.due_at, d.id LIMIT ?"
)
CALLS_SINCE = (
    "SELECT d.channel, d.id, a.finished_at FROM deliveries d JOIN attempts a ON a.delivery_id = d.id "
    f"WHERE d.{METERED} AND d.attempted_at >= ? "
    "AND (a.finished_at IS NOT NULL OR (d.state = 2 AND a.number = d.attempts))"
)
# What came about somebody since a message was judged, or about the person they turned out to be.
NEWS = (
    "SELECT 1 FROM inbox WHERE profile_id IN (?, (SELECT merged_into FROM profiles WHERE id = ?)) AND seq > ? "
    "AND aside = 0 LIMIT 1"
)

# Loading.
STANDING = f"SELECT id, version, merged_into, merged_at FROM profiles WHERE id {IN_BATCH} AND set_aside IS NULL"
PROFILES = f"SELECT id, body, memory FROM profiles WHERE id {IN_BATCH}"
EVENTS = (
    "SELECT i.profile_id, i.seq, i.absorbs, e.body FROM inbox i JOIN events e ON e.seq = i.seq "
    f"WHERE i.profile_id {IN_BATCH} AND i.aside = 0 AND i.seq > ?"
)
_FACTS = [
    f"SELECT profile_id, '{kind}', body FROM batch CROSS JOIN {table} ON profile_id = batch.id"
    for kind, table in FACT_TABLES.items()
]
# One statement for all kinds: most customers have no facts of most kinds, and each statement has its price.
FACTS = f"WITH batch AS MATERIALIZED (SELECT value AS id FROM json_each(?)) {' UNION ALL '.join(_FACTS)}"
_ENROLLMENTS = (
    "SELECT n.profile_id, n.id, n.journey, n.version, n.entered_at, n.step, e.body, n.entry_seq, n.key, n.due_at, "
    "n.delivery_id, n.visits, n.goal_at, n.ended_at, n.reason, n.since, n.converts_until, n.given "
    "FROM enrollments n LEFT JOIN events e ON e.seq = n.entry_seq "
    f"WHERE n.profile_id {IN_BATCH} AND "
)
ENROLLMENTS = f"{_ENROLLMENTS} n.ended_at IS NULL"
CONVERTING = f"{_ENROLLMENTS} n.converts_until > ?"
ENTERED_SINCE = f"SELECT journey, entered_at FROM enrollments WHERE entered_at >= ? AND journey {IN_BATCH}"
OUTBOX = (
    "SELECT d.profile_id, d.id, d.journey, d.step, d.version, d.channel, d.reach, d.purpose, d.intent, d.min_items, "
    "d.items, d.parameters, d.entry_seq, e.body, d.planned_at, d.due_at, d.state, d.reason, d.on_change, d.attempts, "
    "d.attempted_at, d.lease_until, d.token, d.left_out, d.forecast, n.given, d.coupon, d.in_line, "
    "d.is_metered "
    "FROM deliveries d LEFT JOIN events e ON e.seq = d.entry_seq "
    "LEFT JOIN enrollments n ON d.entry_seq = 0 AND n.id = (d.id >> 14 << 14) "
    f"WHERE d.profile_id {IN_BATCH} AND d.{OPEN_STATES}"
)
SENDS = (
    "SELECT profile_id, attempted_at, channel, journey, id, items, left_out FROM deliveries "
    f"WHERE profile_id {IN_BATCH} AND counts_for_caps = 1 AND attempted_at >= ? ORDER BY attempted_at, id"
)
# All of the log that was decided on: what still waits in the inbox is left out.
TAKEN_IN = (
    f"SELECT e.profile_id, e.seq, e.body FROM events e WHERE e.profile_id {IN_BATCH} "
    "AND NOT EXISTS (SELECT 1 FROM inbox i WHERE i.seq = e.seq)"
)

# Writing.
SAVE_MEMORY = "UPDATE profiles SET memory = ?, due_at = ?, version = version + 1 WHERE id = ?"
SAVE_PROFILE = "UPDATE profiles SET body = ?, memory = ?, due_at = ?, version = version + 1 WHERE id = ?"
# Caps count what a profile was sent before it joined another.
MOVE_SENDS = "UPDATE deliveries SET profile_id = ? WHERE profile_id = ? AND counts_for_caps = 1"
SET_ASIDE = "UPDATE profiles SET set_aside = ?, version = version + 1 WHERE id = ?"
SET_EVENTS_ASIDE = "UPDATE inbox SET aside = 1 WHERE profile_id = ?"
MOVE_EVENT = "UPDATE inbox SET profile_id = ? WHERE seq = ?"
DROP_EVENTS = "DELETE FROM inbox WHERE profile_id = ?"
DONE = "DELETE FROM inbox WHERE seq = ?"


def save_fact(table: str) -> str:
    """Give the statement that inserts or replaces a fact's row."""
    columns = "profile_id, id, status, changed_at, observed_at, version, source, body"
    return f"INSERT OR REPLACE INTO {table} ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


def drop_fact(table: str) -> str:
    """Give the statement that removes the row of a fact that goes by another name from now on."""
    return f"DELETE FROM {table} WHERE profile_id = ? AND id = ?"


def drop_facts(table: str) -> str:
    """Give the statement that removes the rows an absorbed profile left behind."""
    return f"DELETE FROM {table} WHERE profile_id = ?"


ENTER = (
    "INSERT INTO enrollments (id, profile_id, journey, version, key, entered_at, entry_seq, given, step, due_at, "
    "delivery_id, visits, goal_at, ended_at, reason, since, converts_until) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
MOVE = (
    "UPDATE enrollments SET profile_id = ?, version = ?, step = ?, due_at = ?, delivery_id = ?, visits = ?, "
    "goal_at = ?, ended_at = ?, reason = ?, since = ?, converts_until = ? WHERE id = ?"
)
_CHANGING = (
    "due_at",
    "state",
    "reason",
    "on_change",
    "dropped",
    "attempts",
    "attempted_at",
    "counts_for_caps",
    "lease_until",
    "token",
    "worker",
    "settled_at",
    "provider_id",
    "forecast",
    "left_out",
    "coupon",
    "in_line",
    "is_metered",
)
PLAN = (
    "INSERT INTO deliveries (id, profile_id, journey, step, version, channel, reach, purpose, intent, min_items, "
    f"items, parameters, entry_seq, planned_at, {', '.join(_CHANGING)}) "
    f"VALUES ({', '.join('?' * (14 + len(_CHANGING)))})"
)
TOUCH = f"UPDATE deliveries SET {' = ?, '.join(_CHANGING)} = ?, profile_id = ? WHERE id = ?"
JUDGE = (
    "INSERT INTO judgements (delivery_id, profile_id, at, verdict, reason, answers, kind, edition, given, seen) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
LATE = "INSERT OR IGNORE INTO late_facts (seq, profile_id, learned_at) VALUES (?, ?, ?)"
KNOW_LATE = "INSERT OR IGNORE INTO known_late (seq, at) VALUES (?, ?)"
REGRET = (
    "INSERT OR IGNORE INTO regrets (delivery_id, guard, reason, sent_at, event_seq, source, happened_at, learned_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
KEEP_RULEBOOK = "INSERT OR IGNORE INTO rulebooks (edition, body) VALUES (?, ?)"
LAST_SEQ = "SELECT COALESCE(MAX(seq), 0) FROM events"
TELL = "INSERT INTO trace (profile_id, body) VALUES (?, ?)"
ATTEMPT = "INSERT INTO attempts (delivery_id, number, started_at, outcome) VALUES (?, ?, ?, '')"
ATTEMPTED = "UPDATE attempts SET finished_at = ?, outcome = ? WHERE delivery_id = ? AND number = ?"

# Appending.
MOST_PARAMETERS = 1_000


def seen(count: int) -> str:
    """Give the statement that finds which of this many dedup keys are in the log already."""
    return f"SELECT dedup FROM events WHERE dedup IN ({', '.join('?' * count)})"


OWNERS = "SELECT value, profile_id FROM identities WHERE kind = ? AND value IN (SELECT value FROM json_each(?))"
CREATED = f"SELECT id, created_at FROM profiles WHERE id {IN_BATCH}"
DISTINGUISHED_BY = f"SELECT profile_id, kind, value FROM identities WHERE profile_id {IN_BATCH} AND kind IN (0, 2, 3)"
NEW_PROFILE = "INSERT INTO profiles (id, created_at, body, memory, version) VALUES (?, ?, ?, ?, 0)"
BODIES = f"SELECT id, body FROM profiles WHERE id {IN_BATCH}"
SAVE_BODY = "UPDATE profiles SET body = ?, version = version + 1 WHERE id = ?"
NEW_IDENTITY = "INSERT INTO identities (kind, value, profile_id) VALUES (?, ?, ?)"
POINT_TO_SURVIVOR = "UPDATE identities SET profile_id = ? WHERE profile_id = ?"
MERGE = "UPDATE profiles SET merged_into = ?, merged_at = ?, version = version + 1 WHERE id = ?"
MERGE_ALONG = "UPDATE profiles SET merged_into = ? WHERE merged_into = ?"
LOG = "INSERT INTO events (seq, profile_id, dedup, at, received_at, body) VALUES (?, ?, ?, ?, ?, ?)"
RECEIVE = "INSERT INTO inbox (seq, profile_id, absorbs, aside) VALUES (?, ?, ?, 0)"
KEEP_ASIDE = (
    "UPDATE inbox SET aside = 1 WHERE aside = 0 AND profile_id IN (SELECT id FROM profiles WHERE set_aside IS NOT NULL)"
)
# Another process may have seen it earlier than this one remembers.
NEW_PRODUCT = (
    "INSERT INTO products (id, first_seen_at, body) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
    "first_seen_at = excluded.first_seen_at, body = excluded.body WHERE excluded.first_seen_at < first_seen_at"
)

# Waking. A delivery that a guard holds until a fact changes has that guard's name before its reason.
HELD_BY = "SELECT id, profile_id FROM deliveries WHERE state = 1 AND on_change = 1 AND substr(reason, 1, ?) = ?"
MAKE_DUE = "UPDATE deliveries SET due_at = ?, on_change = 0 WHERE id = ?"
MAKE_CUSTOMER_DUE = "UPDATE profiles SET due_at = ?, version = version + 1 WHERE id = ?"

# Recovering.
LOST = (
    "SELECT id, profile_id, channel, token FROM deliveries WHERE state = ? AND lease_until IS NOT NULL AND "
    "(lease_until < ? OR worker IN (SELECT value FROM json_each(?)))"
)
TAKE = "UPDATE deliveries SET lease_until = ?, worker = ?, token = token + 1 WHERE id = ?"
WAKE = "UPDATE profiles SET version = version + 1 WHERE id = ?"

# Running.
REMEMBER = "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
WAKE_INSIDE = (
    "UPDATE profiles SET due_at = 0, version = version + 1 WHERE merged_into IS NULL AND id IN "
    f"(SELECT profile_id FROM enrollments WHERE ended_at IS NULL AND journey {IN_BATCH})"
)
WAKE_ALL = "UPDATE profiles SET due_at = 0, version = version + 1 WHERE merged_into IS NULL"
TRY_AGAIN = "UPDATE profiles SET set_aside = NULL, due_at = 0, version = version + 1 WHERE set_aside IS NOT NULL"
TRY_EVENTS_AGAIN = "UPDATE inbox SET aside = 0 WHERE aside = 1"
BEAT = (
    "INSERT INTO workers (id, host, pid, started_at, beat_at, lateness_seconds) VALUES (?, ?, ?, ?, ?, 0) "
    "ON CONFLICT (id) DO UPDATE SET beat_at = excluded.beat_at"
)
