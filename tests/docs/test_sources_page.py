"""Do the pages about sources and calls name everything there is?"""

import re
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from orchestrator.clock import wall_now
from orchestrator.http.metrics import Counters, Standing
from orchestrator.silence import Terms
from orchestrator.sources.hooks import HookParams
from orchestrator.store.sqlite import SqliteStore

DOCS = Path(__file__).parents[2] / "docs"
ROOT = DOCS.parent
SOURCES = (DOCS / "sources.md").read_text(encoding="utf-8")
OPERATING = (DOCS / "operating.md").read_text(encoding="utf-8")
ADAPTERS = sorted(page.stem for page in (DOCS / "sources").glob("*.md"))


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_every_adapter_with_a_page_has_a_row(adapter: str) -> None:
    assert f"\n| [`{adapter}`](sources/{adapter}.md) |" in SOURCES


@pytest.mark.parametrize("parameter", HookParams.model_fields)
def test_every_parameter_that_all_have_has_a_row(parameter: str) -> None:
    assert f"\n| `{parameter}` |" in SOURCES


def test_every_code_a_call_is_refused_with_is_listed() -> None:
    files = [ROOT / "orchestrator" / "http" / "hooks.py", ROOT / "orchestrator" / "sources" / "hooks.py"]
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    codes = set(re.findall(r'refusal\(\d+, "(\w+)"', text)) | {"unsigned", "replayed", "malformed"}
    assert len(codes) > 6
    assert [code for code in sorted(codes) if f"`{code}`" not in SOURCES] == []


def test_every_code_of_a_wrong_source_is_listed() -> None:
    text = (ROOT / "orchestrator" / "sources" / "configured.py").read_text(encoding="utf-8")
    codes = set(re.findall(r'"(source\.\w+)"', text))
    assert codes == set(re.findall(r"^\| `(source\.\w+)` \|", SOURCES, re.MULTILINE))


def test_every_figure_has_a_row_with_its_labels(tmp_path: Path) -> None:
    registry = CollectorRegistry()
    counters = Counters(registry)
    counters.received("shop")
    counters.denied("shop", "unsigned")
    counters.events("shop", accepted=1)
    store = SqliteStore(f"sqlite:///{tmp_path / 'tactful.db'}")
    store.migrate()
    registry.register(Standing(store, {"shop": Terms(frozenset(), HookParams().silent_after)}, wall_now))
    named = {family.name for family in registry.collect()}
    store.close()
    listed = re.findall(r"^\| `(tactful_\w+?)(?:_total)?(?:\{[\w,]+\})?` \|", OPERATING, re.MULTILINE)
    assert set(listed) == named
