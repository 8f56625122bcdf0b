"""What is AfterShip asked about parcels, and what do its answers mean?"""

import asyncio
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.vocabulary import Facts, Profile, Shipment, ShipmentStatus
from orchestrator.sources.aftership_tracking import AfterShipTracking, AfterShipTrackingParams
from orchestrator.sources.asked import Answer, NoAnswer, Question, Told
from orchestrator.sources.web import Response, Unreachable
from tests.fakes.web import FakeWeb, answered

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
FIRST = Question("shipments", "1Z999AA10123456784")
SECOND = Question("shipments", "RA123456789US")
TRACKING = {
    "id": "abc",
    "tracking_number": "1Z999AA10123456784",
    "slug": "ups",
    "tag": "InTransit",
    "updated_at": "2026-11-20T11:59:00+00:00",
    "order_id": "17",
    "checkpoints": [{"checkpoint_time": "2026-11-20T09:00:00+00:00", "tag": "InTransit"}],
}


def source(web: FakeWeb) -> AfterShipTracking:
    return AfterShipTracking(AfterShipTrackingParams(), {"AFTERSHIP_API_KEY": "k3y"}.__getitem__, web)


def ask(answer: Response | Unreachable, *questions: Question) -> dict[Question, Answer]:
    return dict(asyncio.run(source(FakeWeb.saying(answer)).ask(questions or (FIRST,), NOW)))


def telling(*trackings: object) -> Response:
    return answered({"meta": {"code": 200}, "data": {"trackings": list(trackings)}})


def parcel(shipment_id: str, status: ShipmentStatus = ShipmentStatus.IN_TRANSIT) -> Shipment:
    return Shipment(shipment_id, "17", status, NOW, NOW)


def facts(*parcels: Shipment) -> Facts:
    known = Facts(Profile(1, NOW))
    known.shipments.update({each.shipment_id: each for each in parcels})
    return known


def only_call(answer: Answer):
    assert isinstance(answer, Told)
    (call,) = answer.calls
    return call


def test_a_parcel_on_its_way_is_told_at_the_time_of_its_newest_checkpoint():
    call = only_call(ask(telling(TRACKING))[FIRST])
    assert (call["event"], call["timestamp"], call["properties"]) == (
        "Shipment Updated",
        "2026-11-20T09:00:00+00:00",
        {
            "tracking_number": "1Z999AA10123456784",
            "order_id": "17",
            "carrier": "ups",
            "status": "in_transit",
        },
    )


def test_a_parcel_that_arrived_is_told_as_delivered():
    assert only_call(ask(telling({**TRACKING, "tag": "Delivered"}))[FIRST])["event"] == "Order Delivered"


def test_asking_twice_gives_the_same_message():
    looked_at_again = {**TRACKING, "tracked_count": 8, "updated_at": "2026-11-20T12:30:00+00:00"}
    once, twice = (only_call(ask(telling(tracking))[FIRST]) for tracking in (TRACKING, looked_at_again))
    assert once == twice


def test_another_status_gives_another_message():
    moved = {**TRACKING, "tag": "OutForDelivery"}
    once, twice = (only_call(ask(telling(tracking))[FIRST])["messageId"] for tracking in (TRACKING, moved))
    assert once != twice


def test_many_parcels_are_asked_about_in_one_call():
    web = FakeWeb.saying(telling())
    asyncio.run(source(web).ask((FIRST, SECOND), NOW))
    assert [request.url for request in web.asked] == [
        "https://api.aftership.com/tracking/2026-07/trackings"
        "?tracking_numbers=1Z999AA10123456784%2CRA123456789US&limit=200"
    ]


def test_the_key_goes_along():
    web = FakeWeb.saying(telling())
    asyncio.run(source(web).ask((FIRST,), NOW))
    assert web.asked[0].headers["as-api-key"] == "k3y"


def test_each_question_gets_its_own_parcel():
    answers = ask(telling({**TRACKING, "tracking_number": "ra123456789us"}), FIRST, SECOND)
    assert (answers[FIRST], only_call(answers[SECOND])["properties"]["tracking_number"]) == (
        Told(()),
        "RA123456789US",
    )


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Unreachable("unreachable"), "aftership_tracking.unreachable"),
        (answered({}, 401), "aftership_tracking.refused"),
        (answered({}, 429), "aftership_tracking.throttled"),
        (answered({}, 502), "aftership_tracking.status_502"),
        (answered({"data": []}), "aftership_tracking.unreadable"),
        (Response(200, {}, b"no json"), "aftership_tracking.unreadable"),
    ],
)
def test_whatever_is_no_answer_is_named(answer, reason):
    assert ask(answer) == {FIRST: NoAnswer(reason)}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*TRACKING, "subtag"]), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from([*TRACKING, "latest_estimated_delivery", "customers"]), json_values))
def test_no_tracking_makes_it_raise(tracking):
    body = json.dumps({"data": {"trackings": [{**tracking, "tracking_number": FIRST.about}]}}).encode()
    assert isinstance(ask(Response(200, {}, body))[FIRST], Told)


@given(st.binary())
def test_no_body_makes_it_raise(body):
    assert isinstance(ask(Response(200, {}, body))[FIRST], NoAnswer)


def test_only_open_parcels_are_asked_about():
    known = facts(parcel("RA123456789US"), parcel("1Z999AA10123456784", ShipmentStatus.DELIVERED))
    assert source(FakeWeb()).questions(known, ()) == (SECOND,)


@pytest.mark.parametrize("shipment_id", ["17/1", "a,b,c,d,e", "x", "ab cd ef"])
def test_a_parcel_without_a_tracking_number_is_not_asked_about(shipment_id):
    assert source(FakeWeb()).questions(facts(parcel(shipment_id)), ()) == ()
