"""Does every built-in guard hold what it must, whenever its fact comes and however its sources are?

{each guard} x {no fact, fact before the claim, during, after} x {marketing, transactional} x {sources up, slow, down in
two ways, silent}, through the real store, engine, enquirer and dispatcher. What is expected follows from the row of the
guard in `tests.fakes.guard_table` by the few sentences of `expected`, and from nothing else.
"""

from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

import pytest

from operational_guards.registry import load_guards
from orchestrator.inquiries import Inquiry
from orchestrator.regrets import find_regrets
from orchestrator.store import views
from tests.fakes.asked_shop import Health, sources
from tests.fakes.asking import AskingWorkspace, short_lived_asking
from tests.fakes.calls import anonymous, identify, moment, track
from tests.fakes.guard_table import NO_ANSWER, ROWS, SILENT, Piece, Row, goods_of, hears_something_else
from tests.fakes.stores import STORES

ALL_KINDS = ("orders", "payments", "refunds", "shipments", "returns", "tickets", "products")
FACTS = ("none", "before", "during", "after")
PURPOSES = ("marketing", "transactional")
# `refused` and `broken` are two ways of being down: nobody takes the call, and an answer of status 500.
SOURCES = ("up", "slow", "refused", "broken", "silent")
HEALTH: dict[str, Health] = {"slow": "slow", "refused": "refused", "broken": "broken"}
WANTED = {"marketing": "Offer Wanted", "transactional": "Receipt Wanted"}
CUSTOMERS = {f"{fact}-{purpose}": (fact, purpose) for fact, purpose in product(FACTS, PURPOSES)}


@dataclass(frozen=True, slots=True)
class Cell:
    """What one guard said about one message when it was claimed, and which goods then left, if any."""

    verdict: str
    reason: str
    evidence: frozenset[Piece]
    left: tuple[str, ...]


# What is expected.


def expected(row: Row, user: str, how: str) -> Cell:
    """Say what must come of one message, by the row and these rules alone."""
    fact, purpose = CUSTOMERS[user]
    doubt = doubt_of(row, how)
    holds = fact in ("before", "during")
    # What the customer is owed goes, unless the guard is made to hold that too. What is unknown never holds it.
    if purpose == "transactional" and (doubt is not None or not row.holds_transactional):
        return goes(user)
    if doubt is None:
        return held(row, user) if holds else goes(user)
    # A guard that is sure about the whole message has no need of what it does not know. One that drops goods has: what
    # else was bought, nobody knows.
    if holds and row.needs and row.does != "drop_items":
        return held(row, user)
    reason, evidence = doubt
    both = row.guard == "stale_facts" and holds
    return Cell("delay", reason, evidence | row.evidence if both else evidence, ())


def doubt_of(row: Row, how: str) -> tuple[str, frozenset[Piece]] | None:
    """Say what the guard calls it when it cannot know; None when the state of the sources does not concern it."""
    if row.because:
        return row.because.get(how)
    if how == "up" or not row.needs:
        return None
    return f"{row.guard}.unknown", frozenset({SILENT if how == "silent" else NO_ANSWER})


def held(row: Row, user: str) -> Cell:
    """Say what comes of a message that the guard holds by its fact."""
    evidence = frozenset((kind, name.format(user=user), state) for kind, name, state in row.evidence)
    return Cell(row.does, row.reason, evidence, ("kettle",) if row.does == "drop_items" else ())


def goes(user: str) -> Cell:
    """Say what comes of a message that the guard lets go."""
    return Cell("allow", "", frozenset(), (f"grinder-{user}", "kettle"))


# What happens.


@cache
def life(row: Row, how: str, database: str) -> tuple[dict[str, Cell], set[tuple[str, str]], bool]:
    """Live through one morning of eight customers: what the guard said, what it regrets, and whether anybody was asked.

    Messages are planned at nine and claimed at noon. The fact of `during` comes while the shop is being asked, or right
    before the claim where nobody is; that of `after` when the message is with the provider.
    """
    with short_lived_asking(text(row), STORES[database], now="08:00") as asking:
        workspace = asking.workspace
        workspace.ingest(*(identify(user, "08:00") for user in CUSTOMERS))
        workspace.ingest(*(line for user in CUSTOMERS for line in row.known(user)))
        asking.settle("08:30")
        happen(asking, row, "before", "08:30")
        asking.settle("08:31")
        workspace.clock.now = moment("09:00")
        workspace.ingest(*(wants(row, user, purpose) for user, (_, purpose) in CUSTOMERS.items()))
        asking.settle("09:00")
        asking.shop.health = HEALTH.get(how, "up")
        if how != "silent":
            asking.hear("11:30", "till")
        claim_at_noon(asking, row)
        cells = {user: cell_of(asking, row, user) for user in CUSTOMERS}
        find_regrets(workspace.store)
        return cells, regrets_of(asking, row), bool(asking.inquiries)


