"""Does an action keep the contract?

For everybody who writes one: call `check_action` in a test, with a way to build the action anew over the same world.

    def test_my_action_keeps_the_contract(tmp_path):
        check_action(lambda: MyAction(MyParams(), surroundings(tmp_path)), assignment())
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, get_args

from msgspec import structs
from pydantic import ValidationError

from actions.base import Action, Assignment, Content, Outcome, Sent, Surroundings
from journeys.vocabulary import Delivery, Item, Profile, Reach

_AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_STRANGE = "surely_unknown_key"
_ADDRESSES = ("email", "phone")


class ContractBroken(AssertionError):
    """An action does not do what `actions.base.Action` promises."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """Secrets for tests: what was given, and nothing else."""

    values: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, name: str) -> str:
        return self.values.get(name, "")


def surroundings(folder: object, secrets: Mapping[str, str] | None = None) -> Surroundings:
    """Give a workspace for tests."""
    return Surroundings(str(folder), Secrets(secrets or {}), "Nordic Roast", "https://shop.example")


def assignment(key: str = "1-reminder-1", **changes: Any) -> Assignment:
    """Give an assignment for tests; `changes` are fields of it."""
    item = Item("grinder", "Grinder", 80.0, url="https://shop.example/grinder")
    delivery = Delivery(1, 1, 1, "cart_recovery", "reminder", "email", _AT, Reach.MESSAGE, items=(item,))
    traits = {"first_name": "Ann"}
    profile = Profile(1, _AT, email="ann@example.com", phone="+37120000000", user_id="u1", traits=traits)
    content = Content("Your basket is waiting.\n", "<p>Your basket is waiting.</p>", "Your basket")
    return replace(Assignment(key, delivery, profile, _AT, content), **changes)


def perform(action: Action, given: Assignment) -> Outcome:
    """Let an action do it, whether its `perform` is `def` or `async def`."""
    answer = action.perform(given)
    return asyncio.run(_awaited(answer)) if inspect.isawaitable(answer) else answer


def check_action(build: Callable[[], Action], given: Assignment, effects: Callable[[], int] | None = None) -> None:
    """Check that an action keeps the contract for an assignment it can carry out.

    `build` makes the action anew over the same world, as after a restart; `effects` counts what it did there so far.
    Raises ContractBroken, saying what is not kept.
    """
    _check_params(build())
    _check_missing_address(build, given)
    _check_unknown_key(build(), given)
    _check_twice(build, given, effects or (lambda: 0))


def _check_params(action: Action) -> None:
    try:
        action.Params.model_validate({_STRANGE: 1})
    except ValidationError as error:
        if any(found["loc"] == (_STRANGE,) for found in error.errors()):
            return
    raise ContractBroken(f"{action.name}: Params accepts an unknown key; derive it from actions.base.Params")


def _check_missing_address(build: Callable[[], Action], given: Assignment) -> None:
    action = build()
    if not action.needs:
        return
    if action.needs not in _ADDRESSES:
        raise ContractBroken(f'{action.name}: needs is "{action.needs}"; it may be email, phone or nothing')
    nobody = replace(given, key=f"{given.key}-nobody", profile=structs.replace(given.profile, email="", phone=""))
    answer = perform(action, nobody)
    reason = getattr(answer, "reason", "")
    if type(answer).__name__ != "Rejected" or not reason.endswith(".no_address"):
        raise ContractBroken(f"{action.name}: without an address it gave {answer!r}; give Rejected('....no_address')")


def _check_unknown_key(action: Action, given: Assignment) -> None:
    if action.find(f"{given.key}-never-handed-over") is not None:
        raise ContractBroken(f"{action.name}: find knows a key that was never handed over; give None")


def _check_twice(build: Callable[[], Action], given: Assignment, effects: Callable[[], int]) -> None:
    first = perform(build(), given)
    if not isinstance(first, get_args(Outcome)):
        raise ContractBroken(f"{build().name}: perform gave {first!r}; give Sent, Rejected, RetryLater or Unknown")
    if not isinstance(first, Sent):
        raise ContractBroken(f"{build().name}: perform gave {first!r} for an assignment it should carry out")
    done = effects()
    if not build().finds:
        return
    if build().find(given.key) != first:
        raise ContractBroken(f"{build().name}: finds is true, and find does not give what perform gave")
    second = perform(build(), given)
    if second != first or effects() != done:
        raise ContractBroken(f"{build().name}: the same key twice had a second effect or another answer: {second!r}")


async def _awaited(answer: Awaitable[Outcome]) -> Outcome:
    return await answer
