"""Is every field that is accepted also read, and does a file say the same when it is written out again?"""

import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any, get_args

import pytest
import time_machine
from hypothesis import given, settings
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pytest_httpserver import HTTPServer
from ruamel.yaml import YAML
from typer.testing import CliRunner

from journeys.keys import delivery_key, enrollment_key
from journeys.parse import parse
from journeys.spec import STEP_KINDS, JourneysFile, PartSpec, UseStep
from orchestrator.app import build
from orchestrator.cli import app
from orchestrator.store import views
from tests.fakes.calls import GRINDER, identify, moment, track
from tests.fakes.calls import read as read_line
from tests.property.written_journeys import written_journeys

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / "journeys.yaml").read_text(encoding="utf-8")
# What only people and their editors read; nothing may depend on it.
FOR_READERS = {"JourneySpec.description", "PartSpec.description"}
# Looked for by `parse`, or unfolded in the text, before there is a model: the version, other files, parts.
FOR_THE_LOADER = {
    "JourneysFile.version",
    "JourneysFile.include",
    "JourneysFile.parts",
    *(f"PartSpec.{field}" for field in PartSpec.model_fields),
    *(f"UseStep.{field}" for field in UseStep.model_fields),
}
# Accepted, and nothing comes of it yet but a check of its own words.
# To look at a field only to say that it is wrong is not to read it.
RULES = tuple(f"journeys.rules_{topic}" for topic in ("structure", "entry", "timing", "messages", "between"))
CHECKS = (*RULES, "journeys.pace", "journeys.bounds", "journeys.spec", "journeys.parse")
TEMPLATES = {
    "guide.txt": '---\nsubject: "Guide"\nstage: decision\n---\n{{ magnet_url }}\n',
    "letter.txt": '---\nsubject: "Letter"\nstage: decision\n---\nHello {{ profile.first_name }}\n',
}
EVERYTHING = """
version: 1
shop:
  {name: Nordic Roast, timezone: Europe/Riga, country: LV, currency: EUR, url: "https://shop.example",
   voice: {never: [CHEAP], sign_off: Yours}}
channels:
  email: {action: email.file, hold: 1m}
  ads: {action: audience.file, lag: 24h}
  crm: {action: crm.file}
  webhook: {action: webhook, url: "%(hook)s"}
sources:
  shop: {adapter: shopify}
guards:
  frequency_cap: {email: 50 per day}
  out_of_stock: {}
if_unknown: {marketing: suppress}
goals:
  repeat: {kpi: repeat_rate, target: 0.3, at_most: false}
events:
  Basket Opened: {basket: text, due: date, products: items}
attributes:
  mood: text
journeys:
  everything:
    description: A step of every kind with every field.
    stage: decision
    entry: {event: Checkout Started, if: event.value >= 20, key: event.checkout_id}
    re_entry: after 14d
    if_active: restart
    goal: {event: Order Completed, if: event.value > 20, within: 30d}
    exit:
      - {event: Order Completed, if: event.checkout_id == entry.checkout_id, reason: bought}
    steps:
      - {id: pause, wait: 1h}
      - {id: morning, wait: {until: "10:00"}}
      - id: first
        send: email
        template: letter.txt
        subject: Hello again
        items: entry.products
        min_items: 1
        purpose: marketing
        intent: follow_up
        at: "12:00"
        guards: {frequency_cap: {email: 60 per day}}
        except: {out_of_stock: it is made to order}
        if_suppressed: exit
      - {id: second, send: email, text: "Hello!", if_suppressed: continue}
      - id: watch
        wait_for: {event: Email Clicked, of: second, if: event.step == "second", machine: true, at_most: 1d}
        then: sort
        otherwise: sort
      - {id: sort, branch: [{if: entry.value > 90, go: last}, {else: true, go: mark}]}
      - {id: mark, set: {mood: {from: entry.checkout_id}, city: Riga}}
      - {id: join, audience: {add: readers, items: entry.products, for: 3d, channel: ads}}
      - {id: part, audience: {remove: shoppers}}
      - id: guide
        lead_magnet: {file: guide.pdf, template: guide.txt, expires: 3d, channel: email}
        if_suppressed: last
      - {id: call, crm: {task: Call, note: "Left a basket", channel: crm}}
      - {id: stay, wait: 5d}
      - {id: jump, go: last}
      - {id: last, exit: done}
  widely:
    late: {after: 2h, do: send}
    goal: {event: Order Completed, within: 9d, serves: repeat}
    entry: {event: Basket Opened, at_most: 20 per 10m}
    steps:
      - id: half
        split: {left: 50%%, right: 50%%}
        experiment:
          goal: {event: Order Completed, if: event.value > 20, within: 9d}
          sample: 1
          confidence: 90%%
          control: left
      - id: tell
        webhook: {channel: webhook, with: {basket: {from: entry.basket}}, items: entry.products}
        on_failure: exit
      - {id: act, action: {channel: webhook, with: {basket: x}, items: entry.products}, on_failure: exit}
      - {id: begin, start: called, with: {size: 1}}
      - {id: day, wait: {until: "2026-03-05 10:00", if_past: send}}
      - {id: value, wait: {until: entry.due, at: "10:00", if_past: send}}
      - {id: letter, send: email, text: "Hello!", late: {after: 2h, do: send}, if_suppressed: continue}
      - {id: either, wait_for: {first_of: [{event: Email Clicked, of: letter, go: hush}], at_most: 1d}}
      - {id: hush, stop: called}
      - {id: deal, crm: {note: Won, deal: won}}
      - {id: spring, wait: 60d}
      - {id: overdue, send: email, text: "Hello!"}
  called:
    entry: {call: {size: number}}
    steps:
      - {id: pause, wait: 20d}
  by_cron:
    entry: {schedule: "0 10 1 * *"}
    steps:
      - {id: letter, send: email, text: "News.", purpose: transactional}
  by_date:
    entry: {date: profile.birthday, every: year, offset: -7d, at: "10:00"}
    steps:
      - {id: letter, send: email, text: "News.", purpose: transactional}
  weekly:
    entry: {schedule: "Tue 10:00", in: shop.timezone}
    steps:
      - {id: letter, send: email, text: "News.", purpose: transactional}
"""


