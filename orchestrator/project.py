"""Which journeys of a workspace are valid, and what is wrong with the others?

A workspace is a folder with `journeys.yaml` and `templates/`. Everything in it is checked at once, every problem with
its place; a journey with an error is quarantined with its first message, and the others run.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from actions.errors import ActionError
from actions.registry import Actions, load_actions
from actions.template import Templates, read_templates
from journeys.catalog import Catalog
from journeys.compile import OF_LEFT, Journey, compile_journey
from journeys.errors import Fault, Problem
from journeys.lint import lint
from journeys.localtime import zone_named
from journeys.moves import placed_steps
from journeys.named import check_named, unused_named
from journeys.parse import Parsed, parse
from journeys.schema import Schema
from journeys.spec import CrmStep, Guarded, JourneysFile, JourneySpec, LeadMagnetStep, SendStep
from journeys.vocabulary import Purpose
from journeys.yaml_text import read
from operational_guards.base import Guard
from operational_guards.registry import (
    EVERYWHERE,
    Setting,
    build_rules,
    check_diversions,
    check_exemptions,
    check_guards,
    check_overrides,
    load_guards,
    override,
)
from operational_guards.rule import UNKNOWN
from orchestrator.contents import MAGNETS, TEMPLATES, coupon_fault, languages, magnet_faults, unused
from orchestrator.holding import unguarded
from orchestrator.including import Files, Folder, read_included
from orchestrator.parameters import check_parameters
from orchestrator.program import Program, build_program
from orchestrator.rates import Rate
from orchestrator.sources.configured import ConfiguredSource, check_source, configured_source

FILE = "journeys.yaml"
STANDARD_TRAITS = ("first_name", "last_name", "country", "city", "locale", "gender", "birthday")

Known = Mapping[str, type[Guard]]
KeyPath = tuple[str | int, ...]


@dataclass(frozen=True)
class Project:
    """A checked workspace. `spec` is None when the file as a whole cannot be used.

    `included` are the files that the main one includes, and `homes` names that of each journey which stands in one.
    """

    folder: Path
    file: str
    spec: JourneysFile | None
    templates: Templates
    actions: Actions
    problems: tuple[Problem, ...] = ()
    journeys: Mapping[str, Journey] = field(default_factory=dict)
    sources: Mapping[str, ConfiguredSource] = field(default_factory=dict)
    places: Mapping[KeyPath, str] = field(default_factory=dict)
    included: Mapping[str, str] = field(default_factory=dict)
    homes: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep something from running; the others are warnings."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @cached_property
    def quarantined(self) -> Mapping[str, str]:
        """The journeys that do not run, each with the first reason why."""
        first: dict[str, str] = {}
        for problem in self.errors:
            for journey in _kept_back(problem, self.homes):
                first.setdefault(journey, str(problem))
        return first

    @property
    def is_runnable(self) -> bool:
        """Say whether anything can run: the file as a whole is right."""
        return self.spec is not None and not any(_stops_all(problem, self.included) for problem in self.errors)

    def program(self, catalog: Catalog) -> Program:
        """Give what runs: the journeys that are not quarantined, under the file's guards."""
        spec = self.spec
        if spec is None:
            return build_program(())
        known = load_guards()
        everywhere = Setting(
            spec.shop.timezone, groups_of(spec), self._places(EVERYWHERE), unknown={**UNKNOWN, **spec.if_unknown}
        )
        of_step = {
            (name, step.id): build_rules(
                override(spec.guards, step.guards), self._setting_of(everywhere, (name, *path), step), known=known
            )
            for name, journey in self.journeys.items()
            for path, step in guarded_steps(journey.spec)
            if step.guards or step.except_
        }
        lags = {name: channel.lag for name, channel in spec.channels.items() if channel.lag is not None}
        zone = zone_named(spec.shop.timezone)
        rates = {name: Rate(channel.rate, zone) for name, channel in spec.channels.items() if channel.rate is not None}
        rules = build_rules(spec.guards, everywhere, known=known)
        return build_program(self.journeys.values(), rules, of_step, catalog, lags, rates=rates)

    def _setting_of(self, everywhere: Setting, path: KeyPath, step: Guarded) -> Setting:
        """Say how the guards of one step are set up: what the step says, else what holds everywhere."""
        own = self._places(("journeys", *path, "guards"))
        waived = self._places(("journeys", *path, "except"))
        return replace(everywhere, places={**everywhere.places, **own, **waived}, exempt=step.except_)

    def _places(self, path: KeyPath) -> dict[str, str]:
        return {str(known[-1]): place for known, place in self.places.items() if known[:-1] == path}


