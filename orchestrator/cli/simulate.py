"""What would this journey make of this customer?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from actions.template import read_templates
from journeys.catalog import Catalog
from journeys.errors import OrchestratorError
from journeys.localtime import zone_named
from journeys.schema import Schema
from journeys.scope import Scope
from journeys.spec import JourneysFile
from journeys.spelling import did_you_mean
from journeys.vocabulary import Facts, Item
from orchestrator.cli.database import opened
from orchestrator.cli.options import HERE, AsJson, Database, Workspace
from orchestrator.cli.output import counted, print_json
from orchestrator.cli.workspace import usable_project
from orchestrator.clock import wall_now
from orchestrator.contents import TEMPLATES
from orchestrator.imagined_life import person
from orchestrator.likeness import Likeness, load_likeness
from orchestrator.made_up import MADE_UP_GOODS, MadeUp, made_up_entry
from orchestrator.project import Project
from orchestrator.scenario import Calendar, PlayedFate, Scenario, When, minute
from orchestrator.scenario_file import read_fate, read_moment, read_profile
from orchestrator.scenario_text import happening_text, scenario_text
from orchestrator.scenarios import unknown_names
from orchestrator.simulation import Simulation
from orchestrator.simulation import simulate as simulated
from orchestrator.story import tell_timeline
from orchestrator.story_events import StoryEvents, UnusableEvents, read_story_events
from orchestrator.wording import wording_of


class UnusableProfile(OrchestratorError):
    """What was said about the person cannot be used."""


class Quarantined(OrchestratorError):
    """The journey has an error and does not run."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the command line says."""

    journey: str
    profile: str | None
    like: str | None
    events: Path | None
    at: str | None
    until: str | None
    fates: Sequence[str]


