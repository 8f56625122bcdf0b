"""Are guards found, set up as written, and every mistake in that named?"""

from importlib.metadata import EntryPoint

import pytest

from journeys.errors import Fault
from operational_guards import registry
from operational_guards.errors import GuardError
from operational_guards.registry import (
    Setting,
    build_rules,
    check_exemptions,
    check_guards,
    check_overrides,
    load_guards,
    override,
)
from tests.operational_guards.people import BUILT_IN


def faults(**configured):
    return check_guards(configured, known=BUILT_IN)


def messages(**configured):
    return [fault.message for fault in faults(**configured)]


def test_what_is_right_has_no_faults():
    assert (
        faults(
            consent={},
            already_bought={"within": "30d", "do": "drop_items"},
            in_delivery={"do": "delay", "until": "delivered + 2d", "at_most": "21d", "then": "suppress"},
            returned={"within": "60d", "do": "drop_items"},
            order_problem={"do": "delay", "until": "resolved", "at_most": "30d", "then": "suppress"},
            open_ticket={"do": "delay", "until": "closed + 1d", "at_most": "14d", "then": "suppress"},
            out_of_stock={"do": "drop_items", "mode": "shadow", "holdout": "2%", "if_unknown": "allow"},
            quiet_hours={"from": "21:00", "to": "09:00"},
            frequency_cap={"email": "1 per day", "sms": "2 per 7d", "any": "4 per 7d"},
        )
        == []
    )


def test_a_misspelt_guard_is_named_with_the_one_that_was_meant():
    assert faults(in_delivry={}) == [
        Fault(("guards", "in_delivry"), "guard.unknown", 'no guard is called "in_delivry"; did you mean "in_delivery"?')
    ]


def test_a_group_that_no_journey_belongs_to_is_an_error_with_a_suggestion():
    configured = {"frequency_cap": {"groups": {"prmo": "1 per day"}}}
    assert check_guards(configured, groups=["promo"], known=BUILT_IN) == [
        Fault(
            ("guards", "frequency_cap", "groups", "prmo"),
            "guard.unknown_group",
            'guard "frequency_cap": expected a group of journeys, got "prmo"; did you mean "promo"?',
        )
    ]


def test_capped_groups_are_told_which_journeys_are_theirs():
    setting = Setting(groups={"promo": ("sale", "winback"), "loud": ("sale",)})
    rules = build_rules({"frequency_cap": {"groups": {"promo": "1 per day"}}}, setting, known=BUILT_IN)
    (rule,) = [rule for rule in rules if rule.name == "frequency_cap"]
    assert rule.guard.params.journeys == {"promo": ("sale", "winback")}


def test_an_unheard_of_guard_is_answered_with_all_there_are():
    assert messages(weather={}) == [
        'no guard is called "weather"; choose from already_bought, cancelled, consent, frequency_cap, holdout, http, '
        "in_delivery, open_ticket, order_problem, out_of_stock, price_lower_than_promised, quiet_hours, "
        "recent_message, refunded, returned, review_before_delivery, send_window, stale_facts, suppression_list"
    ]


def test_a_misspelt_parameter_is_named_with_the_one_that_was_meant():
    assert faults(in_delivery={"at_mots": "3d"}) == [
        Fault(
            ("guards", "in_delivery", "at_mots"),
            "guard.unknown_parameter",
            'guard "in_delivery" has no parameter "at_mots"; did you mean "at_most"?',
        )
    ]


def test_a_guard_without_parameters_takes_none():
    assert messages(consent={"channel": "email"}) == [
        'guard "consent" has no parameter "channel"; it takes none, remove it'
    ]


def test_a_guard_that_is_always_on_cannot_be_loosened():
    assert faults(consent={"mode": "shadow"}) == [
        Fault(("guards", "consent", "mode"), "guard.always_on", 'guard "consent" is always on, got mode; remove it')
    ]


def test_a_share_that_is_none_says_what_to_write():
    assert messages(returned={"holdout": "2 percent"}) == [
        'guard "returned": holdout expected a share like 2%, got "2 percent"; write one like 2%'
    ]


def test_a_guard_for_all_cannot_divert_to_a_step_of_one_journey():
    assert faults(returned={"divert": "call"}) == [
        Fault(
            ("guards", "returned", "divert"),
            "guard.divert_everywhere",
            'guard "returned": divert names a step of one journey, got it for all; write it under guards of a step',
        )
    ]


def test_a_wrong_choice_is_answered_with_the_right_ones():
    assert faults(already_bought={"do": "dealy"}) == [
        Fault(
            ("guards", "already_bought", "do"),
            "guard.invalid_parameter",
            'guard "already_bought": do expected delay or drop_items or suppress, got "dealy"; did you mean "delay"?',
        )
    ]


def test_a_choice_of_one_is_named():
    assert messages(order_problem={"until": "closed"}) == [
        'guard "order_problem": until expected resolved, got "closed"; choose from resolved'
    ]


