"""Do the templates and files of a workspace and the steps that send them fit together?"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from actions.lead_magnet import is_plain_file
from actions.template import Templates
from journeys.errors import Fault, Problem
from journeys.moves import placed_steps
from journeys.spec import JourneysFile, JourneySpec, LeadMagnetStep, SendStep
from journeys.spelling import did_you_mean

TEMPLATES = "templates"
# The folder with the files that lead magnets give.
MAGNETS = "magnets"


def unused(templates: Templates, journeys: Mapping[str, JourneySpec]) -> Iterator[Problem]:
    """Find templates that no step sends, and blocks that no template asks for."""
    sent = {template for journey in journeys.values() for _, template in templates_of(journey)}
    for name in templates.names():
        if name not in sent:
            message = f'no step sends "{name}"; name it at a step, or remove the file'
            yield _warning(name, "template.unused", message)
    asked = {block for name in templates.names() for block in templates.blocks_of(name)}
    for name in templates.blocks():
        if name not in asked:
            message = f'no template asks for "{name}"; ask for it with {{{{ block("...") }}}}, or remove the file'
            yield _warning(name, "template.unused_block", message)


def templates_of(journey: JourneySpec) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Give the templates a journey sends, each with its place in the journey."""
    for placed in placed_steps(journey):
        match placed.step:
            case SendStep(template=str(template)):
                yield (*placed.path, "template"), template
            case LeadMagnetStep(lead_magnet=magnet):
                yield (*placed.path, "lead_magnet", "template"), magnet.template


def languages(name: str, journey: JourneySpec, templates: Templates) -> Iterator[Fault]:
    """Warn of a journey that speaks a language in some of its messages and not in the others."""
    known = set(templates.names())
    sent = [(place, template) for place, template in templates_of(journey) if template in known]
    spoken = {language for _, template in sent for language in templates.languages(template)}
    for place, template in sent:
        lacking = sorted(
            language for language in spoken.difference(templates.languages(template)) if not _covers(language, spoken)
        )
        if lacking:
            stem, _, suffix = template.rpartition(".")
            files = ", ".join(f"{stem}.{language}.{suffix}" for language in lacking)
            message = (
                f'"{template}" is not written in {", ".join(lacking)}, and other messages of journey "{name}" are; '
                f"write {files}, or this one comes in the default language"
            )
            yield Fault(("journeys", name, *place), "template.language", message, "warning")


def _covers(language: str, spoken: set[str]) -> bool:
    """Say whether a nearer language is asked for anyway: `pt` stands in for `pt-br`."""
    return "-" in language and language.rpartition("-")[0] in spoken


def magnet_faults(spec: JourneysFile, magnets: Path) -> Iterator[Fault]:
    """Warn of files that lead magnets promise and that are not there to be given."""
    for name, journey in spec.journeys.items():
        for placed in placed_steps(journey):
            match placed.step:
                case LeadMagnetStep(id=step, lead_magnet=magnet) if not _is_there(magnets, magnet.file):
                    message = (
                        f'step "{step}": there is no "{magnet.file}" in {magnets.name}/, so its link gives nothing'
                    )
                    hint = did_you_mean(magnet.file, _files_in(magnets)) or "; put the file there"
                    path = ("journeys", name, *placed.path, "lead_magnet", "file")
                    yield Fault(path, "magnet.missing", f"{message}{hint}", "warning")


def _is_there(magnets: Path, file: str) -> bool:
    return is_plain_file(file) and (magnets / file).is_file()


def _files_in(magnets: Path) -> list[str]:
    return sorted(path.name for path in magnets.glob("*")) if magnets.is_dir() else []


def coupon_fault(path: tuple[str | int, ...], step: SendStep, templates: Templates) -> Iterator[Fault]:
    """Find a step that takes a code nobody prints, and one whose message prints a code that it does not take."""
    prints = step.template is not None and templates.uses_coupon(step.template)
    texts = (text for text in (step.text, step.subject) if text)
    prints = prints or any(templates.text_uses_coupon(text) for text in texts)
    if prints and step.coupon is None:
        message = f'step "{step.id}": the message prints a coupon and takes none; add "coupon: POOL"'
        yield Fault((*path, "template" if step.template else "text"), "send.coupon", message)
    if step.coupon is not None and not prints:
        message = (
            f'step "{step.id}": takes a code from "{step.coupon}" and its message prints none; add {{{{ coupon }}}}'
        )
        yield Fault((*path, "coupon"), "send.coupon", message)


def _warning(name: str, code: str, message: str) -> Problem:
    return Problem(f"{TEMPLATES}/{name}", 1, 1, code, message, "warning")
