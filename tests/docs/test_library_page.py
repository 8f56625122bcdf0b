"""Is the page about the ready journeys what their files say?"""

from orchestrator.library_page import PAGE, page


def test_the_page_is_made_from_the_files() -> None:
    remedy = "write it anew with `python -m orchestrator.library_page`"
    assert PAGE.read_text(encoding="utf-8") == page(), remedy