def models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Walk a model and all models within it."""
    yield model
    for field in model.model_fields.values():
        for inner in models_in(field.annotation):
            yield from models(inner)


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)


def fields() -> dict[str, FieldInfo]:
    """Give every field of the language as `Model.field`."""
    found = {model.__name__: model for model in models(JourneysFile)}
    return {f"{name}.{field}": info for name, model in found.items() for field, info in model.model_fields.items()}


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory, make_httpserver: HTTPServer) -> Iterator[set[str]]:
    """Give every field that was read, outside the language's own checks, while a whole shop lived through a month."""
    folder = tmp_path_factory.mktemp("shop")
    make_httpserver.expect_request("/hook").respond_with_data("taken")
    text = EVERYTHING % {"hook": make_httpserver.url_for("/hook")}
    (folder / "journeys.yaml").write_text(text, encoding="utf-8")
    (folder / "templates").mkdir()
    for name, text in TEMPLATES.items():
        (folder / "templates" / name).write_text(text, encoding="utf-8")
    seen: set[str] = set()
    with pytest.MonkeyPatch.context() as patch:
        for model in set(models(JourneysFile)):
            patch.setattr(model, "__getattribute__", _noting(seen, set(model.model_fields)))
        patch.setenv("TACTFUL_WEBHOOK_SECRET", "whsec_" + "c2VjcmV0" * 4)
        _live_through_a_month(folder)
        _come_back_late(folder)
        _ask_about_it(folder)
        yield seen


