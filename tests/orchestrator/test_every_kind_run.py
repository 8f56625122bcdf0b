"""Does a history leave the same deliveries and judgements behind in `run --virtual-clock` and in a backtest?

Its journeys use every kind of entry, step and wait that there is; its people move between zones, merge, and come late.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from pathlib import Path
from random import Random
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from journeys.moves import placed_steps
from journeys.spec import ENTRY_KINDS, STEP_KINDS, WAIT_KINDS, JourneysFile, step_kind, wait_kind
from orchestrator.app import open_store
from orchestrator.cli import app
from orchestrator.project import check_project

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = 60
PEOPLE = 16
ZONES = ("Europe/Riga", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Los_Angeles", "")
GUIDE = "---\nsubject: Guide\n---\n{{ magnet_url }}\n"
JOURNEYS = """
version: 1
shop: {name: Nordic Roast, timezone: Europe/Riga, country: LV, currency: EUR, url: "https://shop.example"}
channels:
  email: {action: email.file, from: "Nordic Roast <hello@shop.example>", hold: 2m}
  ads: {action: audience.file}
  crm: {action: crm.file}
guards:
  already_bought: {within: 30d, do: drop_items}
  in_delivery: {do: delay, until: delivered + 2d, at_most: 21d, then: suppress}
  returned: {do: drop_items}
  open_ticket: {do: delay, until: closed + 1d, at_most: 14d, then: suppress}
  quiet_hours: {from: "21:00", to: "09:00"}
  frequency_cap: {email: 1 per day, any: 6 per 7d}
attributes: {mood: text, warm: boolean, renewal: date}
segments:
  loyal: profile.orders.count >= 2
  quiet: now - profile.orders.last.at > 9d
  browsing: count("Product Viewed", 7d) >= 2
journeys:
  cart:
    priority: 70
    holdout: 10%
    goal: {event: Order Completed, within: 7d}
    entry: {event: Checkout Started, key: event.checkout_id}
    if_active: parallel
    re_entry: never
    exit:
      - {event: Order Completed, if: event.checkout_id == entry.checkout_id, reason: bought}
      - {if: facts.tickets.open > 1, reason: unhappy}
    steps:
      - {id: settle, wait: 1h}
      - {id: reminder, send: email, text: "Your basket.", items: entry.products, if_suppressed: ads}
      - id: watch
        wait_for: {first_of: [{event: Email Clicked, of: reminder, go: done}, {event: Product Viewed}], at_most: 1d}
        then: toss
        otherwise: ads
      - id: toss
        split: {a: 2, b: 1, c: 1}
        a:
          - {id: nudge, send: email, text: "A nudge.", items: entry.products, at: "10:00", if_suppressed: exit}
          - id: deeper
            split: {x: 50%, y: 50%}
            x: [{id: x_note, crm: {note: "x"}, on_failure: done}]
            y: done
        b: ads
      - {id: ads, audience: {add: cart_abandoners, items: entry.products, for: 3d}, on_failure: exit}
      - {id: rest, wait: 5d}
      - {id: off, audience: {remove: cart_abandoners}}
      - {id: done, exit: finished}
  care:
    entry: {event: Order Completed, key: event.order_id}
    if_active: parallel
    steps:
      - id: parcel
        wait_for: {event: Order Delivered, if: event.order_id == entry.order_id, at_most: 12d}
        otherwise: lost
      - {id: later, wait: {until: profile.orders.last.at + 6d, at: "09:30", if_past: skip}}
      - {id: ask, send: email, text: "How is it?", intent: follow_up, items: entry.products, if_suppressed: continue}
      - {id: mark, set: {mood: content, warm: true}}
      - {id: call, start: survey, with: {order: {from: entry.order_id}, size: 2}}
      - {id: cared, exit: cared_for}
      - {id: lost, send: email, text: "Where is it?", purpose: transactional}
      - {id: gone, exit: not_delivered}
  survey:
    entry: {call: {order: text, size: number}, if: event.size > 1}
    re_entry: after 2d
    steps:
      - {id: more, wait_for: {condition: profile.orders.count >= 3, at_most: 8d}, otherwise: stale}
      - {id: letter, send: email, text: "Tell us {{ entry.order }}.", at: "Tue 10:00", if_suppressed: stale}
      - {id: hook, webhook: {channel: crm, with: {note: {from: entry.order}}}, on_failure: stale}
      - {id: stale, action: {channel: crm, with: {note: stale}}}
  after_survey:
    entry: {journey: survey, if: event.reason != "restarted"}
    if_active: restart
    steps:
      - {id: linger, wait_for: {condition: profile in segment.quiet, at_most: 15d}, otherwise: out}
      - {id: back, send: email, text: "We miss you.", if_suppressed: out}
      - {id: out, stop: joiners}
  joiners:
    entry: {when: profile in segment.loyal}
    re_entry: after 5d
    steps:
      - {id: until_day, wait: {until: "2026-04-02 18:30", if_past: send}}
      - {id: thanks, send: email, text: "Thank you.", if_suppressed: continue}
      - {id: watched, wait_for: {event: Email Clicked, of: thanks, at_most: 2d}, then: again, otherwise: again}
      - {id: again, branch: [{if: profile.warm, go: over}]}
      - {id: evening, wait: {until: "20:15"}}
      - {id: note, crm: {task: "Call {{ profile.first_name }}"}}
      - {id: over, exit: over}
  browsers:
    entry: {when: profile in segment.browsing, if: profile.email}
    re_entry: always
    steps:
      - {id: sunday, wait: {until: "Sun 02:30"}}
      - {id: browse, send: email, text: "Seen?", if_suppressed: continue}
  lapsed:
    entry: {when: profile in segment.quiet}
    if_active: restart
    steps:
      - {id: win, send: email, text: "Come back.", at: "08:30", if_suppressed: exit}
  weekly:
    entry: {schedule: "Tue 10:00", if: profile.consent.email}
    if_active: restart
    steps:
      - {id: letter, send: email, text: "News.", late: {after: 2h, do: skip}, if_suppressed: continue}
      - {id: wait_on, wait: 8d}
  nightly:
    entry: {schedule: "30 2 * * 0,3", in: profile.timezone, if: profile.orders.count > 1}
    if_active: ignore
    steps:
      - {id: tell, crm: {note: "Night."}}
      - {id: nap, wait: 30h}
  at_shop:
    entry: {schedule: "Sun 03:30", in: shop.timezone, if: profile.warm}
    steps:
      - {id: tell, webhook: {channel: crm, with: {note: warm}}}
  birthday:
    entry: {date: profile.birthday, every: year, offset: -2d, at: "07:45"}
    steps:
      - {id: wish, send: email, text: "Happy day.", if_suppressed: continue}
  renewal:
    entry: {date: profile.renewal, offset: +5h, at: "02:30"}
    steps:
      - {id: renew, send: email, text: "Renew.", purpose: transactional}
  guide:
    entry: {event: Form Submitted}
    if_active: restart
    steps:
      - {id: magnet, lead_magnet: {file: guide.pdf, template: guide.txt}, if_suppressed: end, on_failure: end}
      - {id: fetched, wait_for: {event: Lead Magnet Downloaded, of: magnet, at_most: 3d}, otherwise: end}
      - {id: loop, wait: {until: "Fri 18:00"}}
      - {id: turn, branch: [{if: profile.orders.count < 1, go: loop}]}
      - {id: rest, use: ask, with: {pause: 2d}}
      - {id: end, go: last}
      - {id: skipped, exit: skipped}
      - {id: last, exit: last}
