"""Which events does this file hold, for a story that is to be imagined?

Either a list in YAML, as a scenario writes events, with times after the story's beginning; or JSON lines in the shape
of the Segment spec, as they are ingested, with times of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from journeys.errors import OrchestratorError
from journeys.vocabulary import Event
from orchestrator.intake import read_lines
from orchestrator.scenario import Happening, minute
from orchestrator.scenario_file import read_happenings
from orchestrator.sources.refusal import Refused
from orchestrator.sources.segment import SegmentSource

YAML = (".yaml", ".yml")

# Later than any event, so that none counts as dated ahead: a story may be about next year.
_RECEIVED = datetime(9000, 1, 1, tzinfo=UTC)


class UnusableEvents(OrchestratorError):
    """A file of events cannot be used: all that is wrong with it."""


@dataclass(frozen=True, slots=True)
class StoryEvents:
    """Events of which each has a moment in the story (`happenings`), or an instant of its own (`dated`)."""

    happenings: tuple[Happening, ...] = ()
    dated: Sequence[Event] = ()

    @property
    def begin(self) -> datetime | None:
        """Say in which minute the first event with an instant of its own happened."""
        return minute(self.dated[0].at) if self.dated else None

    def from_(self, begin: datetime) -> tuple[Happening, ...]:
        """Give all of them as a story that begins then; raises UnusableEvents for one that lies before."""
        early = [event for event in self.dated if event.at < begin]
        if early:
            raise UnusableEvents(
                f"{early[0].name} happened at {early[0].at:%Y-%m-%d %H:%M} UTC, before the story begins at "
                f"{begin:%Y-%m-%d %H:%M} UTC; let it begin earlier with --at"
            )
        told = [
            Happening(event.at.replace(microsecond=0) - begin, event.name, event.properties) for event in self.dated
        ]
        return (*self.happenings, *told)


def read_story_events(path: Path, country: str) -> StoryEvents:
    """Read a file of events. Raises UnusableEvents with everything that is wrong with it."""
    if path.suffix not in YAML:
        return StoryEvents(dated=_dated(path, country))
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise UnusableEvents(f"{path}: expected UTF-8 text, got other bytes; save it as UTF-8") from None
    happenings, problems = read_happenings(text, str(path))
    if problems:
        raise UnusableEvents("\n".join(map(str, problems)))
    return StoryEvents(happenings)


def _dated(path: Path, country: str) -> list[Event]:
    source, events, problems = SegmentSource(country), [], []
    for number, line in read_lines(path):
        place = f"{path}:{number}"
        reading = source.read(line, _RECEIVED, place)
        if isinstance(reading, Refused):
            problems.append(f"{place}: {reading.message}" if place not in reading.message else reading.message)
        elif reading.event.at >= _RECEIVED:
            problems.append(f'{place}: expected a "timestamp", got none; say when it happened')
        else:
            events.append(reading.event)
    if problems:
        raise UnusableEvents("\n".join(problems))
    return sorted(events, key=lambda event: event.at)