def groups_of(spec: JourneysFile) -> dict[str, tuple[str, ...]]:
    """Name the journeys of each group; what a quarantined one sent before counts all the same."""
    groups = sorted({journey.group for journey in spec.journeys.values() if journey.group})
    return {group: tuple(name for name, journey in spec.journeys.items() if journey.group == group) for group in groups}


def load_project(folder: Path, file: str = FILE) -> Project:
    """Read and check a workspace. A missing or unreadable file is a problem like any other."""
    path = folder / file
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return _unreadable(folder, file, error)
    templates = read_templates(folder / TEMPLATES) if (folder / TEMPLATES).is_dir() else {}
    return check_project(text, templates, folder, file, magnets=folder / MAGNETS)


def check_project(
    text: str,
    templates: Mapping[str, str],
    folder: Path,
    file: str = FILE,
    *,
    files: Files | None = None,
    magnets: Path | None = None,
) -> Project:
    """Check a file's text together with the templates it may use and the files it includes.

    Those are looked for in the folder, unless `files` are given; what lead magnets give is looked for in `magnets`.
    """
    reading = read(text, file)
    included = read_included(reading, file, files or Folder(folder))
    parsed = parse(text, file, included.texts, reading=reading)
    said = (*included.problems, *parsed.problems)
    actions = load_actions()
    if parsed.spec is None:
        return Project(folder, file, None, Templates(templates), actions, said, included=included.texts)
    shop = parsed.spec.shop
    known = Templates(templates, shop.voice.never, address=shop.address, sign_off=shop.voice.sign_off)
    checker = _Checker(parsed, parsed.spec, known, actions)
    checker.check()
    if magnets is not None:
        checker.problems += map(parsed.locate, magnet_faults(parsed.spec, magnets))
    problems = tuple(sorted({*said, *checker.problems}, key=_place))
    errors = [problem for problem in problems if problem.severity == "error"]
    bad = {journey for problem in errors for journey in _kept_back(problem, parsed.homes)}
    journeys = {name: journey for name, journey in checker.journeys.items() if name not in bad}
    places = _rule_places(parsed, parsed.spec)
    sources = checker.sources
    return Project(
        folder,
        file,
        parsed.spec,
        checker.templates,
        actions,
        problems,
        journeys,
        sources,
        places,
        included.texts,
        parsed.homes,
    )


def _rule_places(parsed: Parsed, spec: JourneysFile) -> dict[KeyPath, str]:
    """Find the line of everything the file says about guards."""
    paths: list[KeyPath] = [(*EVERYWHERE, name) for name in spec.guards]
    for journey, said in spec.journeys.items():
        for way, step in guarded_steps(said):
            path = ("journeys", journey, *way)
            paths += [(*path, "guards", name) for name in step.guards]
            paths += [(*path, "except", name) for name in step.except_]
    found = {path: parsed.locate(Fault(path, "", "")) for path in paths}
    return {path: f"{problem.file}:{problem.line}" for path, problem in found.items()}


def guarded_steps(spec: JourneySpec) -> list[tuple[KeyPath, Guarded]]:
    """List the steps whose deliveries guards hold, each with its path in the journey."""
    return [(placed.path, placed.step) for placed in placed_steps(spec) if isinstance(placed.step, Guarded)]


def _place(problem: Problem) -> tuple[str, int, int, str, str, str]:
    return problem.file, problem.line, problem.column, problem.code, problem.message, problem.journey


