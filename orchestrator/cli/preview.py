"""What would this person get from this step, if it were now?"""

import webbrowser
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Any

import typer
from msgspec.structs import asdict

from journeys.catalog import Catalog
from journeys.errors import OrchestratorError
from operational_guards.verdict import Allow, Delay, DropItems, Suppress, Verdict
from orchestrator.asking import load_past
from orchestrator.cli.database import opened
from orchestrator.cli.in_force import opened_in_force
from orchestrator.cli.options import HERE, AsJson, Database, Workspace
from orchestrator.cli.output import clock, print_json
from orchestrator.cli.workspace import usable_project
from orchestrator.clock import wall_now
from orchestrator.likeness import load_likeness
from orchestrator.preview import Asked, Preview, find_step, preview_known, preview_made_up
from orchestrator.preview_page import preview_page
from orchestrator.scenario_file import read_profile
from orchestrator.settings import database_url, is_made

CLIPPED = 102_000


class UnusablePerson(OrchestratorError):
    """What was said about the person cannot be used."""


def preview(
    step: Annotated[str, typer.Argument(metavar="STEP", help="The message, as journey.step.")],
    *,
    profile: Annotated[
        str | None, typer.Option("--profile", metavar="WHO", help="Somebody the database knows; else one made up.")
    ] = None,
    traits: Annotated[
        str | None, typer.Option("--with", metavar="TEXT", help="Who the made-up person is, as a YAML mapping.")
    ] = None,
    locale: Annotated[str, typer.Option("--locale", metavar="TAG", help="Another language, such as lv or pt-BR.")] = "",
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page with desktop and phone side by side.")
    ] = None,
    is_opened: Annotated[bool, typer.Option("--open", help="Show that page in the browser.")] = False,
    folder: Workspace = HERE,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Show the message of a step as one person would get it now, with what the guards say. Nothing is ever sent.

    Without --profile the person is made up, and so are the event that began the journey and goods where there are none,
    and the message is the one of the files. Somebody known gets the one in force, with the goods it would find now.

    \b
    Examples:
      tactful preview cart_recovery.reminder
      tactful preview cart_recovery.reminder --with '{first_name: Ann, locale: lv}' --open
      tactful preview winback.letter --profile ilze@example.com --html letter.html
    """
    if profile is not None and traits is not None:
        raise typer.BadParameter("--with is about a made-up person; leave it out, or --profile")
    if profile is not None:
        seen = _known(step, profile, locale, (folder, database))
    else:
        project, _ = usable_project(folder)
        asked = Asked(*find_step(step, project), wall_now(), locale)
        seen = preview_made_up(asked, project, _traits(traits), _catalog(folder, database))
    if as_json:
        print_json(_fields(seen))
    else:
        _print(seen)
    if html is not None or is_opened:
        _show(seen, html, is_opened=is_opened)


def _known(step: str, name: str, locale: str, place: tuple[Path, str | None]) -> Preview:
    """Look at the message as it is in force for this person: on the version they finish on, if they do."""
    now = wall_now()
    with opened_in_force(*place) as (store, running):
        country = running.spec.shop.country
        likeness = load_likeness(store, name, country, now)
        events = load_past(store, name, country).events
    customer = likeness.seat.customer
    versions = {each.journey: each.version for each in customer.enrollments.values()}
    journey = step.partition(".")[0]
    project = running.project_for(journey, versions.get(journey, ""))
    asked = Asked(*find_step(step, project), now, locale)
    return preview_known(asked, project, customer, likeness.catalog, events)


def _catalog(folder: Path, database: str | None) -> Catalog:
    """Give the goods the shop has, where there is a database already: none is made for a look."""
    if not is_made(database_url(folder, database)):
        return Catalog()
    with opened(folder, database) as store:
        return store.catalog()


def _traits(said: str | None) -> dict[str, Any]:
    if said is None:
        return {}
    traits, problems = read_profile(said, "--with")
    if problems:
        raise UnusablePerson("\n".join(map(str, problems)))
    return traits


def _print(seen: Preview) -> None:
    content = seen.content
    for name, value in (
        ("to", f"{seen.address} by {seen.channel}"),
        ("subject", content.subject),
        ("preview", content.preview),
        ("guards", "" if seen.verdict is None else _verdict(seen.verdict)),
        ("goods", ", ".join(item.name or item.product_id for item in seen.items)),
        ("size", _size(seen)),
        ("made up", ", ".join(seen.made_up)),
    ):
        if value:
            typer.echo(f"{name:<8} {value}")
    typer.echo(f"\n{content.text.rstrip()}")


def _size(seen: Preview) -> str:
    clipped = "; mail programs cut off what is longer than 102 KB" if len(seen.content.html.encode()) > CLIPPED else ""
    return f"{seen.size / 1000:,.1f} KB{clipped}"


def _verdict(verdict: Verdict) -> str:
    match verdict:
        case Allow():
            return "allow"
        case DropItems(reason=reason, places=places):
            return f"drop {len(places)} of the goods: {reason}"
        case Delay(reason=reason, until=until):
            return f"delay until {clock(until)} UTC: {reason}"
        case Suppress(reason=reason):
            return f"suppress: {reason}"


def _fields(seen: Preview) -> dict[str, Any]:
    verdict = seen.verdict
    return {
        "journey": seen.asked.journey,
        "step": seen.asked.step,
        "channel": seen.channel,
        "to": seen.address,
        "subject": seen.content.subject,
        "preview": seen.content.preview,
        "text": seen.content.text,
        "html": seen.content.html,
        "bytes": seen.size,
        "items": [asdict(item) for item in seen.items],
        "verdict": None if verdict is None else _verdict(verdict).partition(" ")[0].rstrip(":"),
        "reason": getattr(verdict, "reason", ""),
        "made_up": list(seen.made_up),
    }


def _show(seen: Preview, html: Path | None, *, is_opened: bool) -> None:
    """Write the page, and open it when that was asked for."""
    facts = f"{seen.asked.journey}.{seen.asked.step} by {seen.channel}, to {seen.address}, {_size(seen)}"
    page = preview_page(seen, facts)
    if html is None:
        with NamedTemporaryFile("w", suffix=".html", prefix="preview-", delete=False, encoding="utf-8") as file:
            file.write(page)
        html = Path(file.name)
    else:
        html.write_text(page, encoding="utf-8")
    if is_opened:
        webbrowser.open(html.resolve().as_uri())