def simulate(
    name: Annotated[str, typer.Argument(metavar="JOURNEY", help="The journey's name in the file.")],
    *,
    profile: Annotated[
        str | None,
        typer.Option(
            "--profile", metavar="TEXT", help="Who it is about, as a YAML mapping; @FILE reads it from a file."
        ),
    ] = None,
    like: Annotated[
        str | None, typer.Option("--like", metavar="WHO", help="Somebody the database knows, as they stand now.")
    ] = None,
    events: Annotated[
        Path | None,
        typer.Option(
            "--events", metavar="FILE", exists=True, dir_okay=False, help="What happens: JSON lines, or a list in YAML."
        ),
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="WHEN", help="When the story begins, on the shop's clock.")
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="WHEN", help="When it ends, such as +30d; 90 days after all events."),
    ] = None,
    fates: Annotated[
        list[str] | None,
        typer.Option(
            "--fate", metavar="STEP=failed", help="What becomes of a step's messages; all are sent otherwise."
        ),
    ] = None,
    as_test: Annotated[
        bool, typer.Option("--as-test", help="Print the story as a scenario for `tactful test`.")
    ] = False,
    folder: Workspace = HERE,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Live through a journey with one customer: months in a second, told day by day on the customer's clock.

    Without --events the event that sets the journey going is made up from its entry, and said to be. Nothing is sent,
    and nothing is written. With --as-test the story is printed as a scenario that passes as it stands.

    \b
    Examples:
      tactful simulate cart_recovery
      tactful simulate cart_recovery --profile '{timezone: Europe/Lisbon}' --at '2026-03-02 21:30'
      tactful simulate cart_recovery --events story.yaml --fate reminder=failed
      tactful simulate winback --like ilze@example.com --until +120d
      tactful simulate cart_recovery --at '2026-03-02 09:00' --as-test >> journeys.test.yaml
    """
    if like is not None and (profile is not None or as_test):
        other = "--as-test: what is known of them cannot be written as a scenario" if as_test else "--profile"
        raise typer.BadParameter(f"--like does not go together with {other}")
    project, spec = usable_project(folder)
    _known_journey(name, project, spec)
    asked = _Asked(name, profile, like, events, at, until, fates or ())
    likeness = _likeness(asked, folder, database, spec)
    stage = _Stage(project, spec, asked, likeness)
    done = simulated(stage.scenario, stage.program, wording_of(project), likeness.seat if likeness else None)
    if as_test:
        typer.echo(scenario_text(done.scenario), nl=False)
    elif as_json:
        print_json(_fields(done, stage))
    else:
        _print(done, stage)
    for problem in done.problems:
        typer.echo(problem, err=True)
    if done.problems:
        raise typer.Exit(1)


def _known_journey(name: str, project: Project, spec: JourneysFile) -> None:
    if name not in spec.journeys:
        hint = did_you_mean(name, spec.journeys) or f"; the journeys are {', '.join(spec.journeys)}"
        raise typer.BadParameter(f'there is no journey "{name}"{hint}', param_hint="JOURNEY")
    if name not in project.journeys:
        raise Quarantined(f'journey "{name}" has an error; correct it first: {project.quarantined[name]}')


def _likeness(asked: _Asked, folder: Path, database: str | None, spec: JourneysFile) -> Likeness | None:
    if asked.like is None:
        return None
    with opened(folder, database) as store:
        return load_likeness(store, asked.like, spec.shop.country, wall_now())


class _Stage:
    """The story that was asked for, what of it was made up, and what it runs in."""

    def __init__(self, project: Project, spec: JourneysFile, asked: _Asked, likeness: Likeness | None) -> None:
        self.made_up: list[str] = []
        self.program = project.program(likeness.catalog if likeness else Catalog())
        self._project = project
        self._spec = spec
        self._asked = asked
        self._likeness = likeness
        self.scenario = self._scenario()
        unknown = tuple(unknown_names(self.scenario, self.program.with_journeys([project.journeys[asked.journey]])))
        if unknown:
            raise UnusableEvents("\n".join(unknown))

    def _scenario(self) -> Scenario:
        asked, country = self._asked, self._spec.shop.country
        events = StoryEvents() if asked.events is None else read_story_events(asked.events, country)
        at = self._at(events)
        begin = Calendar(at, self.zone).instant(at)
        scenario = Scenario(
            name=f"{asked.journey} as it was simulated",
            at=at,
            journey=asked.journey,
            profile=_profile(asked.profile),
            until=_moment(asked.until, "--until"),
            catalog=self._catalog(),
            fates=self._fates(),
            happenings=events.from_(begin),
            file=str(asked.events or "--events"),
        )
        return scenario if asked.events is not None else self._set_going(scenario, begin)

    @property
    def zone(self) -> ZoneInfo:
        """The shop's zone."""
        return zone_named(self._spec.shop.timezone)

    def _at(self, events: StoryEvents) -> datetime:
        """Say when the story begins: as asked, else with the first event, else now, always on a full minute."""
        earliest = self._likeness.seat.customer.memory.clock if self._likeness else None
        if self._asked.at is None:
            begin = events.begin or wall_now()
            begin = begin if earliest is None else max(begin, earliest + timedelta(minutes=1))
            return minute(begin).astimezone(self.zone).replace(tzinfo=None)
        at = _local(self._asked.at)
        if earliest is not None and Calendar(at, self.zone).instant(at) < earliest:
            local = earliest.astimezone(self.zone)
            raise typer.BadParameter(
                f"their own story has come to {local:%Y-%m-%d %H:%M}; begin later", param_hint="--at"
            )
        return at

    def _catalog(self) -> tuple[Item, ...]:
        """Make up goods where the journey looks at the shop's newest and there are none."""
        spec = self._spec.journeys[self._asked.journey]
        if self._likeness is not None or "catalog(" not in spec.model_dump_json(by_alias=True):
            return ()
        self.made_up.append(f"the catalog of {counted(len(MADE_UP_GOODS), 'product')}")
        return MADE_UP_GOODS

    def _fates(self) -> dict[str, PlayedFate]:
        steps = self._project.journeys[self._asked.journey].steps
        return dict(_fate(said, list(steps)) for said in self._asked.fates)

    def _set_going(self, scenario: Scenario, begin: datetime) -> Scenario:
        found = self._made_up_entry(scenario, begin)
        if found is None:
            return scenario
        doubt = "" if found.lets_in else ", though nothing was found that its condition lets in"
        self.made_up.append(f"{happening_text(found.happening)}{doubt}")
        return replace(scenario, happenings=(found.happening,))

    def _made_up_entry(self, scenario: Scenario, begin: datetime) -> MadeUp | None:
        facts = self._likeness.seat.customer.facts if self._likeness else Facts(person(scenario.profile, begin))
        schema = Schema.of(self._spec.events, self._spec.attributes)
        scope = Scope(facts, begin, catalog=self.program.catalog)
        folder = self._project.folder / TEMPLATES
        journey = self._project.journeys[scenario.journey]
        said = journey.spec.model_dump_json()
        texts = read_templates(folder) if folder.is_dir() else {}
        used = [text for name, text in texts.items() if f'"{name}"' in said]
        return made_up_entry(journey, schema, scope, used)


