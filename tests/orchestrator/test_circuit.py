"""When is a source that does not answer left alone, and for how long?"""

from datetime import UTC, datetime, timedelta

from orchestrator.sources.circuit import Circuit, Patience, admit, fail, standing, succeed

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PATIENCE = Patience(failures=3, pause=30 * SECOND, longest=100 * SECOND)


def failed(times: int) -> Circuit:
    circuit = Circuit()
    for _ in range(times):
        circuit = fail(circuit, circuit.turn, PATIENCE, NOW)
    return circuit


def tried(circuit: Circuit, now: datetime) -> Circuit:
    admitted = admit(circuit, now)
    assert admitted is not None
    return admitted


def test_a_new_circuit_is_closed():
    assert standing(Circuit(), NOW) == "closed"


def test_fewer_failures_than_allowed_leave_it_closed():
    assert standing(failed(2), NOW) == "closed"


def test_as_many_failures_in_a_row_as_allowed_open_it():
    assert standing(failed(3), NOW) == "open"


def test_a_success_between_failures_starts_the_count_again():
    circuit = succeed(failed(2), 0)
    assert standing(fail(circuit, circuit.turn, PATIENCE, NOW), NOW) == "closed"


def test_an_open_circuit_lets_nothing_through():
    assert admit(failed(3), NOW + 29 * SECOND) is None


def test_after_the_pause_one_call_goes_through():
    assert tried(failed(3), NOW + 30 * SECOND).is_tried


def test_no_second_call_goes_through_before_the_first_is_back():
    assert admit(tried(failed(3), NOW + 30 * SECOND), NOW + 90 * SECOND) is None


def test_a_circuit_that_is_tried_is_half_open():
    assert standing(tried(failed(3), NOW + 30 * SECOND), NOW + 30 * SECOND) == "half_open"


def test_a_success_closes_it():
    circuit = tried(failed(3), NOW + 30 * SECOND)
    assert standing(succeed(circuit, circuit.turn), NOW + 30 * SECOND) == "closed"


def test_once_it_closed_it_bears_as_many_failures_as_before():
    circuit = tried(failed(3), NOW + 30 * SECOND)
    circuit = succeed(circuit, circuit.turn)
    circuit = fail(circuit, circuit.turn, PATIENCE, NOW + 31 * SECOND)
    assert standing(circuit, NOW + 31 * SECOND) == "closed"


def test_each_failed_try_doubles_the_pause_up_to_the_longest():
    circuit, pauses = failed(3), []
    for _ in range(4):
        assert circuit.open_until is not None
        now = circuit.open_until
        circuit = tried(circuit, now)
        circuit = fail(circuit, circuit.turn, PATIENCE, now)
        pauses.append(circuit.pause)
    assert pauses == [60 * SECOND, 100 * SECOND, 100 * SECOND, 100 * SECOND]


def test_a_failure_of_a_call_from_before_it_opened_changes_nothing():
    assert fail(failed(3), 0, PATIENCE, NOW + 5 * SECOND) == failed(3)


def test_a_success_of_a_call_from_before_it_opened_changes_nothing():
    assert succeed(failed(3), 0) == failed(3)
