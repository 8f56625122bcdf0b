"""Does one line of the Segment spec become the right event, the right identifiers, or the right refusal?"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from journeys.vocabulary import Event, Identifier
from orchestrator.sources.base import Accepted
from orchestrator.sources.event_log import decode_event, encode_event
from orchestrator.sources.refusal import Reason, Refused
from orchestrator.sources.segment import SegmentSource

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TRACK: dict[str, Any] = {"type": "track", "messageId": "m1", "userId": "u1", "event": "Order Completed"}


def line(**call: Any) -> bytes:
    return json.dumps(call, ensure_ascii=False).encode()


def accept(source: SegmentSource | None = None, **call: Any) -> Accepted:
    reading = (source or SegmentSource("GB")).read(line(**call), NOW, "orders.jsonl:1")
    assert isinstance(reading, Accepted), reading
    return reading


def refuse(raw: bytes) -> Refused:
    reading = SegmentSource("GB").read(raw, NOW, "orders.jsonl:7")
    assert isinstance(reading, Refused), reading
    return reading


def test_a_track_call_is_an_event_of_its_own_name() -> None:
    accepted = accept(**TRACK, timestamp="2026-03-02T10:00:00.123Z", properties={"order_id": "o1", "total": 9.5})
    assert accepted.event == Event(
        "m1",
        "track",
        "Order Completed",
        datetime(2026, 3, 2, 10, 0, 0, 123_000, tzinfo=UTC),
        {"order_id": "o1", "total": 9.5},
    )


def test_the_line_itself_is_kept() -> None:
    assert accept(**TRACK).raw == line(**TRACK)


@pytest.mark.parametrize(
    ("type_", "kind", "name"),
    [
        ("identify", "identify", "Identified"),
        ("page", "page", "Page Viewed"),
        ("screen", "page", "Page Viewed"),
        ("group", "group", "Group Joined"),
        ("alias", "alias", "Aliased"),
    ],
)
def test_the_other_calls_have_fixed_names(type_: str, kind: str, name: str) -> None:
    event = accept(type=type_, messageId="m1", userId="u1").event
    assert (event.kind, event.name) == (kind, name)


def test_a_page_keeps_its_own_name_as_a_property() -> None:
    accepted = accept(type="page", messageId="m", userId="u", name="Home", properties={"url": "https://shop.example/"})
    assert accepted.event.properties == {"url": "https://shop.example/", "name": "Home"}


def test_a_group_call_keeps_the_group_with_its_traits() -> None:
    accepted = accept(type="group", messageId="m", userId="u", groupId=7, traits={"plan": "team"})
    assert accepted.event.properties == {"plan": "team", "group_id": "7"}


def test_an_identify_call_carries_its_traits_the_user_id_and_the_zone() -> None:
    accepted = accept(
        type="identify",
        messageId="m",
        userId="u1",
        traits={"firstName": "Ann"},
        context={"timezone": "Europe/Riga"},
    )
    assert accepted.event.properties == {"firstName": "Ann", "user_id": "u1", "timezone": "Europe/Riga"}


@pytest.mark.parametrize("user_id", [42, 42.0, "42", " 42 "])
def test_a_user_id_written_as_a_number_is_the_same_as_text(user_id: object) -> None:
    assert accept(**{**TRACK, "userId": user_id}).identifiers == (Identifier("user_id", "42"),)


def test_identifiers_come_strongest_first() -> None:
    accepted = accept(
        **TRACK,
        anonymousId="a1",
        properties={"order_id": 9, "checkout_id": "k1", "email": "Ann@Example.com", "phone": "07911 123456"},
    )
    assert accepted.identifiers == (
        Identifier("user_id", "u1"),
        Identifier("order_id", "9"),
        Identifier("checkout_id", "k1"),
        Identifier("email", "ann@example.com"),
        Identifier("phone", "+447911123456"),
        Identifier("anonymous_id", "a1"),
    )


@pytest.mark.parametrize("spelling", ["1Z 999 aa1", " 1z999AA1 "])
def test_spellings_of_one_tracking_number_are_one_identifier(spelling: str) -> None:
    accepted = accept(type="track", messageId="m", event="Order Shipped", properties={"tracking_number": spelling})
    assert accepted.identifiers == (Identifier("tracking_number", "1Z999AA1"),)
    assert accepted.event.properties == {"tracking_number": "1Z999AA1"}


@pytest.mark.parametrize("wrong", ["N/A", "none", "0000", "", None])
def test_what_is_no_tracking_number_identifies_nobody(wrong: object) -> None:
    properties = {"order_id": "o1", "tracking_number": wrong}
    accepted = accept(type="track", messageId="m", event="Order Shipped", properties=properties)
    assert accepted.identifiers == (Identifier("order_id", "o1"),)
    assert "tracking_number" not in accepted.event.properties


def test_a_tracking_number_on_a_page_identifies_nobody() -> None:
    accepted = accept(type="page", messageId="m", anonymousId="v1", properties={"tracking_number": "T1"})
    assert accepted.identifiers == (Identifier("anonymous_id", "v1"),)


@pytest.mark.parametrize("event", ["Product Updated", "Stock Changed"])
def test_an_event_about_the_shop_is_about_nobody(event: str) -> None:
    call = {"type": "track", "messageId": "m", "event": event, "about": "shop", "userId": "ann"}
    assert accept(**call, properties={"product_id": "p1"}).identifiers == ()


@pytest.mark.parametrize(("event", "about"), [("Product Viewed", "shop"), ("Product Updated", None)])
def test_any_other_event_about_nobody_is_refused(event: str, about: str | None) -> None:
    call = {"type": "track", "messageId": "m", "event": event, "about": about, "properties": {"product_id": "p1"}}
    assert refuse(json.dumps(call).encode()).reason == "line.no_identifier"


def test_an_event_carries_the_name_of_its_source() -> None:
    assert accept(SegmentSource("GB", name="parcels"), **TRACK).event.source == "parcels"


def test_one_message_id_of_two_names_is_two_messages() -> None:
    assert accept(SegmentSource("GB"), **TRACK).dedup != accept(SegmentSource("GB", name="shop"), **TRACK).dedup


def test_contacts_in_the_context_identify_too() -> None:
    accepted = accept(
        type="track",
        messageId="m",
        event="Form Submitted",
        context={"traits": {"email": "ann@example.com"}},
    )
    assert accepted.identifiers == (Identifier("email", "ann@example.com"),)


def test_the_previous_id_of_an_alias_is_looked_for_as_user_and_as_visitor() -> None:
    accepted = accept(type="alias", messageId="m", userId="u1", previousId="a1")
    assert accepted.identifiers == (
        Identifier("user_id", "u1"),
        Identifier("user_id", "a1"),
        Identifier("anonymous_id", "a1"),
    )


@pytest.mark.parametrize("nobody", ["null", "undefined", "0", 0, "None", "[object Object]", "x" * 257])
def test_a_placeholder_identifies_nobody(nobody: object) -> None:
    assert accept(**{**TRACK, "userId": nobody}, anonymousId="a1").identifiers == (Identifier("anonymous_id", "a1"),)


def test_an_order_id_of_null_identifies_nobody() -> None:
    assert accept(**TRACK, properties={"order_id": None}).identifiers == (Identifier("user_id", "u1"),)


@pytest.mark.parametrize(
    "spelling",
    ["ann@example.com", " Ann@Example.COM ", "ANN@EXAMPLE.COM", "ann@example.com\n"],
)
def test_spellings_of_one_address_are_one_identifier(spelling: str) -> None:
    accepted = accept(type="identify", messageId="m", traits={"email": spelling})
    assert accepted.identifiers == (Identifier("email", "ann@example.com"),)


@pytest.mark.parametrize("spelling", ["ann@bücher.example", "Ann@BÜCHER.example", "ann@xn--bcher-kva.example"])
def test_an_international_domain_is_written_in_ascii(spelling: str) -> None:
    accepted = accept(type="identify", messageId="m", traits={"email": spelling})
    assert accepted.identifiers == (Identifier("email", "ann@xn--bcher-kva.example"),)


@pytest.mark.parametrize("wrong", ["ann", "ann@", "@example.com", "ann@example", "a nn@example.com", "a@b@c.com"])
def test_what_is_no_address_is_kept_but_identifies_nobody(wrong: str) -> None:
    accepted = accept(type="identify", messageId="m", userId="u1", traits={"email": wrong})
    assert (accepted.identifiers, accepted.event.properties) == (
        (Identifier("user_id", "u1"),),
        {"invalid_email": wrong, "user_id": "u1"},
    )


@pytest.mark.parametrize(
    ("country", "spelling", "number"),
    [
        ("LV", "29123456", "+37129123456"),
        ("LV", "29 123 456", "+37129123456"),
        ("LV", "8 29123456", "+37129123456"),
        ("LV", "+371 29-123-456", "+37129123456"),
        ("LV", "0037129123456", "+37129123456"),
        ("LV", "371 29123456", "+37129123456"),
        ("GB", "07911 123456", "+447911123456"),
        ("GB", "+44 (0)7911 123456", "+447911123456"),
        ("GB", "0044 7911 123456", "+447911123456"),
        ("GB", "447911123456", "+447911123456"),
        ("GB", "0044 744 5143871", "+447445143871"),
        ("GB", "+49 (714) 422-7812", "+497144227812"),
        ("GB", "+37129123456", "+37129123456"),
        ("RU", "8 (912) 345-67-89", "+79123456789"),
        ("RU", "+7 912 345 67 89", "+79123456789"),
        ("RU", "9123456789", "+79123456789"),
        ("RU", "79123456789", "+79123456789"),
        ("RU", "8-912-345-67-89", "+79123456789"),
        ("LT", "8 612 34567", "+37061234567"),
        ("KZ", "87012345678", "+77012345678"),
    ],
)
def test_spellings_of_one_number_are_one_identifier(country: str, spelling: str, number: str) -> None:
    accepted = accept(SegmentSource(country), type="identify", messageId="m", traits={"phone": spelling})
    assert accepted.identifiers == (Identifier("phone", number),)


@pytest.mark.parametrize("wrong", ["12", "07", "not a number", "+44 7911 1234567890", "1" * 41, True])
def test_what_is_no_number_is_kept_but_identifies_nobody(wrong: object) -> None:
    accepted = accept(type="identify", messageId="m", userId="u1", traits={"phone": wrong})
    assert (accepted.identifiers, accepted.event.properties) == (
        (Identifier("user_id", "u1"),),
        {"invalid_phone": wrong, "user_id": "u1"},
    )


def test_a_line_without_a_time_happened_when_it_was_received() -> None:
    assert accept(**TRACK).event.at == NOW


def test_a_time_with_an_offset_is_turned_into_utc() -> None:
    event = accept(**TRACK, timestamp="2026-03-02T10:00:00+02:00").event
    assert event.at == datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def test_a_time_without_a_zone_is_utc() -> None:
    assert accept(**TRACK, timestamp="2026-03-02T10:00:00").event.at == datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def test_a_time_is_kept_to_the_millisecond() -> None:
    event = accept(**TRACK, timestamp="2026-03-02T10:00:00.123987Z").event
    assert event.at == datetime(2026, 3, 2, 10, 0, 0, 123_000, tzinfo=UTC)


def test_a_sender_whose_clock_is_days_ahead_is_corrected() -> None:
    accepted = accept(**TRACK, originalTimestamp="2026-03-09T10:00:00Z", sentAt="2026-03-09T10:00:05Z")
    assert accepted.event.at == NOW - timedelta(seconds=5)


@pytest.mark.parametrize("key", ["timestamp", "originalTimestamp"])
def test_what_a_clock_ahead_of_ours_tells_happened_when_it_was_told(key: str) -> None:
    ahead, later = accept(**TRACK, **{key: "2026-03-03T11:00:00Z"}), accept(**TRACK, **{key: "2026-03-03T11:00:01Z"})
    assert (ahead.event.at, later.event.at) == (NOW, NOW)


def test_an_original_time_alone_is_taken_as_it_is() -> None:
    accepted = accept(**TRACK, originalTimestamp="2026-03-02T10:00:00Z")
    assert accepted.event.at == datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def test_the_dedup_key_begins_with_the_hour_it_happened_in() -> None:
    accepted = accept(**TRACK, timestamp="1970-01-01T00:00:00Z".replace("1970", "2020"))
    assert int.from_bytes(accepted.dedup[:4], "big") == 438_288


def test_the_dedup_key_of_a_line_without_a_time_begins_with_zero() -> None:
    assert accept(**TRACK).dedup.hex() == "00000000" + accept(**TRACK, timestamp="2026-03-02T10:00:00Z").dedup.hex()[8:]


def test_the_dedup_key_has_sixteen_bytes() -> None:
    assert len(accept(**TRACK).dedup) == 16


class OtherSource(SegmentSource):
    """The same shape under another name."""

    name = "parcels"


def test_one_message_id_of_two_sources_is_two_messages() -> None:
    assert accept(SegmentSource("GB"), **TRACK).dedup != accept(OtherSource("GB"), **TRACK).dedup


def test_a_message_sent_again_later_has_the_same_key() -> None:
    first = line(**TRACK, originalTimestamp="2026-03-02T10:00:00Z", sentAt="2026-03-02T10:00:01Z")
    again = line(**TRACK, originalTimestamp="2026-03-02T10:00:00Z", sentAt="2026-03-02T13:30:00Z")
    source = SegmentSource("GB")
    one, other = source.read(first, NOW, "a"), source.read(again, NOW + timedelta(hours=2), "b")
    assert isinstance(one, Accepted)
    assert isinstance(other, Accepted)
    assert one.dedup == other.dedup


def nested(depth: int) -> bytes:
    return line(**TRACK, properties={"deep": json.loads("[" * (depth - 2) + "]" * (depth - 2))})


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"{", "line.not_json"),
        (b"{} {}", "line.not_json"),
        (b'{"type":"track","properties":{"n":1e999}}', "line.not_json"),
        (line(**TRACK).replace(b"u1", b"u\xff"), "line.not_utf8"),
        (line(**TRACK, extra="x" * 1_000_001), "line.too_long"),
        (b"x" * 10_000_000, "line.too_long"),
        (b"[]", "line.not_an_object"),
        (b'"track"', "line.not_an_object"),
        (b"null", "line.not_an_object"),
        (b"{}", "line.unknown_type"),
        (line(**{**TRACK, "type": "purchase"}), "line.unknown_type"),
        (line(**{**TRACK, "type": 5}), "line.unknown_type"),
        (line(type="track", userId="u1", event="E"), "line.no_message_id"),
        (line(**{**TRACK, "messageId": " "}), "line.no_message_id"),
        (line(type="track", messageId="m", event="E"), "line.no_identifier"),
        (line(type="track", messageId="m", userId={"id": 1}, event="E"), "line.no_identifier"),
        (line(type="track", messageId="m", userId="u1"), "line.no_event_name"),
        (line(type="track", messageId="m", userId="u1", event="  "), "line.no_event_name"),
        (line(**TRACK, timestamp="1999-12-31T23:59:59Z"), "line.absurd_date"),
        (line(**TRACK, timestamp="2026-03-03T12:00:01Z"), "line.absurd_date"),
        (line(**TRACK, timestamp="yesterday"), "line.absurd_date"),
        (line(**TRACK, timestamp=1772445600), "line.absurd_date"),
        (line(**TRACK, timestamp="0001-01-01T00:00:00+05:00"), "line.absurd_date"),
        (line(**TRACK, originalTimestamp="0001-01-01T00:00:00Z", sentAt="9999-12-31T00:00:00Z"), "line.absurd_date"),
        (nested(33), "line.too_deep"),
        (b"[" * 100_000, "line.too_deep"),
        (line(**TRACK, properties={"note": "a\0b"}), "line.nul_character"),
        (line(**TRACK, properties={"a\0b": 1}), "line.nul_character"),
        (line(**{**TRACK, "userId": "u\0"}), "line.nul_character"),
        (line(**{**TRACK, "event": "Order\0Completed"}), "line.nul_character"),
        (
            b'{"type":"track","userId":' + b"[" * 500 + b'"\\u0000"' + b"]" * 500 + b',"messageId":"m","event":"E"}',
            "line.too_deep",
        ),
        (line(**TRACK, properties=[1]), "line.properties_not_an_object"),
        (line(type="identify", messageId="m", userId="u", traits="x"), "line.properties_not_an_object"),
        (line(**TRACK, properties={"products": [{}] * 1_001}), "line.too_many_products"),
    ],
)
def test_a_faulty_line_is_refused_with_its_reason(raw: bytes, reason: str) -> None:
    assert refuse(raw).reason == reason


@pytest.mark.parametrize(
    "raw",
    [
        nested(32),
        line(**TRACK, properties={"note": "[" * 100}),
        line(**TRACK, properties={"note": "\\u0000"}),
        line(**TRACK, properties={"products": [{"product_id": "p"}] * 1_000}),
        line(**TRACK, timestamp="2026-03-03T12:00:00Z"),
        line(**TRACK, timestamp="2000-01-01T00:00:00Z"),
    ],
)
def test_what_is_just_within_the_limits_is_taken(raw: bytes) -> None:
    assert isinstance(SegmentSource("GB").read(raw, NOW, "x"), Accepted)


def test_a_refusal_says_where_what_got_and_what_to_do() -> None:
    assert refuse(line(**{**TRACK, "type": "purchase"})).message == (
        "orders.jsonl:7: the type is identify, track, page, screen, group or alias, "
        'got "purchase"; name one of these as the type'
    )


def test_a_refused_date_is_quoted() -> None:
    assert refuse(line(**TRACK, timestamp="yesterday")).message == (
        "orders.jsonl:7: an event has a date of this century that is at most a day ahead, "
        "got 'yesterday' as timestamp; write the timestamp like 2026-03-02T09:00:00Z"
    )


def test_every_reason_has_a_sentence_of_its_own() -> None:
    raws = {
        Reason.NOT_JSON: b"{",
        Reason.NOT_AN_OBJECT: b"[]",
        Reason.NO_MESSAGE_ID: line(type="track"),
        Reason.NO_IDENTIFIER: line(type="page", messageId="m"),
    }
    assert {reason: refuse(raw).reason for reason, raw in raws.items()} == {reason: reason for reason in raws}


def test_an_event_comes_back_from_the_log_as_it_was() -> None:
    event = Event(
        "m1", "track", "Order Completed", NOW + timedelta(milliseconds=7), {"a": [1, 2.0, None, "ü"]}, "shop", 9
    )
    assert decode_event(encode_event(event), seq=9) == event


def test_the_log_is_compact() -> None:
    event = Event("m1", "page", "Page Viewed", datetime(2026, 3, 2, tzinfo=UTC), {"url": "/"}, "segment")
    assert encode_event(event) == b'["m1","page","Page Viewed",1772409600000,{"url":"/"},"segment"]'