def _profile(said: str | None) -> dict[str, Any]:
    if said is None:
        return {}
    text, file = said, "--profile"
    if said.startswith("@"):
        file = said[1:]
        try:
            text = Path(file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise typer.BadParameter(f'expected a file of UTF-8 text, got "{file}"', param_hint="--profile") from None
    profile, problems = read_profile(text, file)
    if problems:
        raise UnusableProfile("\n".join(map(str, problems)))
    return profile


def _local(text: str) -> datetime:
    try:
        found = read_moment(text if " " in text else f"{text} 00:00")
    except ValueError:
        found = timedelta()
    if isinstance(found, datetime):
        return found
    expected = f'expected a time like "2026-03-02 09:00" or a date, got "{text}"'
    raise typer.BadParameter(expected, param_hint="--at")


def _moment(text: str | None, option: str) -> When | None:
    if text is None:
        return None
    try:
        return read_moment(text)
    except ValueError:
        expected = f'expected a moment like +30d or "2026-03-02 09:00", got "{text}"'
        raise typer.BadParameter(expected, param_hint=option) from None


def _fate(said: str, steps: list[str]) -> tuple[str, PlayedFate]:
    """Read `step=failed`, or `step=failed:reason`."""
    step, _, word = said.partition("=")
    word, _, reason = word.partition(":")
    fate = read_fate({word: reason} if reason else word)
    if fate is None:
        raise typer.BadParameter(f'expected STEP=failed or STEP=failed:reason, got "{said}"', param_hint="--fate")
    if step not in steps:
        hint = did_you_mean(step, steps) or f"; the steps are {', '.join(steps)}"
        raise typer.BadParameter(f'no step is called "{step}"{hint}', param_hint="--fate")
    return step, fate


# Telling.


def _fields(done: Simulation, stage: _Stage) -> dict[str, Any]:
    name = stage.scenario.journey
    return {
        "journey": name,
        "profile": _name(done),
        "at": Calendar(stage.scenario.at, stage.zone).instant(stage.scenario.at),
        "until": done.until,
        "made_up": stage.made_up,
        "timeline": done.explanation.timeline,
        **done.explanation.journeys[name],
    }


def _name(done: Simulation) -> str:
    profile = done.past.profile
    return profile.user_id or profile.email or profile.phone or f"#{profile.id}"


def _print(done: Simulation, stage: _Stage) -> None:
    name, profile = stage.scenario.journey, done.past.profile
    zone = zone_named(profile.timezone, stage.zone.key)
    begin = Calendar(stage.scenario.at, stage.zone).instant(stage.scenario.at)
    span = f"{begin.astimezone(zone):%Y-%m-%d %H:%M} to {done.until.astimezone(zone):%Y-%m-%d %H:%M}"
    typer.echo(f"{name} with {_name(done)}, {span} on their clock ({zone.key})")
    for made_up in stage.made_up:
        typer.echo(f"made up: {made_up}")
    for line in tell_timeline(done.explanation.timeline, zone):
        typer.echo(line)
    typer.echo("")
    answer = done.explanation.journeys[name]
    if answer["entered"]:
        times = "once" if answer["entered"] == 1 else f"{answer['entered']:,} times"
        typer.echo(f"entered {name} {times}")
    else:
        typer.echo(f"never entered {name}: {answer['why_not']}")
