"""Does the example give what it promises?"""

import re
from pathlib import Path

from orchestrator.bundled import copy_example, example_folder
from orchestrator.project import load_project
from tests.fakes.brewing_guide import brewing_guide

GUIDE = Path("magnets") / "brewing-guide.pdf"


def test_the_example_brings_the_guide_that_it_gives(tmp_path: Path) -> None:
    copied = copy_example(tmp_path)
    assert (GUIDE in copied, load_project(tmp_path).problems) == (True, ())


def test_the_guide_is_the_page_that_we_wrote() -> None:
    assert (example_folder() / GUIDE).read_bytes() == brewing_guide()


def test_the_guides_table_leads_to_each_of_its_objects() -> None:
    guide = brewing_guide()
    begins = [int(begin) for begin in re.findall(rb"(\d{10}) 00000 n", guide)]
    assert [guide[begin : begin + 7] for begin in begins] == [b"%d 0 obj" % number for number in range(1, 7)]
