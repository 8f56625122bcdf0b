"""How is a delivery listed, and how a judgement, before they are rows?

The fields, their order and their words are those of `orchestrator.store.views`, so that what a backtest would have
done can be held line by line against what was done.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from operational_guards.verdict import Allow
from orchestrator.customer import Judged, Outgoing
from orchestrator.history import Family
from orchestrator.store.codec import encode_answers
from orchestrator.store.codes import VERDICT_CODES, VERDICT_WORDS

Fields = dict[str, Any]


def delivery_lines(outgoing: Iterable[Outgoing], names: Mapping[int, str]) -> Iterator[Fields]:
    """List deliveries by key, each once: the last of several with one key is how it stands in the end."""
    latest = {entry.delivery.id: entry for entry in outgoing}
    for key in sorted(latest):
        entry = latest[key]
        yield delivery_fields(entry, names[entry.delivery.profile_id])


def delivery_fields(entry: Outgoing, profile: str) -> Fields:
    """List one delivery; `profile` is the person's name."""
    delivery, judged = entry.delivery, entry.judged
    return {
        "key": delivery.id,
        "profile": profile,
        "journey": delivery.journey,
        "step": delivery.step,
        "state": entry.state,
        "reason": entry.reason,
        "due": entry.due_at,
        "settled": entry.settled_at,
        "channel": delivery.channel,
        "dropped_items": 0 if judged is None else len(delivery.items) - len(judged.items),
        "attempts": entry.attempts,
        "forecast": entry.forecast,
    }


def ledger_lines(judgements: Iterable[Judged]) -> Iterator[Fields]:
    """List judgements delivery by delivery, those of one in order of time."""
    for judged in sorted(judgements, key=lambda judged: (judged.delivery_id, judged.at)):
        yield judged_fields(judged)


def judged_fields(judged: Judged) -> Fields:
    """List one judgement."""
    verdict = judged.judgement.verdict
    return {
        "key": judged.delivery_id,
        "at": judged.at,
        "kind": judged.kind,
        "verdict": VERDICT_WORDS[VERDICT_CODES[type(verdict).__name__]],
        "reason": "" if isinstance(verdict, Allow) else verdict.reason,
        "answers": msgspec.json.decode(encode_answers(judged.judgement.answers)),
    }


def profile_names(families: Iterable[Family]) -> dict[int, str]:
    """Name every profile of a history by the one it is part of in the end: by its user id, else by its number."""
    names = {}
    for family in families:
        own = {profile.id: profile.user_id for profile in family.profiles}
        absorbed = [profile_id for _, profile_id in family.merges]
        survivor = next(profile_id for profile_id in own if profile_id not in absorbed)
        inherited = next((own[profile_id] for profile_id in absorbed if own[profile_id]), "")
        name = own[survivor] or inherited or f"#{survivor}"
        names.update(dict.fromkeys(own, name))
    return names
