"""Does a journey that goes round without waiting harm only the customers who are in it?"""

from journeys.compile import compile_journey
from journeys.schema import Schema
from journeys.spec import JourneySpec
from tests.conftest import OpenShop
from tests.fakes.calls import track
from tests.fakes.journeys import WELCOME
from tests.fakes.workspace import Workspace

ROUND_AND_ROUND = {
    "entry": {"event": "Basket Opened"},
    "steps": [{"id": "one", "set": {"city": "Riga"}}, {"id": "two", "go": "one"}],
}
ERROR = 'EndlessLoop: journey "round" went round 1000 steps without ever waiting'


def with_a_loop(workspace: Workspace) -> Workspace:
    """Run a loop that the linter would never let through, beside what runs already."""
    journey, faults = compile_journey("round", JourneySpec.model_validate(ROUND_AND_ROUND), Schema.of({}, {}), "UTC")
    assert journey is not None, faults
    program = workspace.program.with_journeys([*workspace.program.journeys.values(), journey])
    workspace.run_by(program)
    return workspace


def test_whoever_goes_round_and_round_is_set_aside_with_the_reason(shop: OpenShop) -> None:
    workspace = with_a_loop(shop(WELCOME))
    workspace.ingest(track("Basket Opened", "08:00", "ann"))
    workspace.settle()
    assert workspace.status().set_aside == {1: ERROR}


def test_whoever_is_not_in_the_loop_goes_on(shop: OpenShop) -> None:
    workspace = with_a_loop(shop(WELCOME))
    workspace.ingest(*(track("Basket Opened", "08:00", user) for user in ("ann", "bob")))
    workspace.ingest(*(track("Signed Up", "08:10", user) for user in ("bob", "cid", "dan")))
    workspace.settle()
    assert list(workspace.status().set_aside) == [1, 2]
    assert workspace.sent() == [("cid", "hello", "2026-03-02 09:00"), ("dan", "hello", "2026-03-02 09:00")]


def test_nothing_of_the_loop_is_kept(shop: OpenShop) -> None:
    workspace = with_a_loop(shop(WELCOME))
    workspace.ingest(track("Basket Opened", "08:00", "ann"))
    workspace.settle()
    assert (workspace.enrollments(), workspace.status().inbox) == ([], 1)


def test_whoever_was_set_aside_goes_on_once_the_loop_is_taken_out(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    mended = workspace.program
    with_a_loop(workspace)
    workspace.ingest(track("Basket Opened", "08:00"), track("Signed Up", "08:10"))
    workspace.settle()
    workspace.run_by(mended)
    workspace.settle()
    assert (workspace.status().set_aside, workspace.fates()) == ({}, [("hello", "sent", "")])
