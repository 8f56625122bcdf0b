"""Does every built-in guard keep the contract?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operational_guards.testing import check_guard
from tests.operational_guards.people import BUILT_IN, NOW
from tests.property.guard_strategies import deliveries, facts, guards


@pytest.mark.parametrize("name", sorted(BUILT_IN))
@given(chosen=st.data(), delivery=deliveries(), known_facts=facts())
def test_a_built_in_guard_keeps_the_contract(name, chosen, delivery, known_facts):
    check_guard(chosen.draw(guards(name)), delivery, known_facts, NOW)


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_a_built_in_guard_is_frozen(name):
    parameters = {
        "frequency_cap": {"any": "1 per day"},
        "http": {"url": "https://shop.example/may-send"},
        "quiet_hours": {"from": "21:00", "to": "09:00"},
    }
    kind = BUILT_IN[name]
    guard = kind(kind.Params.model_validate(parameters.get(name, {})))
    with pytest.raises(AttributeError):
        guard.params = None
