"""Is memory searched for garbage again as soon as it should be?"""

import gc

import pytest

from orchestrator.garbage import no_search_for_garbage


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
