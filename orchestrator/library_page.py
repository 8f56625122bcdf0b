"""What does the page about the ready journeys say? It is made from their files, and nothing in it is written by hand.

`python -m orchestrator.library_page` writes docs/library.md anew; a test compares the two.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from journeys.compile import Journey
from journeys.draw import draw
from journeys.duration import format_duration
from journeys.moves import placed_steps
from journeys.spec import AudienceStep, CrmStep, GoalSpec, LeadMagnetStep, SendStep, Step
from orchestrator.borrowing import borrow
from orchestrator.library import ReadyJourney, library_folder, ready_journeys
from orchestrator.main_file import CAPS
from orchestrator.project import load_project

PAGE = Path(__file__).parent.parent / "docs" / "library.md"
_HEAD = """# Ready journeys

`tactful init DIR --library NAMES` copies the journeys you name (with commas between, or `all`) into `DIR/journeys.d/`,
each with its scenarios and its templates, and puts what they need into `journeys.yaml`: the `include`, the channels,
and a cap for each of their groups. Into a workspace that is there it adds what is not there yet; it never writes over
anything, and says what it left. What it makes passes `tactful check` and `tactful test`.

From then on they are yours: change the words, the waits and the goods, and the scenarios with them. The texts speak of
a coffee roaster that does not exist.

Every journey says what the shop has to send. What the shop does not send does not happen: nobody gets in, or waits
until the time is up, and nothing wrong is sent.
"""


def page() -> str:
    """Write the page."""
    with TemporaryDirectory() as folder:
        borrow(Path(folder), list(ready_journeys()))
        journeys = load_project(Path(folder)).journeys
    return "\n".join(_lines(journeys)) + "\n"


def _lines(journeys: Mapping[str, Journey]) -> Iterator[str]:
    ready = ready_journeys()
    yield _HEAD
    yield "| journey | stage | group | what it is for |"
    yield "|---|---|---|---|"
    for each in ready.values():
        yield f"| [{each.name}](#{each.name}) | {each.stage} | {each.group} | {each.description} |"
    yield ""
    caps = ", ".join(f"`{group}: {cap}`" for group, cap in CAPS.items())
    yield f"`frequency_cap` caps the groups, for one person: {caps}. Of messages due at once `priority` decides."
    for each in ready.values():
        yield from _section(each, journeys[each.name])


def _section(ready: ReadyJourney, journey: Journey) -> Iterator[str]:
    """Tell of one journey: what for, who gets in, what it sends, and how it looks."""
    spec = journey.spec
    steps = [placed.step for placed in placed_steps(spec)]
    yield f"\n## {ready.name}\n"
    yield f"{ready.description}\n"
    yield f"- **Needs:** {ready.needs}"
    yield f"- **Who gets in:** `{ready.entry}`"
    if spec.goal:
        yield f"- **Goal:** {_goal(spec.goal)}"
    yield f"- **What it does:** {'; '.join(told for step in steps if (told := _told(step)))}"
    yield f"- **Files:** [{ready.name}.yaml]({_place(ready.name)}.yaml), [scenarios]({_place(ready.name)}.test.yaml)"
    yield f"\n<details><summary>How it goes</summary>\n\n```mermaid\n{_drawn(journey)}\n```\n\n</details>"


def _place(name: str) -> str:
    return f"../journeys/{library_folder().name}/{name}"


def _goal(goal: GoalSpec) -> str:
    return f"{goal.event} within {format_duration(goal.within)}" if goal.within else goal.event


def _told(step: Step) -> str:
    """Say what a step does to the outside; nothing of one that does not."""
    match step:
        case SendStep():
            owed = ", owed" if step.purpose == "transactional" else ""
            about = f" about {step.items}" if step.items else ""
            return f"`{step.id}` on {step.send}{about}{owed}"
        case LeadMagnetStep(lead_magnet=magnet):
            return f"`{step.id}` with {magnet.file}"
        case AudienceStep(audience=change):
            stays = f" for {format_duration(change.for_)}" if change.for_ else ""
            return f"audience {change.add}{stays}"
        case CrmStep(crm=entry):
            deal = f", deal to {entry.deal}" if entry.deal else ""
            return f"{'task' if entry.task else 'note'} `{step.id}` in the CRM{deal}"
        case _:
            return ""


def _drawn(journey: Journey) -> str:
    """Draw the journey without its version, which changes with every word."""
    lines = draw(journey).split("---\n", 2)[2].strip().splitlines()
    return "\n".join(line.rstrip() for line in lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