def _kept_back(problem: Problem, homes: Mapping[str, str]) -> list[str]:
    """Name the journeys that an error keeps from running: its own, or all that stand in its included file."""
    return [problem.journey] if problem.journey else [name for name, home in homes.items() if home == problem.file]


def _stops_all(problem: Problem, included: Mapping[str, str]) -> bool:
    """Whether an error keeps everything from running; what another file says keeps back only its own journeys."""
    return not problem.journey and problem.file not in included and not problem.code.startswith("include.")


def _unreadable(folder: Path, file: str, error: Exception) -> Project:
    what = "is not UTF-8 text; save it as UTF-8" if isinstance(error, UnicodeDecodeError) else "cannot be read"
    remedy = "" if isinstance(error, UnicodeDecodeError) else "; `tactful init DIR` makes a workspace to start from"
    problem = Problem(file, 1, 1, "file.unreadable", f"{folder / file} {what}{remedy}")
    return Project(folder, file, None, Templates({}), load_actions(), (problem,))


class _Checker:
    """Everything beyond the file's own text: guards, actions, sources, templates, compiled conditions."""

    def __init__(self, parsed: Parsed, spec: JourneysFile, templates: Templates, actions: Actions) -> None:
        self.parsed = parsed
        self.spec = spec
        self.templates = templates
        self.actions = actions
        self.schema = Schema.of(spec.events, spec.attributes, segments=spec.segments, conditions=spec.conditions)
        self.groups = groups_of(spec)
        self.holds = {name: channel.hold for name, channel in spec.channels.items() if channel.hold is not None}
        self.problems: list[Problem] = []
        self.journeys: dict[str, Journey] = {}
        self.sources: dict[str, ConfiguredSource] = {}

    def check(self) -> None:
        """Find every problem, and compile the journeys that have none so far."""
        known = load_guards()
        faults = lint(self.spec, self.schema.event_names())
        faults += check_guards(self.spec.guards, channels=self.spec.channels, groups=self.groups, known=known)
        faults += [fault for name in self.spec.channels for fault in self._channel(name)]
        faults += self._sources()
        faults += self._named()
        for name, journey in self.spec.journeys.items():
            faults += self._overrides(name, journey, known)
            faults += self._compile(name, journey, faults)
            self._templates_of(name, journey)
            faults += languages(name, journey, self.templates)
        self.problems += [self.parsed.locate(fault) for fault in faults]
        if not any(problem.severity == "error" for problem in (*self.parsed.problems, *self.problems)):
            self.problems += unused(self.templates, self.spec.journeys)
            self.problems += map(self.parsed.locate, unguarded(self.spec, self.groups, known))

    def _named(self) -> list[Fault]:
        """Check segments and conditions themselves, and whether all are used where every journey could be read."""
        is_whole = all(problem.severity == "warning" for problem in self.parsed.problems)
        rest = self.spec.model_dump_json(by_alias=True, exclude={"segments", "conditions"})
        return check_named(self.schema) + (unused_named(self.schema, rest) if is_whole else [])

    def _compile(self, name: str, journey: JourneySpec, known_faults: Iterable[Fault]) -> tuple[Fault, ...]:
        """Compile a journey whose structure is right; conditions are checked in any case."""
        broken = any(fault.path[:2] == ("journeys", name) and fault.severity == "error" for fault in known_faults)
        compiled, faults = compile_journey(
            name, journey, self.schema, self.spec.shop.timezone, builds=not broken, holds=self.holds
        )
        if compiled is not None:
            self.journeys[name] = compiled
        return faults

    def _channel(self, name: str) -> Iterator[Fault]:
        """Check a channel's action and its parameters, by the action's own model."""
        channel = self.spec.channels[name]
        path = ("channels", name, "action")
        try:
            action = self.actions[channel.action]
        except ActionError as error:
            yield Fault(path, "channel.action", f'channel "{name}": {error}')
            return
        who = f'channel "{name}": {channel.action}'
        yield from check_parameters(path, who, action.Params, channel.parameters(), code="channel.parameter")

    def _sources(self) -> list[Fault]:
        """Check the sources, and keep those that are right."""
        found: list[Fault] = []
        for name, source in self.spec.sources.items():
            faults = list(check_source(name, source))
            if not faults:
                self.sources[name] = configured_source(name, source)
            found += faults
        return found

    def _overrides(self, name: str, journey: JourneySpec, known: Known) -> list[Fault]:
        found: list[Fault] = []
        for way, step in guarded_steps(journey):
            path = ("journeys", name, *way)
            found += check_overrides(
                self.spec.guards,
                step.guards,
                (*path, "guards"),
                channels=self.spec.channels,
                groups=self.groups,
                known=known,
            )
            found += check_exemptions(self.spec.guards, step.except_, (*path, "except"), known=known)
            if not isinstance(step, SendStep):
                found += check_diversions(step.guards, (*path, "guards"))
        return found

    # Templates.

    def _templates_of(self, name: str, journey: JourneySpec) -> None:
        for placed in placed_steps(journey):
            path, step = ("journeys", name, *placed.path), placed.step
            match step:
                case SendStep():
                    self._template(name, (*path, "template"), step.template, step.purpose)
                    self._text((*path, "text"), step.text, journey, step.purpose)
                    self._text((*path, "subject"), step.subject, journey, step.purpose)
                    faults = coupon_fault(path, step, self.templates)
                    self.problems += [self.parsed.locate(fault) for fault in faults]
                case LeadMagnetStep():
                    magnet_path = (*path, "lead_magnet", "template")
                    self._template(name, magnet_path, step.lead_magnet.template, Purpose.TRANSACTIONAL)
                case CrmStep():
                    self._text((*path, "crm", "task"), step.crm.task, journey)
                    self._text((*path, "crm", "note"), step.crm.note, journey)
                    self._text((*path, "crm", "deal"), step.crm.deal, journey)

    def _template(self, name: str, path: tuple[str | int, ...], template: str | None, purpose: Purpose) -> None:
        """Report what is wrong with a template at its own place, and one that is missing at the step."""
        if template is None:
            return
        journey = self.spec.journeys[name]
        found = self.templates.check(template, self._profile_names(), self._entry_names(journey), purpose=purpose)
        for problem in found:
            if problem.code == "template.unknown":
                self.problems.append(self.parsed.locate(Fault(path, problem.code, problem.message)))
            else:
                file = f"{TEMPLATES}/{problem.file}"
                self.problems.append(replace(problem, file=file, journey=name))
        stage = self.templates.stage(template)
        if stage and journey.stage and stage != journey.stage:
            message = (
                f'template "{template}" is made for {stage}, journey "{name}" for {journey.stage}; '
                "use a template made for this part of the funnel, or correct one of the two"
            )
            self.problems.append(self.parsed.locate(Fault(path, "template.stage", message)))

    def _text(
        self,
        path: tuple[str | int, ...],
        text: str | None,
        journey: JourneySpec,
        purpose: Purpose = Purpose.TRANSACTIONAL,
    ) -> None:
        if text is None:
            return
        names, entry = self._profile_names(), self._entry_names(journey)
        for problem in self.templates.check_text(text, names, entry, purpose=purpose):
            fault = Fault(path, problem.code, problem.message, problem.severity, problem.column)
            self.problems.append(self.parsed.locate(fault))

    def _profile_names(self) -> tuple[str, ...]:
        return (*STANDARD_TRAITS, *self.spec.attributes)

    def _entry_names(self, journey: JourneySpec) -> Mapping[str, str] | tuple[str, ...] | None:
        """Name the properties of what begins a journey; None when anything may come."""
        match journey.entry.kind:
            case "event":
                event = journey.entry.event or ""
                return self.schema.events[event] if self.schema.knows_event(event) else None
            case "call":
                return dict(journey.entry.call or {})
            case "journey":
                return OF_LEFT
            case _:
                return ()
