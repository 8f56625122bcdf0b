"""What may a journey say? Every kind of entry, wait and step with every field, whether or not it makes sense together.

These journeys are for the loader only: their ways lead anywhere.
"""

from typing import Any, TypeAlias

from hypothesis import strategies as st

from journeys.spec import ENTRY_KINDS, STEP_KINDS
from journeys.vocabulary import Intent

Written: TypeAlias = st.SearchStrategy[dict[str, Any]]

names = st.sampled_from(["cart", "vip_call", "s1", "second_letter"])
events = st.sampled_from(["Order Completed", "Email Clicked", "Form: Sent"])
durations = st.sampled_from(["3d", "90m", "2h30m", "1.5h", "10s", "2w"])
clocks = st.sampled_from(["10:00", "Tue 09:30", "Sun 00:00"])
dates = st.sampled_from(["2026-12-24", "2026-12-24 18:30", "entry.expected_at - 1d", "profile.birthday"])
expressions = st.sampled_from(["event.value >= 20", 'entry.form == "guide"', "not profile.consent.sms", "yes: no # 1"])
limits = st.sampled_from(["100 per hour", "20 per 10m", "5 per day", "1 per week"])
shares = st.sampled_from(["5%", "12.5%", "100%", "0.1%"])
texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)
flags = st.booleans()
suppressed = st.sampled_from(["continue", "exit", "vip_call"])
values = texts | st.integers(-9, 9) | flags | st.builds(lambda text: {"from": text}, expressions)
given_values = st.dictionaries(names, values, min_size=1, max_size=2)
reasons = st.dictionaries(names, st.just("they asked for it"), max_size=1)
guards = st.dictionaries(names, st.just({"do": "delay", "at_most": "3d"}), max_size=1)


def fields(required: dict[str, Any] | None = None, **optional: st.SearchStrategy[Any]) -> Written:
    """Write a mapping of what must be there and some of what may be."""
    return st.fixed_dictionaries(dict(required or {}), optional={key.rstrip("_"): of for key, of in optional.items()})


about_event = {"of": names, "if_": expressions, "machine": flags}
late = fields({"after": durations}, do=st.sampled_from(["send", "skip", "reschedule"]))
refused: dict[str, st.SearchStrategy[Any]] = {"on_failure": suppressed}
guarded = {"guards": guards, "except": reasons}
untils = fields({"until": clocks | dates}, at=clocks, if_past=st.sampled_from(["send", "skip", "exit"]))
awaited_events = fields({"event": events}, **about_event, go=names)
awaited = (
    fields({"event": events, "at_most": durations}, **about_event)
    | fields({"condition": expressions, "at_most": durations})
    | fields({"first_of": st.lists(awaited_events, min_size=1, max_size=3), "at_most": durations})
)
branches = st.lists(
    fields({"if": expressions, "go": names}) | fields({"else": st.just(True), "go": names}), min_size=1, max_size=3
)
experiments = fields(
    {"goal": fields({"event": events, "within": durations}, if_=expressions)},
    sample=st.integers(1, 500),
    confidence=shares,
    control=names,
)
weights = st.integers(0, 100) | st.just(0.5)
# Percents are of all people, so that together they are all of them.
percents = {2: ["12.5%", "87.5%"], 3: ["0.1%", "39.9%", "60%"]}

