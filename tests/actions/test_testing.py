"""Does the contract kit notice an action that breaks the contract?"""

from typing import Any, ClassVar

import pytest
from pydantic import BaseModel

from actions.base import Assignment, Params, Rejected, Sent
from actions.testing import ContractBroken, assignment, check_action


class Loose(BaseModel):
    """Accepts anything."""


class Strict(Params):
    """Accepts nothing."""


class Exemplary:
    """Keeps the contract; its world is a list that lives as long as the class."""

    name: ClassVar[str] = "test.exemplary"
    Params: ClassVar[type[BaseModel]] = Strict
    needs: ClassVar[str] = "email"
    finds: ClassVar[bool] = True
    world: ClassVar[list[str]]

    def perform(self, given: Assignment) -> Any:
        if not given.profile.email:
            return Rejected("test.no_address")
        if given.key not in self.world:
            self.world.append(given.key)
        return Sent(given.key)

    def find(self, key: str) -> Sent | None:
        return Sent(key) if key in self.world else None


def check(**parts: object) -> None:
    kind = type("Other", (Exemplary,), {"world": [], **parts})
    check_action(kind, assignment(), lambda: len(kind.world))


def always(answer: object):
    return lambda self, given: answer if given.profile.email else Rejected("test.no_address")


def twice(self, given: Assignment) -> Any:
    self.world.append(given.key)
    return Sent(given.key) if given.profile.email else Rejected("test.no_address")


def test_an_exemplary_action_passes():
    check()


def test_an_action_that_needs_no_address_passes():
    check(needs="")


def test_an_asynchronous_action_passes():
    async def perform(self, given: Assignment) -> Any:
        return Exemplary.perform(self, given)

    check(perform=perform)


BREAKERS = {
    "accepts an unknown key": {"Params": Loose},
    "without an address it gave": {"perform": lambda self, given: Sent("x")},
    'needs is "fax"': {"needs": "fax"},
    "find knows a key that was never": {"find": lambda self, key: Sent(key)},
    "perform gave 'done'; give Sent": {"perform": always("done")},
    "for an assignment it should carry out": {"perform": always(Rejected("test.never"))},
    "find does not give what perform gave": {"find": lambda self, key: None},
    "the same key twice had a second effect": {"perform": twice},
}


@pytest.mark.parametrize(("message", "parts"), BREAKERS.items())
def test_a_breaker_is_noticed(message, parts):
    with pytest.raises(ContractBroken, match=message):
        check(**parts)