def claim_at_noon(asking: AskingWorkspace, row: Row) -> None:
    """Let the messages be claimed, with the facts of `during` and `after` coming at their moments."""
    if row.needs or row.because:
        asking.shop.meanwhile = lambda: happen(asking, row, "during", "11:30")
    else:
        asking.settle("11:59")
        happen(asking, row, "during", "11:30")
        asking.settle("11:59")
    asking.workspace.clock.now = moment("12:00")
    first = asking.turn()
    inquiries = [output for output in first if isinstance(output, Inquiry)]
    then = asking.turn(asking.follow(inquiries))
    happen(asking, row, "after", "11:30")
    asking.settle("12:00", asking.follow([*(output for output in first if output not in inquiries), *then]))


def happen(asking: AskingWorkspace, row: Row, fact: str, at: str) -> None:
    """Let the row's fact happen to everybody who is to have it now."""
    for user, (when, _) in CUSTOMERS.items():
        if when == fact:
            row.fact(asking, user, at)


def wants(row: Row, user: str, purpose: str) -> bytes:
    """Let a customer ask for a message, or the visitor they still are."""
    if row.guard == "holdout":
        return anonymous(WANTED[purpose], "09:00", f"v-{user}", products=goods_of(user))
    return track(WANTED[purpose], "09:00", user, products=goods_of(user))


def text(row: Row) -> str:
    """Write the workspace: this guard, a message of each purpose and, where the fact is a message, another one."""
    other = hears_something_else is row.fact
    # Noon is the customer's own, so where the fact is their zone the message waits for three hours instead.
    pause, at = (
        ("- {id: pause, wait: 3h}", "") if row.guard in ("quiet_hours", "send_window") else ("", 'at: "12:00", ')
    )
    return f"""{sources(*ALL_KINDS)}
guards:
  {row.guard}: {row.settings}
  {row.beside}
journeys:
  offer:
    entry: {{event: Offer Wanted}}
    steps:
      {pause}
      - {{id: letter, send: email, {at}text: "Goods.", items: entry.products, intent: {row.intent}}}
  owed:
    entry: {{event: Receipt Wanted}}
    steps:
      {pause}
      - {{id: receipt, send: email, {at}text: "Bought.", items: entry.products, purpose: transactional}}
{OTHER % row.guard if other else ""}"""


OTHER = """
  other:
    entry: {event: Other Wanted}
    steps:
      - {id: news, send: email, text: "News.", items: entry.products, except: {%s: "it is the fact of the table"}}
"""


# What is seen.


def cell_of(asking: AskingWorkspace, row: Row, user: str) -> Cell:
    """Give what the guard said about this customer's message when it was claimed first, and what left."""
    key = key_of(asking, user)
    with asking.workspace.store.reading() as connection:
        claims = [line for line in views.ledger(connection) if line["key"] == key and line["kind"] == "claim"]
    answer: dict[str, Any] = next((each for each in claims[0]["answers"] if each["guard"] == row.guard), {})
    cited = [(piece["kind"], piece["id"], piece["state"]) for piece in answer.get("evidence", ())]
    left = [each.delivery.items for each in asking.workspace.email.assignments if each.delivery.id == key]
    goods = tuple(item.product_id for items in left for item in items)
    return Cell(answer.get("verdict", "allow"), answer.get("reason", ""), frozenset(cited), goods)


def key_of(asking: AskingWorkspace, user: str) -> int:
    """Find the message of a customer by its goods."""
    rows = asking.workspace.rows("SELECT id, items FROM deliveries WHERE journey IN ('offer', 'owed')")
    (key,) = [key for key, items in rows if f'"grinder-{user}"'.encode() in bytes(items)]
    return int(key)


def regrets_of(asking: AskingWorkspace, row: Row) -> set[tuple[str, str]]:
    """Give whose message the guard regrets, and the reason."""
    rows: list[Any] = asking.workspace.rows("SELECT delivery_id, guard, reason FROM regrets")
    by_key = {key_of(asking, user): user for user in CUSTOMERS}
    return {(by_key[key], reason) for key, guard, reason in rows if guard == row.guard}


# The table.

every_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
every_state = pytest.mark.parametrize("how", SOURCES)
every_database = pytest.mark.parametrize("database", sorted(STORES))


@every_database
@every_state
@every_row
def test_a_fact_that_is_there_in_time_makes_the_guard_hold(row: Row, how: str, database: str) -> None:
    cells, _, _ = life(row, how, database)
    assert cells == {user: expected(row, user, how) for user in CUSTOMERS}


@every_database
@every_state
@every_row
def test_a_fact_that_came_when_the_message_was_out_is_a_regret(row: Row, how: str, database: str) -> None:
    _, regrets, _ = life(row, how, database)
    is_out = expected(row, "after-marketing", how).left != ()
    assert regrets == ({("after-marketing", row.reason)} if row.is_told and is_out else set())


@every_database
@every_row
def test_nobody_is_asked_for_a_guard_that_needs_no_facts(row: Row, database: str) -> None:
    _, _, anybody_was_asked = life(row, "up", database)
    assert anybody_was_asked == bool(row.needs or row.because)


def test_every_built_in_guard_has_a_row() -> None:
    built_in = {name for name, guard in load_guards().items() if guard.__module__.startswith("operational_guards.")}
    assert {row.guard for row in ROWS} == built_in


@pytest.mark.parametrize("row", [row for row in ROWS if row.needs], ids=lambda row: row.name)
def test_a_row_names_what_its_guard_needs(row: Row) -> None:
    assert row.needs == load_guards()[row.guard].needs