KINDS: dict[str, Written] = {
    "wait": fields({"wait": durations | untils}),
    "wait_for": fields({"wait_for": awaited}, then=names, otherwise=names),
    "branch": fields({"branch": branches}),
    "send": fields(
        {"send": names},
        template=texts,
        text=texts,
        subject=texts,
        items=expressions,
        min_items=st.integers(1, 9),
        purpose=st.sampled_from(["marketing", "transactional"]),
        intent=st.sampled_from([intent.value for intent in Intent]),
        at=clocks,
        late=late,
        coupon=names,
        if_suppressed=suppressed,
        **refused,
        **guarded,
    ),
    "audience": fields(
        {"audience": fields(add=names, remove=names, items=expressions, for_=durations, channel=names)},
        **refused,
        **guarded,
    ),
    "lead_magnet": fields(
        {"lead_magnet": fields({"file": texts, "template": texts}, expires=durations, channel=names)},
        if_suppressed=suppressed,
        **refused,
    ),
    "crm": fields({"crm": fields(task=texts, note=texts, deal=texts, channel=names)}, **refused),
    "webhook": fields({"webhook": fields(channel=names, with_=given_values, items=expressions)}, **refused),
    "action": fields({"action": fields({"channel": names}, with_=given_values, items=expressions)}, **refused),
    "set": fields({"set": given_values}),
    "start": fields({"start": names}, with_=given_values),
    "stop": fields({"stop": names}),
    "go": fields({"go": names}),
    "exit": fields({"exit": names}),
}
ENTRIES: dict[str, st.SearchStrategy[Any]] = {
    "event": events,
    "when": expressions,
    "schedule": clocks | st.sampled_from(["0 10 1 * *", "*/15 8-18 * * 1-5"]),
    "date": expressions,
    "call": st.dictionaries(names, st.sampled_from(["text", "number", "date"]), max_size=2),
    "journey": names,
}
assert ENTRIES.keys() == set(ENTRY_KINDS)
assert KINDS.keys() | {"split", "use"} == STEP_KINDS.keys()


@st.composite
def written_journeys(draw: st.DrawFn) -> dict[str, Any]:
    """Write one journey with anything it may say."""
    kind = draw(st.sampled_from(sorted(ENTRY_KINDS)))
    entry = draw(
        fields(
            {kind: ENTRIES[kind]},
            every=st.just("year"),
            offset=st.sampled_from(["-7d", "+2h", "1d"]),
            at=clocks,
            in_=st.sampled_from(["profile.timezone", "shop.timezone"]),
            if_=expressions,
            machine=flags,
            key=expressions,
            at_most=limits,
        )
    )
    ids = iter(range(1_000))
    rest = draw(
        fields(
            description=texts,
            stage=st.sampled_from(["awareness", "retention"]),
            group=names,
            priority=st.integers(0, 100),
            re_entry=st.sampled_from(["never", "always", "after 14d"]),
            if_active=st.sampled_from(["ignore", "restart", "parallel"]),
            holdout=shares,
            goal=fields({"event": events}, if_=expressions, machine=flags, within=durations, serves=names),
            exit_=st.lists(fields(event=events, if_=expressions, machine=flags, reason=names), max_size=2),
            late=late,
            moved=st.dictionaries(names, names | st.just("exit"), max_size=2),
        )
    )
    return {**rest, "entry": entry, "steps": _steps(draw, ids, levels=2, fewest=1)}


def _steps(draw: st.DrawFn, ids: Any, *, levels: int, fewest: int = 0) -> list[dict[str, Any]]:
    kinds = draw(st.lists(st.sampled_from([*KINDS, "split"] if levels else [*KINDS]), min_size=fewest, max_size=3))
    return [
        {"id": f"step_{next(ids)}", **(_split(draw, ids, levels) if kind == "split" else draw(KINDS[kind]))}
        for kind in kinds
    ]


def _split(draw: st.DrawFn, ids: Any, levels: int) -> dict[str, Any]:
    arms = draw(st.lists(st.sampled_from("abcd"), min_size=2, max_size=3, unique=True))
    inside = {arm: draw(st.sampled_from(["steps", "way", ""])) for arm in arms}
    written = {
        arm: _steps(draw, ids, levels=levels - 1) if form == "steps" else draw(names)
        for arm, form in inside.items()
        if form
    }
    experiment = draw(fields(experiment=experiments))
    said = percents[len(arms)] if draw(st.booleans()) else [draw(weights) for _ in arms]
    return {"split": dict(zip(arms, said, strict=True)), **experiment, **written}
