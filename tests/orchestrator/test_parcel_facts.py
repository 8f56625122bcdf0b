"""Is a parcel one parcel, whatever the shop and the carrier call it, and is all news of it kept?"""

from itertools import permutations

import pytest

from journeys.vocabulary import Event, Facts, Profile
from orchestrator.facts import Change, apply, join_facts
from tests.orchestrator.test_facts import DAY, HOUR, SEEN, T0, known, said

SHIPPED = said("Order Shipped", T0, order_id="o1", shipment_id="s1")
LABELLED = said("Shipment Updated", T0 + HOUR, shipment_id="s1", tracking_number="T1", status="in_transit")
DELIVERED = said("Order Delivered", T0 + DAY, tracking_number="T1")


def parcels(facts: Facts) -> list[tuple[str, tuple[str, ...], str, str]]:
    return [(each.shipment_id, each.also, each.order_id, each.status.value) for each in facts.shipments.values()]


def test_a_parcel_goes_by_its_tracking_number() -> None:
    facts = known(said("Order Shipped", order_id="o1", shipment_id="s1", tracking_number="T1"))
    assert parcels(facts) == [("T1", ("s1",), "o1", "shipped")]


def test_a_parcel_that_is_called_two_names_is_one_whichever_message_comes_first() -> None:
    found = [parcels(known(*arrival)) for arrival in permutations([SHIPPED, LABELLED, DELIVERED])]
    assert found == [[("T1", ("s1",), "o1", "delivered")]] * 6


def test_a_parcel_that_gets_its_tracking_number_leaves_its_old_place() -> None:
    facts = known(SHIPPED)
    assert apply(facts, LABELLED, SEEN) == (Change("shipment", "s1"), Change("shipment", "T1"))
    assert facts.shipments_of_order == {"o1": ["T1"]}


def test_two_parcels_that_turn_out_to_be_one_are_joined() -> None:
    facts = known(SHIPPED, DELIVERED)
    assert parcels(facts) == [("s1", (), "o1", "shipped"), ("T1", (), "", "delivered")]
    assert apply(facts, LABELLED, SEEN) == (Change("shipment", "s1"), Change("shipment", "T1"))
    assert parcels(facts) == [("T1", ("s1",), "o1", "delivered")]


def test_a_message_by_the_shops_id_finds_the_parcel_by_its_tracking_number() -> None:
    facts = known(LABELLED, said("Shipment Updated", T0 + DAY, shipment_id="s1", status="lost"))
    assert parcels(facts) == [("T1", ("s1",), "", "lost")]


def test_parcels_with_tracking_numbers_of_their_own_stay_apart() -> None:
    facts = known(*[said("Order Shipped", order_id="o1", tracking_number=number) for number in ("T1", "T2")])
    assert facts.shipments_of_order == {"o1": ["T1", "T2"]}


def test_a_parcel_with_a_new_label_is_still_one_parcel() -> None:
    relabelled = said("Shipment Updated", T0 + 2 * HOUR, shipment_id="s1", tracking_number="T2", status="in_transit")
    found = [parcels(known(*arrival)) for arrival in permutations([SHIPPED, LABELLED, relabelled, DELIVERED])]
    assert found == [[("T2", ("T1", "s1"), "o1", "delivered")]] * 24


def test_parcels_two_profiles_know_by_different_names_are_one_after_their_merge() -> None:
    mine, theirs = known(SHIPPED, LABELLED), known(DELIVERED)
    assert join_facts(mine, theirs) == (Change("shipment", "T1"),)
    assert parcels(mine) == [("T1", ("s1",), "o1", "delivered")]


@pytest.mark.parametrize("word", ["in_transit", "label_created", "Weighed"])
def test_every_message_about_a_parcel_is_news_of_it(word: str) -> None:
    update = said("Shipment Updated", T0 + DAY, shipment_id="s1", status=word)
    found = [known(*arrival).shipments["s1"].news_at for arrival in permutations([SHIPPED, update])]
    assert found == [T0 + DAY] * 2


def test_a_word_nobody_knows_does_not_move_the_status() -> None:
    update = said("Shipment Updated", T0 + DAY, shipment_id="s1", status="Weighed")
    found = [known(*arrival).shipments["s1"] for arrival in permutations([SHIPPED, update])]
    assert [(parcel.status, parcel.changed_at) for parcel in found] == [("shipped", T0)] * 2


def test_a_parcel_nobody_stated_a_status_of_counts_as_shipped_in_version_0() -> None:
    parcel = known(said("Shipment Updated", shipment_id="s1", status="label_created")).shipments["s1"]
    assert (parcel.status, parcel.version, parcel.shipped_at) == ("shipped", 0, None)


def expecting(hours: int, date: str) -> Event:
    return said("Shipment Updated", T0 + hours * HOUR, shipment_id="s1", status="in_transit", expected_at=date)


def test_a_parcel_is_expected_when_it_was_last_said_to_come() -> None:
    messages = [expecting(1, "2026-03-09"), expecting(2, "2026-03-04"), said("Order Delivered", shipment_id="s1")]
    found = [known(*arrival).shipments["s1"] for arrival in permutations(messages)]
    assert [(parcel.expected_at, parcel.expected_said_at) for parcel in found] == [(T0 + 3 * DAY, T0 + 2 * HOUR)] * 6


def test_of_two_expectations_at_one_instant_the_later_stays() -> None:
    messages = [expecting(1, "2026-03-09"), expecting(1, "2026-03-04")]
    found = [known(*arrival).shipments["s1"].expected_at for arrival in permutations(messages)]
    assert found == [T0 + 8 * DAY] * 2


def test_the_label_of_a_return_is_no_parcel() -> None:
    facts = Facts(Profile(id=1, created_at=T0))
    apply(facts, said("Return Shipped", return_id="r1", tracking_number="T9", shipment_id="s9"), SEEN)
    assert facts.shipments == {}
