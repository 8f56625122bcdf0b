"""Laws of identity and profiles: strangers stay strangers, batches do not matter, consent never grows by a merge."""

from collections.abc import Sequence
from copy import deepcopy
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from journeys.vocabulary import Event, Identifier, IdentifierKind, Profile
from orchestrator.identity import Known, Resolver
from orchestrator.profiles import apply_event, merge

T0 = datetime(2026, 3, 1, tzinfo=UTC)
KINDS: tuple[IdentifierKind, ...] = (
    "user_id",
    "order_id",
    "checkout_id",
    "email",
    "phone",
    "tracking_number",
    "anonymous_id",
)
CHANNELS = ("marketing", "email", "sms", "ads")

people_called = st.lists(
    st.dictionaries(st.sampled_from(KINDS), st.sampled_from(["1", "2", "3"]), min_size=1).map(
        lambda said: tuple(Identifier(kind, said[kind]) for kind in KINDS if kind in said)
    ),
    max_size=12,
)
moments = st.integers(0, 5).map(lambda hours: T0 + timedelta(hours=hours))
addresses = st.sampled_from(["", "a@example.com", "b@example.com"])
profiles = st.builds(
    Profile,
    id=st.integers(1, 9),
    created_at=moments,
    email=addresses,
    phone=st.sampled_from(["", "+37129123456"]),
    traits=st.dictionaries(st.sampled_from(["city", "country"]), st.sampled_from(["x", "y"])),
    consent=st.dictionaries(st.sampled_from(CHANNELS), st.booleans()),
    suppressed=st.dictionaries(
        st.sampled_from(["a@example.com", "b@example.com"]),
        st.sampled_from(["unsubscribed", "hard_bounce", "spam_complaint"]),
    ),
)
consent_events = st.builds(
    Event,
    message_id=st.just("m"),
    kind=st.just("track"),
    name=st.sampled_from(["Subscribed", "Unsubscribed", "Identified", "Preferences Updated"]),
    at=moments,
    properties=st.fixed_dictionaries(
        {},
        optional={
            "channel": st.sampled_from(["email", "sms", "all"]),
            "marketing_consent": st.booleans(),
            "consent": st.dictionaries(st.sampled_from(CHANNELS), st.booleans(), max_size=2),
        },
    ),
)


def resolved(calls: list[tuple[Identifier, ...]]) -> tuple[Resolver, list[int]]:
    resolver = Resolver({}, {}, 1)
    homes = [resolver.resolve(call, T0 + timedelta(hours=hour)).profile_id for hour, call in enumerate(calls)]
    return resolver, homes


def owners(resolver: Resolver, calls: list[tuple[Identifier, ...]]) -> dict[Identifier, int | None]:
    return {identifier: resolver.owner(identifier) for call in calls for identifier in call}


@given(people_called)
@settings(max_examples=400, deadline=None)
def test_no_profile_ever_holds_two_users_unless_an_alias_says_so(calls: list[tuple[Identifier, ...]]) -> None:
    resolver, _ = resolved(calls)
    users = [owner for identifier, owner in owners(resolver, calls).items() if identifier.kind == "user_id"]
    assert len(users) == len(set(users))


somebody = st.builds(Identifier, kind=st.sampled_from(["user_id", "email", "phone"]), value=st.sampled_from(["1", "2"]))


@given(st.lists(st.tuples(somebody, st.builds(Identifier, st.just("tracking_number"), st.sampled_from(["T1", "T2"])))))
@settings(max_examples=200, deadline=None)
def test_a_tracking_number_never_makes_one_of_two_known_people(calls: list[tuple[Identifier, ...]]) -> None:
    resolver, _ = resolved([call[:1] for call in calls] + calls)
    assert resolver.merges == []


@given(people_called)
@settings(max_examples=200, deadline=None)
def test_every_identifier_that_was_heard_has_an_owner_that_lives(calls: list[tuple[Identifier, ...]]) -> None:
    resolver, _ = resolved(calls)
    gone = {absorbed for absorbed, _ in resolver.merges}
    living = {profile.id for profile in resolver.new_profiles} - gone
    assert set(owners(resolver, calls).values()) <= living


@given(people_called)
@settings(max_examples=200, deadline=None)
def test_an_event_with_a_user_id_always_belongs_to_that_user(calls: list[tuple[Identifier, ...]]) -> None:
    resolver = Resolver({}, {}, 1)
    for hour, call in enumerate(calls):
        home = resolver.resolve(call, T0 + timedelta(hours=hour)).profile_id
        if call[0].kind == "user_id":
            assert resolver.owner(call[0]) == home


class Weighing(Resolver):
    """Weighs what speaks for whom even where everything leads to one profile."""

    def home(self, identifiers: Sequence[Identifier]) -> int | None:
        return None