def test_a_wrong_duration_says_what_to_write():
    assert messages(already_bought={"within": "30 dayz"}) == [
        'guard "already_bought": within expected a duration like 3d, 90m or 2h30m, got "30 dayz"'
    ]


def test_a_window_of_no_length_would_switch_the_guard_off():
    assert messages(already_bought={"within": "0d"}) == [
        'guard "already_bought": within expected a duration longer than none, got "0d"; write one like 3d'
    ]


def test_a_missing_parameter_is_shown_with_an_example():
    assert faults(quiet_hours={"from": "21:00"}) == [
        Fault(
            ("guards", "quiet_hours"),
            "guard.missing_parameter",
            'guard "quiet_hours" needs "to", got nothing; add to: "09:00"',
        )
    ]


def test_a_wrong_cap_has_the_channels_place():
    assert faults(frequency_cap={"email": "often"}) == [
        Fault(
            ("guards", "frequency_cap", "email"),
            "guard.invalid_parameter",
            'guard "frequency_cap": email expected a limit and a period, got "often"; '
            'write one like "1 per day" or "2 per 7d"',
        )
    ]


def test_a_misspelt_parameter_among_channels_is_recognised():
    assert messages(frequency_cap={"email": "1 per day", "at_mst": "3d"}) == [
        'guard "frequency_cap": at_mst expected a limit and a period, got "3d"; '
        'write one like "1 per day" or "2 per 7d"; or did you mean the parameter "at_most"?'
    ]


def test_caps_of_nothing_have_the_guards_place():
    assert faults(frequency_cap={}) == [
        Fault(
            ("guards", "frequency_cap"),
            "guard.invalid_parameter",
            'guard "frequency_cap": expected a cap for at least one channel, got none; add one like any: "4 per 7d"',
        )
    ]


def test_a_value_of_another_kind_is_shown():
    assert messages(quiet_hours={"from": "21:00", "to": "09:00", "zone": 2}) == [
        'guard "quiet_hours": zone expected another value (input should be a valid string), got 2; see docs/guards.md'
    ]


def test_a_cap_on_a_channel_the_shop_lacks_is_a_fault():
    configured = {"frequency_cap": {"emial": "1 per day", "any": "4 per 7d"}}
    assert check_guards(configured, channels=["email", "sms"], known=BUILT_IN) == [
        Fault(
            ("guards", "frequency_cap", "emial"),
            "guard.unknown_channel",
            'guard "frequency_cap": expected a channel of the shop, got "emial"; did you mean "email"?',
        )
    ]


def test_all_mistakes_are_reported_at_once():
    found = faults(in_delivry={}, already_bought={"within": "soon", "doo": "delay"})
    assert [fault.path for fault in found] == [
        ("guards", "in_delivry"),
        ("guards", "already_bought", "within"),
        ("guards", "already_bought", "doo"),
    ]


def test_every_fault_has_a_documented_code():
    found = faults(weather={}, consent={"x": 1, "mode": "shadow"}, quiet_hours={}, already_bought={"do": "x"})
    found += faults(returned={"divert": "call"}) + check_exemptions({}, {"returned": "agreed"}, STEP, known=BUILT_IN)
    assert {fault.code for fault in found} <= set(registry.CODES)


def test_the_guards_that_are_always_on_are_built_unasked_and_in_order_of_name():
    guards = build_rules({"returned": {}, "already_bought": {}}, Setting("Europe/Riga"), known=BUILT_IN)
    assert [rule.name for rule in guards] == ["already_bought", "consent", "returned", "suppression_list"]


def test_a_guard_that_is_always_on_is_built_once_though_configured():
    guards = build_rules({"consent": {}, "suppression_list": {}}, Setting("UTC"), known=BUILT_IN)
    assert [rule.name for rule in guards] == ["consent", "suppression_list"]


def test_guards_on_the_customers_clock_get_the_shops_zone():
    _, _, guard, *_ = build_rules(
        {"already_bought": {}, "quiet_hours": {"from": "21:00", "to": "09:00"}}, Setting("Europe/Riga"), known=BUILT_IN
    )
    assert guard.guard.params.zone == "Europe/Riga"


def test_a_zone_that_is_configured_stays():
    configured = {"frequency_cap": {"email": "1 per day", "zone": "Asia/Tokyo"}}
    assert build_rules(configured, Setting("Europe/Riga"), known=BUILT_IN)[1].guard.params.zone == "Asia/Tokyo"


def test_building_what_is_wrong_raises_with_all_of_it():
    with pytest.raises(GuardError, match=r'guard "returned" has no parameter "x"; .*; no guard is called "weather"'):
        build_rules({"weather": {}, "returned": {"x": 1}}, Setting("UTC"), known=BUILT_IN)


