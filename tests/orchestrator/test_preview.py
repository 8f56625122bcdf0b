"""Is a message shown as one person would get it now, without anything being sent or written?"""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestrator.cli import app
from orchestrator.store.sqlite import SqliteStore
from tests.fakes.calls import identify, moment, read, track

FILE = """
version: 1
shop: {name: Nordic Roast, timezone: UTC, country: LV, currency: EUR, url: "https://shop.example"}
channels:
  email: {action: email.file, utm: {utm_source: letters}}
guards:
  already_bought: {within: 30d, do: drop_items}
journeys:
  cart:
    entry: {event: Checkout Started}
    steps:
      - {id: settle, wait: 1h}
      - {id: letter, send: email, template: letter.html, items: entry.products, coupon: spring}
      - {id: plain, send: email, text: "Hello {{ profile.first_name }}"}
"""
LETTER = """---
subject: "For {{ profile.first_name }}"
---
<p>{% for item in items %}{{ item.name }}: {{ item.price | money }} {% endfor %}{{ coupon }}</p>
<a href="{{ link(shop.url) }}">Shop</a> <a href="{{ unsubscribe_url }}">Unsubscribe</a>
"""
KETTLE = {"product_id": "kettle", "name": "Kettle", "price": 80, "quantity": 1}
CUP = {"product_id": "cup", "name": "Cup", "price": 8, "quantity": 1}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a workspace without a database."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "journeys.yaml").write_text(FILE)
    (tmp_path / "templates" / "letter.html").write_text(LETTER)
    return tmp_path


@pytest.fixture
def known(folder: Path) -> Path:
    """Let the database know Ann, who left two things in a checkout; her letter waits for a code."""
    store = SqliteStore(f"sqlite:///{folder}/tactful.db")
    store.migrate()
    lines = (
        identify("ann", "07:00", first_name="Ann", locale="lv"),
        track("Checkout Started", "08:00", checkout_id="c1", products=[KETTLE, CUP]),
    )
    store.append([read(line, moment("09:00")) for line in lines], moment("09:00"))
    store.close()
    done = CliRunner().invoke(app, ["run", "--until-idle", "-C", str(folder)])
    assert done.exit_code == 0, done.output
    return folder


def preview(folder: Path, *arguments: str) -> str:
    done = CliRunner().invoke(app, ["preview", *arguments, "-C", str(folder)])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_made_up_person_gets_the_message_with_what_was_made_up_beside_it(folder: Path) -> None:
    assert preview(folder, "cart.letter") == (
        "to       ann@example.com by email\n"
        "subject  For Ann\n"
        "goods    Product 1\n"
        "size     0.5 KB\n"
        "made up  the event Checkout Started\n"
        "\n"
        "Product 1: 10.00 EUR EXAMPLE\n"
        "\n"
        "Shop (https://shop.example?utm_source=letters&utm_medium=email&utm_campaign=cart&utm_content=letter) "
        "Unsubscribe (https://link.invalid/unsubscribe)\n"
    )


def test_a_look_makes_no_database(folder: Path) -> None:
    preview(folder, "cart.letter")
    assert not (folder / "tactful.db").exists()


def test_the_made_up_person_is_whom_one_says(folder: Path) -> None:
    shown = preview(folder, "cart.letter", "--with", "{first_name: Ieva, locale: de}")
    assert "For Ieva" in shown
    assert "10,00 EUR" in shown


def test_somebody_known_gets_their_own_goods_and_what_the_guards_say(known: Path) -> None:
    shown = json.loads(preview(known, "cart.letter", "--profile", "ann@example.com", "--json"))
    assert [item["product_id"] for item in shown["items"]] == ["kettle", "cup"]
    assert (shown["to"], shown["verdict"], shown["made_up"]) == ("ann@example.com", "allow", [])
    assert "80,00 EUR" in shown["text"]


def test_nothing_is_written(known: Path) -> None:
    def rows() -> list[tuple[object, ...]]:
        store = SqliteStore(f"sqlite:///{known}/tactful.db")
        with store.reading() as connection:
            tables = [row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='table'")]
            found = [
                tuple(row) for table in sorted(tables) for row in connection.exec_driver_sql(f"SELECT * FROM {table}")
            ]
        store.close()
        return found

    before = rows()
    preview(known, "cart.letter", "--profile", "ann")
    assert rows() == before


def test_the_page_shows_both_widths_and_loads_nothing(folder: Path) -> None:
    preview(folder, "cart.letter", "--html", str(folder / "page.html"))
    page = (folder / "page.html").read_text(encoding="utf-8")
    assert [f'width="{width}"' in page for width in (660, 375)] == [True, True]
    assert '<iframe sandbox=""' in page
    assert "<script" not in page
    assert "src=" not in page.replace("srcdoc=", "")


def test_the_page_is_opened_in_the_browser(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    preview(folder, "cart.letter", "--html", str(folder / "page.html"), "--open")
    assert opened == [(folder / "page.html").resolve().as_uri()]


def test_a_step_that_is_misspelt_is_told_with_the_one_that_was_meant(folder: Path) -> None:
    done = CliRunner().invoke(app, ["preview", "cart.leter", "-C", str(folder)])
    assert done.exit_code == 1
    assert 'got "cart.leter"; did you mean "cart.letter"?' in done.output
