"""Are the judgements of a delivery given again on what was known then?"""

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
import typer

from orchestrator.cli.database import opened
from orchestrator.cli.options import HERE, AsJson, Database, Workspace
from orchestrator.cli.output import clock, print_json
from orchestrator.replaying import Replayed
from orchestrator.replaying import replay as replayed
from orchestrator.store.codec import encode_answers
from orchestrator.store.codes import VERDICT_CODES, VERDICT_WORDS


def replay(
    delivery: Annotated[int, typer.Argument(metavar="DELIVERY", help="The key of a delivery.")],
    *,
    folder: Workspace = HERE,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Give every judgement of a delivery again, on what was known then and by the rules of then, and compare.

    The rules are those that held at the time, also when journeys.yaml says something else by now. Exit code 1 when an
    answer differs: then a guard is not pure, or the log was changed. Times are in UTC.

    \b
    Examples:
      tactful replay 8589951058
      tactful replay 8589951058 --json | jq '.judgements[].same'
    """
    with opened(folder, database) as store:
        told, judgements = replayed(store, delivery)
    is_same = all(each.is_same for each in judgements)
    if as_json:
        print_json(
            {
                "key": told.id,
                "journey": told.journey,
                "step": told.step,
                "same": is_same,
                "judgements": [_fields(each) for each in judgements],
            }
        )
    else:
        for line in _tell(told.journey, told.step, judgements):
            typer.echo(line)
    if not is_same:
        raise typer.Exit(1)


def _fields(each: Replayed) -> dict[str, Any]:
    line, again = each.line, each.again
    return {
        "at": line.at,
        "kind": line.kind,
        "same": each.is_same,
        "rules": f"{line.edition:016x}",
        "then": {"verdict": line.verdict, "reason": line.reason, "answers": msgspec.json.decode(line.answers)},
        "now": {
            "verdict": _word(each),
            "reason": each.reason,
            "answers": msgspec.json.decode(encode_answers(again.answers)),
        },
    }


def _tell(journey: str, step: str, judgements: list[Replayed]) -> Iterator[str]:
    yield f"{journey}.{step}"
    for each in judgements:
        line = each.line
        then = _said(line.verdict, line.reason)
        same = "the same again" if each.is_same else f"DIFFERENT: {_said(_word(each), each.reason)}"
        yield f"  {clock(line.at)}  {line.kind:<10}  {then}: {same}"
        if not each.is_same:
            yield from _differences(each)


def _differences(each: Replayed) -> Iterator[str]:
    """Name the guards whose answers differ."""
    then = {answer["guard"]: answer for answer in msgspec.json.decode(each.line.answers)}
    now = {answer["guard"]: answer for answer in msgspec.json.decode(encode_answers(each.again.answers))}
    for guard in sorted({*then, *now}):
        if then.get(guard) != now.get(guard):
            yield f"    {guard}: then {then.get(guard)}, now {now.get(guard)}"


def _word(each: Replayed) -> str:
    return VERDICT_WORDS[VERDICT_CODES[type(each.again.verdict).__name__]]


def _said(verdict: str, reason: str) -> str:
    return f"{verdict.replace('_', ' ')}{f', {reason}' if reason else ''}"
