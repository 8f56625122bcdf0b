"""Is memory searched for garbage again as soon as it should be?"""

import gc

import pytest

from orchestrator.garbage import MOST_NEW, no_search_for_garbage, rare_searches


def test_within_the_block_nothing_is_searched() -> None:
    with no_search_for_garbage():
        assert not gc.isenabled()


def test_after_the_block_the_search_goes_on() -> None:
    with no_search_for_garbage():
        pass
    assert gc.isenabled()


def test_after_an_error_the_search_goes_on() -> None:
    with pytest.raises(ValueError, match="broken"), no_search_for_garbage():
        raise ValueError("broken")
    assert gc.isenabled()


def test_whoever_had_switched_it_off_finds_it_off() -> None:
    gc.disable()
    try:
        with no_search_for_garbage():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_worker_is_searched_seldom_and_others_as_before() -> None:
    before = gc.get_threshold()
    with rare_searches():
        assert gc.get_threshold() == (MOST_NEW, *before[1:])
    assert gc.get_threshold() == before