def test_building_in_a_zone_that_is_none_raises():
    with pytest.raises(GuardError, match='zone expected an IANA time zone, got "Riga"'):
        build_rules({"quiet_hours": {"from": "21:00", "to": "09:00"}}, Setting("Riga"), known=BUILT_IN)


def test_a_steps_word_counts_key_by_key():
    configured = {"in_delivery": {"do": "delay", "at_most": "21d"}, "returned": {}}
    assert override(configured, {"in_delivery": {"do": "drop_items"}}) == {
        "in_delivery": {"do": "drop_items", "at_most": "21d"},
        "returned": {},
    }


def test_overriding_leaves_what_holds_for_all_as_it_was():
    configured = {"in_delivery": {"do": "delay"}}
    override(configured, {"in_delivery": {"do": "drop_items"}})
    assert configured == {"in_delivery": {"do": "delay"}}


def test_a_step_may_add_a_guard():
    assert override({}, {"returned": {"do": "suppress"}}) == {"returned": {"do": "suppress"}}


STEP = ("journeys", "winback", "steps", 2, "guards")


@pytest.mark.parametrize("name", ["consent", "suppression_list"])
def test_a_step_cannot_override_a_guard_that_is_always_on(name):
    assert check_overrides({}, {name: {}}, STEP, known=BUILT_IN) == [
        Fault(
            (*STEP, name),
            "guard.always_on",
            f'guard "{name}" is always on, got parameters for one step; remove it from the step',
        )
    ]


def test_a_mistake_of_a_step_has_the_steps_place():
    found = check_overrides({"in_delivery": {}}, {"in_delivery": {"do": "drop"}}, STEP, known=BUILT_IN)
    assert [fault.path for fault in found] == [(*STEP, "in_delivery", "do")]


def test_a_mistake_for_all_is_not_repeated_for_a_step():
    configured = {"in_delivery": {"until": "shipped"}}
    assert check_overrides(configured, {"in_delivery": {"do": "drop_items"}}, STEP, known=BUILT_IN) == []


def test_what_is_required_may_come_from_what_holds_for_all():
    configured = {"quiet_hours": {"from": "21:00", "to": "09:00"}}
    assert check_overrides(configured, {"quiet_hours": {"to": "07:00"}}, STEP, known=BUILT_IN) == []


EXEMPT = ("journeys", "winback", "steps", 2, "except")


def exemption(name, **configured):
    return check_exemptions(configured, {name: "agreed by telephone"}, EXEMPT, known=BUILT_IN)


def test_an_exemption_is_reminded_of():
    message = 'this step is exempt from "returned": agreed by telephone'
    assert exemption("returned", returned={}) == [Fault((*EXEMPT, "returned"), "guard.exempt", message, "warning")]


def test_an_exemption_from_a_guard_that_does_not_hold_anyway_is_a_fault():
    assert exemption("returned", refunded={}) == [
        Fault(
            (*EXEMPT, "returned"),
            "guard.not_configured",
            'guard "returned" is not set up under guards, got an exemption from it; did you mean "refunded"?',
        )
    ]


def test_there_is_no_exemption_from_a_guard_that_is_always_on():
    assert exemption("consent") == [
        Fault(
            (*EXEMPT, "consent"),
            "guard.always_on",
            'guard "consent" is always on, got an exemption from it; remove it from the step',
        )
    ]


def test_an_exemption_from_an_unheard_of_guard_is_a_fault():
    assert [fault.code for fault in exemption("returns")] == ["guard.unknown"]


def test_a_rule_knows_its_line_its_exemption_and_its_conduct():
    setting = Setting(places={"returned": "journeys.yaml:31"}, exempt={"returned": "agreed"})
    (rule,) = [
        rule
        for rule in build_rules({"returned": {"mode": "shadow", "do": "delay"}}, setting, known=BUILT_IN)
        if rule.name == "returned"
    ]
    assert (rule.place, rule.exempt, rule.conduct.mode, rule.guard.params.do) == (
        "journeys.yaml:31",
        "agreed",
        "shadow",
        "delay",
    )


def installed(monkeypatch, name, value):
    point = EntryPoint(name, value, registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point] if group == registry.GROUP else [])


def test_guards_are_found_through_the_entry_points(monkeypatch):
    installed(monkeypatch, "in_delivery", "operational_guards.in_delivery:InDelivery")
    assert load_guards() == {"in_delivery": BUILT_IN["in_delivery"]}


def test_a_guard_that_cannot_be_imported_is_named(monkeypatch):
    installed(monkeypatch, "weather", "no_such_package:Weather")
    with pytest.raises(GuardError, match=r'entry point "weather" of tactful\.guards: .* repair or uninstall'):
        load_guards()


def test_a_guard_under_another_name_is_refused(monkeypatch):
    installed(monkeypatch, "weather", "operational_guards.in_delivery:InDelivery")
    with pytest.raises(GuardError, match='expected a guard of this name, got "in_delivery"'):
        load_guards()