@given(people_called)
@settings(max_examples=400, deadline=None)
def test_a_profile_all_identifiers_lead_to_is_found_without_weighing(calls: list[tuple[Identifier, ...]]) -> None:
    quick, weighing = Resolver({}, {}, 1), Weighing({}, {}, 1)
    for call in calls:
        assert quick.resolve(call, T0) == weighing.resolve(call, T0)
    assert (quick.merges, quick.new_identities) == (weighing.merges, weighing.new_identities)


@given(people_called)
@settings(max_examples=200, deadline=None)
def test_whoever_is_at_home_once_stays_there_until_a_merge(calls: list[tuple[Identifier, ...]]) -> None:
    resolver, homes = Resolver({}, {}, 1), dict[tuple[Identifier, ...], int]()
    for call in calls:
        if resolver.resolve(call, T0).absorbed:
            homes.clear()
        for known, home in homes.items():
            assert resolver.home(known) == home
        if (at_home := resolver.home(call)) is not None:
            homes[call] = at_home


@given(people_called, st.integers(0, 12))
@settings(max_examples=400, deadline=None)
def test_where_a_batch_ends_makes_no_difference(calls: list[tuple[Identifier, ...]], cut: int) -> None:
    whole, homes = resolved(calls)
    first, first_homes = resolved(calls[:cut])
    stored = {key: owner for key, owner in owners(first, calls[:cut]).items() if owner is not None}
    gone = {absorbed for absorbed, _ in first.merges}
    known = {each.id: deepcopy(each) for each in first.new_profiles if each.id not in gone}
    second = Resolver(dict(stored), known, first.next_id)
    second_homes = [
        second.resolve(call, T0 + timedelta(hours=hour)).profile_id for hour, call in enumerate(calls[cut:], cut)
    ]
    assert first_homes + second_homes == homes
    assert first.merges + second.merges == whole.merges


@given(people_called)
@settings(max_examples=200, deadline=None)
def test_what_is_known_of_a_profile_is_exactly_what_it_owns(calls: list[tuple[Identifier, ...]]) -> None:
    resolver, _ = resolved(calls)
    gone = {absorbed for absorbed, _ in resolver.merges}
    held = {
        (identifier.kind, identifier.value): owner
        for identifier, owner in owners(resolver, calls).items()
        if identifier.kind in ("user_id", "email", "phone")
    }
    assert held == {
        (kind, value): known.id
        for known in living(resolver, gone)
        for kind, values in known.identifiers.items()
        for value in values
    }


def living(resolver: Resolver, gone: set[int]) -> list[Known]:
    return [known for known in resolver.new_profiles if known.id not in gone]


@given(profiles, profiles)
@settings(max_examples=300, deadline=None)
def test_consent_and_suppression_of_a_merge_do_not_depend_on_who_survives(one: Profile, other: Profile) -> None:
    here, there = merge(one, other), merge(other, one)
    assert (here.consent, here.suppressed, here.created_at) == (there.consent, there.suppressed, there.created_at)


@given(profiles, profiles, st.sampled_from(CHANNELS))
@settings(max_examples=300, deadline=None)
def test_a_merge_never_consents_where_either_refused(one: Profile, other: Profile, channel: str) -> None:
    refused = one.consents_to(channel) is False or other.consents_to(channel) is False
    assert not (refused and merge(one, other).consents_to(channel))


@given(profiles, profiles, st.sampled_from(CHANNELS))
@settings(max_examples=300, deadline=None)
def test_a_merge_never_consents_for_an_address_whose_owner_never_did(
    one: Profile, other: Profile, channel: str
) -> None:
    silent = [each for each in (one, other) if (each.email or each.phone) and each.consents_to(channel) is None]
    assert not (silent and merge(one, other).consents_to(channel))


@given(profiles)
@settings(max_examples=100, deadline=None)
def test_a_merge_with_an_empty_profile_changes_no_answer(profile: Profile) -> None:
    empty = Profile(id=99, created_at=T0 + timedelta(days=1))
    assert merge(profile, empty) == profile


@given(st.lists(consent_events, max_size=5), st.data())
@settings(max_examples=400, deadline=None)
def test_what_a_person_agreed_to_does_not_depend_on_the_order_of_arrival(
    events: list[Event], data: st.DataObject
) -> None:
    ann = Profile(id=1, created_at=T0, email="ann@example.com", phone="+37129123456")
    straight, shuffled = ann, ann
    for event in sorted(events, key=lambda event: event.at):
        straight = apply_event(straight, event)
    for event in data.draw(st.permutations(events)):
        shuffled = apply_event(shuffled, event)
    answers = {channel: straight.consents_to(channel) for channel in CHANNELS}
    assert {channel: shuffled.consents_to(channel) for channel in CHANNELS} == answers
    assert shuffled.suppressed == straight.suppressed