def _noting(seen: set[str], names: set[str]) -> Callable[[object, str], object]:
    """Make attribute access that notes which fields are read, and by whom."""

    def noting(model: object, name: str) -> object:
        if name in names and sys._getframe(1).f_globals["__name__"] not in CHECKS:
            seen.update(f"{kind.__name__}.{name}" for kind in type(model).__mro__)
        return object.__getattribute__(model, name)

    return noting


def _live_through_a_month(folder: Path) -> None:
    end = moment("2026-04-02 09:00")
    shop = build(folder, None, history_until=end)
    assert [problem.code for problem in shop.project.problems] == ["guard.exempt"]
    lines = (
        identify("ann", "08:00", first_name="Ann", birthday="1990-03-20"),
        track("Checkout Started", "09:00", checkout_id="k1", value=80, products=GRINDER),
        track("Basket Opened", "2026-03-03 09:00", basket="b1", due="2026-03-07", products=GRINDER),
        track("Email Clicked", "2026-03-03 13:00", delivery=delivery_key(enrollment_key(1, 0), 4), step="second"),
        track("Order Completed", "2026-03-06 09:00", order_id="o1", checkout_id="k1", value=80, products=GRINDER),
        track("Checkout Started", "2026-03-20 09:00", checkout_id="k2", value=80, products=GRINDER),
    )
    shop.store.append([read_line(line, end) for line in lines], end)
    asyncio.run(shop.worker.run(until_idle=True))
    with shop.store.reading() as connection:
        assert {row["state"] for row in views.deliveries(connection)} == {"sent"}
    shop.store.close()


def _come_back_late(folder: Path) -> None:
    """Run it live, long after the last message was due."""
    with time_machine.travel(moment("2026-06-02 09:00")):
        shop = build(folder, None)
        asyncio.run(shop.worker.run(until_idle=True))
        shop.store.close()


def _ask_about_it(folder: Path) -> None:
    for command in (["report", "experiment"], ["report", "goals"], ["check", "--cost"]):
        assert CliRunner().invoke(app, [*command, "-C", str(folder)]).exit_code == 0


@pytest.mark.parametrize("field", sorted(fields().keys() - FOR_READERS - FOR_THE_LOADER))
def test_a_field_that_is_accepted_is_read_somewhere(field: str, read: set[str]) -> None:
    assert field in read


def test_the_walk_finds_every_step_and_the_innermost_models() -> None:
    found = {field.partition(".")[0] for field in fields()}
    assert {model.__name__ for model in STEP_KINDS.values()} <= found
    assert {"Voice", "LocalTime", "Until", "Awaited", "Arm", "Magnet", "From", "ReEntry"} <= found


def test_another_version_of_the_language_is_refused() -> None:
    assert parse(EXAMPLE.replace("version: 1", "version: 2")).spec is None


def test_every_field_with_a_name_python_cannot_have_is_written_without_its_underscore() -> None:
    odd = {field: info.alias for field, info in fields().items() if field.endswith("_")}
    assert odd == {field: field.partition(".")[2].removesuffix("_") for field in odd}


# Written out again.


def written(spec: JourneysFile) -> str:
    """Write a file the way a person would, from its model."""
    content = spec.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    text = StringIO()
    YAML(typ="safe", pure=True).dump({"version": 1, **content}, text)
    return text.getvalue()


def test_the_example_says_the_same_when_it_is_written_out_again() -> None:
    spec = parse(EXAMPLE).spec
    assert spec is not None
    again = parse(written(spec))
    assert (again.problems, again.spec) == ((), spec)


@given(written_journeys())
@settings(max_examples=200, deadline=None)
def test_a_journey_says_the_same_when_it_is_written_out_again(document: dict[str, Any]) -> None:
    head = {"version": 1, "shop": {"name": "Nordic Roast"}, "channels": {"email": {"action": "email.file"}}}
    parsed = parse(json.dumps({**head, "journeys": {"one": document}}))
    assert parsed.problems == ()
    assert parsed.spec is not None
    again = parse(written(parsed.spec))
    assert (again.problems, again.spec) == ((), parsed.spec)
