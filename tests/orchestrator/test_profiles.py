"""Is the right person recognised, and is what they said about themselves kept as they meant it?"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from journeys.vocabulary import Event, Identifier, IdentifierKind, Profile
from orchestrator.identity import Known, Resolved, Resolver, needed
from orchestrator.profiles import adopt, apply_event, merge, traits_of

T0 = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANN = Profile(id=1, created_at=T0, email="ann@example.com", phone="+37129123456", user_id="u1")


def ids(**values: str) -> tuple[Identifier, ...]:
    kinds: tuple[IdentifierKind, ...] = ("user_id", "order_id", "checkout_id", "email", "phone", "anonymous_id")
    return tuple(Identifier(kind, values[kind]) for kind in kinds if kind in values)


def resolver(*profiles: tuple[Identifier, ...]) -> Resolver:
    """Make a resolver that knows these people, numbered from 1 in order of age."""
    made = Resolver({}, {}, 1)
    for hour, identifiers in enumerate(profiles):
        made.resolve(identifiers, T0 + hour * HOUR)
    made.new_profiles.clear()
    made.new_identities.clear()
    made.merges.clear()
    return made


LATER = T0 + 100 * HOUR


def test_somebody_unknown_becomes_a_new_profile() -> None:
    empty = Resolver({}, {}, 7)
    assert empty.resolve(ids(user_id="u1", email="ann@example.com"), T0) == Resolved(7)
    assert empty.new_profiles == [Known(7, T0, {"user_id": {"u1"}, "email": {"ann@example.com"}})]
    assert empty.new_identities == [(Identifier("user_id", "u1"), 7), (Identifier("email", "ann@example.com"), 7)]


def test_a_known_identifier_leads_to_its_profile_and_writes_nothing() -> None:
    people = resolver(ids(user_id="u1"), ids(user_id="u2"))
    assert people.resolve(ids(user_id="u2"), LATER) == Resolved(2)
    assert (people.new_profiles, people.new_identities, people.merges) == ([], [], [])


def test_the_next_new_profile_gets_the_next_id() -> None:
    assert resolver(ids(user_id="u1"), ids(user_id="u2")).next_id == 3


def test_an_unknown_identifier_joins_the_profile_of_the_event() -> None:
    people = resolver(ids(user_id="u1"))
    people.resolve(ids(user_id="u1", email="ann@example.com"), LATER)
    assert people.resolve(ids(email="ann@example.com"), LATER) == Resolved(1)


def test_a_visitor_who_logs_in_becomes_part_of_the_known_profile() -> None:
    people = resolver(ids(anonymous_id="a1"), ids(user_id="u1"))
    assert people.resolve(ids(user_id="u1", anonymous_id="a1"), LATER) == Resolved(2, (1,))
    assert people.merges == [(1, 2)]


def test_after_a_merge_the_old_identifiers_lead_to_the_survivor() -> None:
    people = resolver(ids(anonymous_id="a1"), ids(user_id="u1"))
    people.resolve(ids(user_id="u1", anonymous_id="a1"), LATER)
    assert people.resolve(ids(anonymous_id="a1"), LATER) == Resolved(2)


def test_after_two_merges_the_oldest_identifiers_lead_to_the_last_survivor() -> None:
    people = resolver(ids(anonymous_id="a1"), ids(email="ann@example.com"), ids(user_id="u1"))
    people.resolve(ids(email="ann@example.com", anonymous_id="a1"), LATER)
    people.resolve(ids(user_id="u1", email="ann@example.com"), LATER)
    assert people.owner(Identifier("anonymous_id", "a1")) == 3


@pytest.mark.parametrize(
    ("first", "second", "survivor"),
    [
        (ids(anonymous_id="x"), ids(user_id="u1"), 2),
        (ids(anonymous_id="x"), ids(email="ann@example.com"), 2),
        (ids(email="ann@example.com"), ids(user_id="u1"), 2),
        (ids(user_id="u1"), ids(anonymous_id="x"), 1),
        (ids(checkout_id="x"), ids(anonymous_id="y"), 1),
    ],
)
def test_the_oldest_known_profile_survives(
    first: tuple[Identifier, ...], second: tuple[Identifier, ...], survivor: int
) -> None:
    assert resolver(first, second).resolve(first + second, LATER).profile_id == survivor


def test_a_survivor_is_as_old_as_the_oldest_of_the_two() -> None:
    people = Resolver({}, {}, 1)
    people.resolve(ids(anonymous_id="a1"), T0)
    people.resolve(ids(user_id="u1"), T0 + HOUR)
    people.resolve(ids(user_id="u1", anonymous_id="a1"), LATER)
    assert people.new_profiles[1] == Known(2, T0, {"user_id": {"u1"}})


def test_a_household_that_shares_an_address_stays_two_people() -> None:
    people = resolver(ids(user_id="u1", email="home@example.com"))
    assert people.resolve(ids(user_id="u2", email="home@example.com"), LATER) == Resolved(2)
    assert people.owner(Identifier("email", "home@example.com")) == 1


def test_a_reused_phone_number_does_not_join_two_addresses() -> None:
    people = resolver(ids(email="ann@example.com", phone="+37129123456"))
    assert people.resolve(ids(email="bob@example.com", phone="+37129123456"), LATER) == Resolved(2)


def test_a_shared_computer_does_not_join_two_users() -> None:
    people = resolver(ids(user_id="u1", anonymous_id="a1"), ids(user_id="u2"))
    assert people.resolve(ids(user_id="u2", anonymous_id="a1"), LATER) == Resolved(2)


def test_a_shared_computer_does_not_join_two_addresses() -> None:
    people = resolver(ids(email="ann@example.com", anonymous_id="a1"))
    assert people.resolve(ids(email="bob@example.com", anonymous_id="a1"), LATER) == Resolved(2)


def test_a_different_address_at_the_checkout_is_the_same_person() -> None:
    people = resolver(ids(checkout_id="k1", email="ann@example.com"))
    assert people.resolve(ids(checkout_id="k1", email="ann.work@example.com"), LATER) == Resolved(1)
    assert people.owner(Identifier("email", "ann.work@example.com")) == 1


def test_an_order_of_another_user_does_not_join() -> None:
    people = resolver(ids(user_id="u1", order_id="o1"))
    assert people.resolve(ids(user_id="u2", order_id="o1"), LATER) == Resolved(2)


def test_the_strongest_identifier_decides_whatever_order_they_are_given_in() -> None:
    people = resolver(ids(user_id="u1"), ids(user_id="u2", email="bob@example.com"))
    assert people.resolve(tuple(reversed(ids(user_id="u1", email="bob@example.com"))), LATER) == Resolved(1)


def test_a_user_who_takes_a_new_address_keeps_the_profile() -> None:
    people = resolver(ids(user_id="u1", email="old@example.com"))
    people.resolve(ids(user_id="u1", email="new@example.com"), LATER)
    assert people.owner(Identifier("email", "new@example.com")) == people.owner(Identifier("email", "old@example.com"))


def test_an_alias_joins_even_two_known_users() -> None:
    people = resolver(ids(user_id="u1"), ids(user_id="u2"))
    alias = (Identifier("user_id", "u2"), Identifier("user_id", "u1"), Identifier("anonymous_id", "u1"))
    assert people.resolve(alias, LATER) == Resolved(1, (2,))


def test_one_event_can_join_three_profiles() -> None:
    people = resolver(ids(user_id="u1"), ids(email="ann@example.com"), ids(anonymous_id="a1"))
    everything = ids(user_id="u1", email="ann@example.com", anonymous_id="a1")
    assert people.resolve(everything, LATER) == Resolved(1, (2, 3))


def test_what_a_merge_brought_can_forbid_the_next() -> None:
    people = resolver(
        ids(user_id="u1"),
        ids(email="ann@example.com", phone="+37129123456"),
        ids(email="bob@example.com", anonymous_id="a"),
    )
    assert people.resolve(ids(user_id="u1", phone="+37129123456", anonymous_id="a"), LATER) == Resolved(1, (2,))


def test_a_batch_asks_for_each_identifier_once() -> None:
    batch = [ids(user_id="u1"), ids(user_id="u1", email="ann@example.com")]
    assert needed(batch) == set(ids(user_id="u1", email="ann@example.com"))


def said(name: str, at: datetime, properties: Mapping[str, Any]) -> Event:
    return Event("m", "identify" if name == "Identified" else "track", name, at, properties)


def identified(at: datetime = T0, **traits: Any) -> Event:
    return said("Identified", at, traits)


def heard(profile: Profile, *events: Event) -> Profile:
    for event in events:
        profile = apply_event(profile, event)
    return profile


def test_traits_have_snake_case_names() -> None:
    event = said("Identified", T0, {"firstName": "Ann", "Favourite Colour": "red", "city": "Riga", "loyalty-tier": 2})
    assert traits_of(event) == {"first_name": "Ann", "favourite_colour": "red", "city": "Riga", "loyalty_tier": 2}


def test_traits_with_a_place_of_their_own_are_left_out() -> None:
    event = identified(
        email="a", phone="b", createdAt="c", timezone="d", marketing_consent=True, consent={}, avatar=None
    )
    assert traits_of(event) == {}


def test_an_identify_call_fills_the_profile() -> None:
    blank = Profile(id=1, created_at=T0)
    known = heard(
        blank,
        identified(
            user_id="u1", email="ann@example.com", phone="+37129123456", timezone="Europe/Riga", firstName="Ann"
        ),
    )
    assert (known.user_id, known.email, known.phone, known.timezone, known.traits) == (
        "u1",
        "ann@example.com",
        "+37129123456",
        "Europe/Riga",
        {"first_name": "Ann"},
    )


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "", "../etc", 3])
def test_a_zone_that_does_not_exist_is_not_taken(zone: object) -> None:
    assert heard(ANN, identified(timezone=zone)).timezone == ""


def test_a_renamed_zone_is_taken() -> None:
    assert heard(ANN, identified(timezone="Europe/Kiev")).timezone == "Europe/Kiev"


@pytest.mark.parametrize(
    "event",
    [
        said("Product Viewed", T0, {"product_id": "p1"}),
        said("Unsubscribed", T0 - HOUR, {}),
        identified(first_name="Ann", email="ann@example.com", marketing_consent=True),
        identified(T0 - HOUR, first_name="Anna"),
        said("Email Bounced", T0, {"type": "soft"}),
        said("Preferences Updated", T0, {"consent": "all"}),
    ],
)
def test_the_same_profile_comes_back_when_nothing_changes(event: Event) -> None:
    known = heard(
        ANN,
        said("Subscribed", T0, {}),
        identified(first_name="Ann", email="ann@example.com", marketing_consent=True),
    )
    assert apply_event(known, event) is known


def test_a_newer_trait_replaces_an_older_one() -> None:
    assert heard(ANN, identified(city="Riga"), identified(T0 + HOUR, city="Liepaja")).traits == {"city": "Liepaja"}


def test_an_older_identify_that_arrives_late_rolls_nothing_back() -> None:
    now = identified(T0 + HOUR, city="Liepaja", email="new@example.com", marketing_consent=False)
    late = identified(T0, city="Riga", email="old@example.com", marketing_consent=True)
    known = heard(ANN, now, late)
    assert (known.traits, known.email, known.consent) == ({"city": "Liepaja"}, "new@example.com", {"marketing": False})


def test_an_older_identify_that_arrives_late_fills_gaps() -> None:
    known = heard(ANN, identified(T0 + HOUR, city="Liepaja"), identified(T0, country="Latvia"))
    assert known.traits == {"city": "Liepaja", "country": "Latvia"}


def test_saying_the_same_again_protects_it_from_what_was_said_between() -> None:
    known = heard(ANN, identified(T0, city="A"), identified(T0 + 2 * HOUR, city="A"), identified(T0 + HOUR, city="B"))
    assert known.traits == {"city": "A"}


def test_any_event_brings_the_first_address() -> None:
    known = heard(Profile(id=1, created_at=T0), said("Order Completed", T0, {"email": "ann@example.com"}))
    assert known.email == "ann@example.com"


def test_only_an_identify_call_replaces_an_address() -> None:
    assert heard(ANN, said("Order Completed", T0, {"email": "work@example.com"})).email == "ann@example.com"


def test_identifiers_fill_what_is_unknown_and_replace_nothing() -> None:
    bare = Profile(id=1, created_at=T0, email="ann@example.com")
    known = adopt(bare, ids(user_id="u1", email="other@example.com", anonymous_id="a1"))
    assert (known.user_id, known.email, known.phone) == ("u1", "ann@example.com", "")


def test_identifiers_that_are_known_change_nothing() -> None:
    assert adopt(ANN, ids(user_id="u9", phone="+37120000000")) is ANN


@pytest.mark.parametrize("agreed", [True, False])
def test_marketing_consent_is_an_answer_for_all_channels(agreed: bool) -> None:
    assert heard(ANN, identified(marketing_consent=agreed)).consents_to("sms") is agreed


def test_consent_by_channel_is_taken_as_it_is() -> None:
    known = heard(ANN, identified(consent={"email": True, "sms": False, "ads": "yes"}))
    assert known.consent == {"email": True, "sms": False}


def test_unsubscribing_withdraws_consent_and_suppresses_the_address() -> None:
    known = heard(ANN, said("Unsubscribed", T0, {}))
    assert (known.consent, known.suppressed) == ({"email": False}, {"ann@example.com": "unsubscribed"})


def test_unsubscribing_from_sms_suppresses_the_phone_number() -> None:
    known = heard(ANN, said("Unsubscribed", T0, {"channel": "sms"}))
    assert (known.consent, known.suppressed) == ({"sms": False}, {"+37129123456": "unsubscribed"})


def test_unsubscribing_from_everything_suppresses_both_addresses() -> None:
    known = heard(ANN, identified(consent={"email": True}), said("Unsubscribed", T0 + HOUR, {"channel": "all"}))
    assert known.consent == {"marketing": False}
    assert known.suppressed == {"ann@example.com": "unsubscribed", "+37129123456": "unsubscribed"}


def test_unsubscribing_another_address_suppresses_that_address() -> None:
    known = heard(ANN, said("Email Unsubscribed", T0, {"email": "old@example.com"}))
    assert known.suppressed == {"old@example.com": "unsubscribed"}


def test_an_email_event_about_a_profile_without_addresses_suppresses_nothing() -> None:
    assert heard(Profile(id=1, created_at=T0), said("Spam Complaint", T0, {})).suppressed == {}


def test_a_stale_yes_does_not_undo_an_unsubscription() -> None:
    known = heard(ANN, said("Unsubscribed", T0, {}), identified(T0 + HOUR, marketing_consent=True))
    assert known.consents_to("email") is False


def test_subscribing_again_lifts_an_unsubscription() -> None:
    known = heard(ANN, said("Unsubscribed", T0, {}), said("Subscribed", T0 + HOUR, {}))
    assert (known.consent, known.suppressed) == ({"email": True}, {})


def test_an_unsubscription_older_than_the_subscription_changes_nothing() -> None:
    known = heard(ANN, said("Subscribed", T0 + HOUR, {}), said("Unsubscribed", T0, {}))
    assert (known.consent, known.suppressed) == ({"email": True}, {})


@pytest.mark.parametrize("order", [1, -1])
def test_at_the_same_instant_no_beats_yes(order: int) -> None:
    known = heard(ANN, *[said("Subscribed", T0, {}), said("Unsubscribed", T0, {})][::order])
    assert (known.consent, known.suppressed) == ({"email": False}, {"ann@example.com": "unsubscribed"})


def test_unsubscribing_from_everything_before_subscribing_to_one_channel_suppresses_the_other() -> None:
    known = heard(ANN, said("Subscribed", T0 + HOUR, {}), said("Unsubscribed", T0, {"channel": "all"}))
    assert known.suppressed == {"+37129123456": "unsubscribed"}


@pytest.mark.parametrize("order", [1, -1])
def test_a_refusal_of_all_marketing_takes_back_an_earlier_yes_to_a_channel(order: int) -> None:
    events = [said("Subscribed", T0, {}), identified(T0 + HOUR, marketing_consent=False)][::order]
    assert heard(ANN, *events).consents_to("email") is False


def test_a_yes_to_a_channel_after_a_general_refusal_counts() -> None:
    known = heard(ANN, identified(T0, marketing_consent=False), said("Subscribed", T0 + HOUR, {}))
    assert (known.consents_to("email"), known.consents_to("sms")) == (True, False)


def test_the_preference_page_sets_each_channel_and_lifts_an_unsubscription() -> None:
    known = heard(
        ANN,
        said("Unsubscribed", T0, {}),
        said("Preferences Updated", T0 + HOUR, {"consent": {"email": True, "sms": False}}),
    )
    assert (known.consent, known.suppressed) == ({"email": True, "sms": False}, {})


@pytest.mark.parametrize("properties", [{"type": "hard"}, {"type": "Permanent"}, {"bounce_type": "hard"}])
def test_a_hard_bounce_suppresses_the_address(properties: dict[str, str]) -> None:
    assert heard(ANN, said("Email Bounced", T0, properties)).suppressed == {"ann@example.com": "hard_bounce"}


@pytest.mark.parametrize("name", ["Email Marked as Spam", "Spam Complaint"])
def test_a_complaint_suppresses_the_address(name: str) -> None:
    assert heard(ANN, said(name, T0, {})).suppressed == {"ann@example.com": "spam_complaint"}


@pytest.mark.parametrize("name", ["Email Bounced", "Spam Complaint"])
def test_subscribing_lifts_neither_bounce_nor_complaint(name: str) -> None:
    known = heard(ANN, said(name, T0, {"type": "hard"}), said("Subscribed", T0 + HOUR, {}))
    assert list(known.suppressed) == ["ann@example.com"]


@pytest.mark.parametrize("order", [1, -1])
def test_the_weightiest_reason_stays(order: int) -> None:
    events = [said("Unsubscribed", T0, {}), said("Spam Complaint", T0, {}), said("Email Bounced", T0, {"type": "hard"})]
    assert heard(ANN, *events[::order]).suppressed == {"ann@example.com": "spam_complaint"}


def person(number: int, **members: Any) -> Profile:
    return Profile(id=number, created_at=T0 + number * HOUR, **members)


def test_a_merge_keeps_the_survivors_words_and_fills_its_gaps() -> None:
    survivor = person(2, email="ann@example.com", traits={"city": "Riga"})
    absorbed = person(1, email="old@example.com", phone="+37129123456", traits={"city": "Cesis", "country": "Latvia"})
    assert merge(survivor, absorbed) == Profile(
        id=2,
        created_at=T0 + HOUR,
        email="ann@example.com",
        phone="+37129123456",
        traits={"city": "Riga", "country": "Latvia"},
    )


@pytest.mark.parametrize(
    ("mine", "theirs", "united"),
    [
        ({"email": True}, {"email": True}, {"email": True}),
        ({"email": True}, {"email": False}, {"email": False}),
        ({"email": False}, {}, {"email": False}),
        ({"email": True}, {}, {}),
        ({"marketing": True}, {"email": False}, {"email": False}),
        ({"marketing": False}, {"email": True}, {"email": False, "marketing": False}),
        ({"marketing": True}, {"email": True}, {"email": True}),
    ],
)
def test_a_merge_of_two_who_can_be_written_to_keeps_the_most_restrictive_consent(
    mine: dict[str, bool], theirs: dict[str, bool], united: dict[str, bool]
) -> None:
    one, other = person(1, email="a@example.com", consent=mine), person(2, email="b@example.com", consent=theirs)
    assert (merge(one, other).consent, merge(other, one).consent) == (united, united)


def test_the_silence_of_a_visitor_without_address_is_no_answer() -> None:
    known = person(1, email="ann@example.com", consent={"email": True})
    assert merge(known, person(2)).consent == {"email": True}


def test_the_refusal_of_a_visitor_without_address_counts() -> None:
    known = person(1, email="ann@example.com", consent={"email": True})
    assert merge(known, person(2, consent={"email": False})).consent == {"email": False}


def test_a_visitors_yes_does_not_become_the_yes_of_somebody_who_was_never_asked() -> None:
    assert merge(person(1, email="ann@example.com"), person(2, consent={"email": True})).consent == {}


def test_a_merge_keeps_every_suppressed_address_with_its_weightiest_reason() -> None:
    one = person(1, suppressed={"a@example.com": "unsubscribed", "b@example.com": "hard_bounce"})
    other = person(2, suppressed={"a@example.com": "spam_complaint"})
    assert merge(one, other).suppressed == {"a@example.com": "spam_complaint", "b@example.com": "hard_bounce"}


def test_after_a_merge_an_answer_older_than_either_still_changes_nothing() -> None:
    one = heard(person(1, email="a@example.com"), said("Subscribed", T0 + 2 * HOUR, {}))
    other = heard(person(2, email="b@example.com"), said("Unsubscribed", T0, {}))
    assert heard(merge(one, other), said("Subscribed", T0 + HOUR, {})).consent == {"email": False}
