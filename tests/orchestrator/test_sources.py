"""Do sources come in through the entry-point group, and does a wrong name say what there is?"""

import pytest

from orchestrator.sources.registry import UnknownSource, load_source
from orchestrator.sources.segment import SegmentSource


def test_the_built_in_source_comes_through_the_entry_point_group() -> None:
    assert load_source("segment") is SegmentSource


def test_a_misspelt_source_is_answered_with_the_nearest_and_all_there_are() -> None:
    with pytest.raises(UnknownSource) as refused:
        load_source("segmnt")
    said = str(refused.value)
    assert said.startswith('there is no source "segmnt"; did you mean "segment"?; installed: aftership, ')
    assert "segment, shippo, shopify, " in said