parts:
  ask:
    arguments: {pause: 1d}
    steps:
      - {id: pause, wait: $pause}
      - {id: letter, send: email, text: "A question.", if_suppressed: continue}
"""


def tactful(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def _made_workspace(folder: Path) -> Path:
    (folder / "templates").mkdir(parents=True)
    (folder / "journeys.yaml").write_text(JOURNEYS, encoding="utf-8")
    (folder / "templates" / "guide.txt").write_text(GUIDE, encoding="utf-8")
    (folder / "guide.pdf").write_bytes(b"%PDF-1.4")
    lines = sorted(_history(), key=itemgetter("timestamp"))
    (folder / "events.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which the history was lived through; tests only look at it."""
    folder = _made_workspace(tmp_path_factory.mktemp("every") / "shop")
    for command in (["ingest", folder / "events.jsonl"], ["run", "--virtual-clock"]):
        done = tactful(*command, "-C", folder)
        assert done.exit_code == 0, done.output
    return folder


def test_being_told_everything_twice_leaves_the_same_deliveries_and_judgements(lived: Path, tmp_path: Path) -> None:
    folder = _made_workspace(tmp_path / "shop")
    for command in (["ingest", folder / "events.jsonl"],) * 2 + (["run", "--virtual-clock"],):
        assert tactful(*command, "-C", folder).exit_code == 0
    for listing in ("deliveries", "ledger"):
        assert tactful(listing, "-C", folder, "--json").stdout == tactful(listing, "-C", lived, "--json").stdout


def _backtest(folder: Path, *rest: object) -> Result:
    done = tactful("backtest", "-C", folder, "--history", folder / "events.jsonl", "--processes", 1, *rest)
    assert done.exit_code == 0, done.output
    return done


def test_a_backtest_lists_the_very_deliveries_of_every_kind_of_step(lived: Path, tmp_path: Path) -> None:
    _backtest(lived, "--deliveries", tmp_path / "deliveries")
    assert (tmp_path / "deliveries").read_text() == tactful("deliveries", "-C", lived, "--json").stdout


def test_a_backtest_gives_the_very_judgements_of_every_kind_of_step(lived: Path, tmp_path: Path) -> None:
    _backtest(lived, "--ledger", tmp_path / "ledger")
    assert (tmp_path / "ledger").read_text() == tactful("ledger", "-C", lived, "--json").stdout


def test_a_backtest_lets_the_same_number_into_every_kind_of_entry(lived: Path) -> None:
    counted = json.loads(_backtest(lived, "--json").stdout)["journeys"]
    store = open_store(lived, None)
    with store.reading() as connection:
        rows = connection.exec_driver_sql("SELECT journey, COUNT(*) FROM enrollments GROUP BY 1").all()
    store.close()
    assert {name: count["entered"] for name, count in counted.items()} == dict(map(tuple, rows))


def test_nobody_is_set_aside_in_it(lived: Path) -> None:
    assert json.loads(tactful("status", "-C", lived, "--json").stdout)["set_aside"] == 0


def test_something_is_sent_by_every_journey(lived: Path) -> None:
    deliveries = map(json.loads, tactful("deliveries", "-C", lived, "--json").stdout.splitlines())
    sending = {each["journey"] for each in deliveries if each["state"] == "sent"}
    assert sending == set(_read().journeys)


def test_its_journeys_say_everything_there_is() -> None:
    """`use` is gone when a file has been read."""
    spec = _read()
    steps = [each.step for journey in spec.journeys.values() for each in placed_steps(journey)]
    assert {step_kind(step) for step in steps} | {"use"} == set(STEP_KINDS)
    assert {wait_kind(step) for step in steps} - {None} == set(WAIT_KINDS)
    assert {journey.entry.kind for journey in spec.journeys.values()} == set(ENTRY_KINDS)


def _read() -> JourneysFile:
    spec = check_project(JOURNEYS, {"guide.txt": GUIDE}, Path()).spec
    assert spec is not None
    return spec


# The history.


def _history() -> Iterator[dict[str, Any]]:
    """Make what these people do in two months, one after the other."""
    for number in range(PEOPLE):
        yield from _life(Random(f"1/{number}"), f"u{number}", f"v{number}")


def _life(chance: Random, user: str, visitor: str) -> Iterator[dict[str, Any]]:
    at = BEGIN + timedelta(hours=chance.uniform(0, 200))
    traits = {"email": f"{user}@example.com", "marketing_consent": True, "birthday": f"1990-03-{chance.randint(5, 29)}"}
    is_known = chance.random() < 0.7
    if is_known:
        yield _identify(user, at, visitor, **traits, timezone=chance.choice(ZONES))
    for place in range(chance.randint(5, 30)):
        at += timedelta(hours=chance.expovariate(1 / 40), seconds=1)
        if at > BEGIN + timedelta(days=DAYS):
            return
        what = chance.choice(("view", "view", "checkout", "order", "order", "form", "move", "click", "ticket", "renew"))
        if is_known or what not in ("form", "move", "renew"):
            who = {"userId": user} if is_known else {"anonymousId": visitor}
            yield from _done(chance, what, at, who, f"{user}/{place}")
        else:
            is_known = True
            yield _identify(user, at, visitor, **traits)


def _done(chance: Random, what: str, at: datetime, who: dict[str, str], name: str) -> Iterator[dict[str, Any]]:
    goods = [{"product_id": chance.choice(("beans", "grinder", "kettle")), "price": 20}]
    match what:
        case "view":
            yield _track("Product Viewed", at, who, name, product_id="beans")
        case "checkout":
            yield _track("Checkout Started", at, who, name, checkout_id=name, products=goods)
        case "order":
            yield from _ordered(chance, at, who, name, goods)
        case "form":
            yield _track("Form Submitted", at, who, name, form="guide")
        case "move":
            yield _identify(who["userId"], at, "", timezone=chance.choice(ZONES[:-1]))
        case "renew":
            yield _identify(who["userId"], at, "", renewal=f"{at + timedelta(days=chance.randint(-1, 20)):%Y-%m-%d}")
        case "click":
            yield _track("Email Clicked", at, who, name)
        case "ticket":
            yield _track("Ticket Opened", at, who, name, ticket_id=name)
            yield _track("Ticket Closed", at + timedelta(days=chance.uniform(1, 5)), who, f"{name}c", ticket_id=name)


def _ordered(
    chance: Random, at: datetime, who: dict[str, str], name: str, goods: list[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Order, perhaps in the checkout that was begun right before, and get the parcel, mostly."""
    owner, place = name.split("/")
    checkout = f"{owner}/{int(place) - 1}"
    said = {"order_id": name, "checkout_id": checkout, "total": 20, "products": goods}
    yield _track("Order Completed", at, who, name, **said)
    parcel = {"order_id": name, "shipment_id": name}
    yield _track("Order Shipped", at + timedelta(days=1), who, f"{name}s", **parcel)
    if chance.random() < 0.7:
        yield _track("Order Delivered", at + timedelta(days=chance.uniform(2, 9)), who, f"{name}d", **parcel)


def _track(event: str, at: datetime, who: dict[str, str], message: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "track",
        "event": event,
        "messageId": message,
        "timestamp": _text(at),
        **who,
        "properties": properties,
    }


def _identify(user: str, at: datetime, visitor: str, **traits: Any) -> dict[str, Any]:
    who = {"userId": user} | ({"anonymousId": visitor} if visitor else {})
    return {"type": "identify", "messageId": f"i/{user}/{at}", "timestamp": _text(at), **who, "traits": traits}


def _text(at: datetime) -> str:
    return at.replace(microsecond=at.microsecond // 1000 * 1000).isoformat()
