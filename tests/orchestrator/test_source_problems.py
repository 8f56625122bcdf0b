"""What is said about a source that is named wrongly in the journeys file?"""

from pathlib import Path

import pytest

from orchestrator.project import Project, check_project
from orchestrator.sources.configured import build_hooks, terms_of
from orchestrator.sources.registry import UnknownSource, load_adapter, load_source
from orchestrator.sources.signatures import MissingSecret
from tests.fakes.hooks import SECRET, VARIABLE, FakeShop, install

HEAD = """version: 1
shop: {name: Nordic Roast}
sources:
"""


@pytest.fixture(autouse=True)
def _installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(install(tmp_path / "packages")))


def checked(*lines: str) -> Project:
    return check_project(HEAD + "".join(f"  {line}\n" for line in lines), {}, Path())


def problems(*lines: str) -> list[str]:
    return [str(problem) for problem in checked(*lines).problems]


def test_a_source_that_is_right_has_no_problem_and_is_kept_with_its_parameters() -> None:
    project = checked(f"shop: {{adapter: fake_shop, secret_env: {VARIABLE}, silent_after: 6h}}")
    assert project.problems == ()
    assert project.sources["shop"].adapter is FakeShop
    assert terms_of(project.sources)["shop"].silent_after.total_seconds() == 6 * 3600


def test_an_unknown_adapter_is_answered_with_the_nearest() -> None:
    (problem,) = problems("shop: {adapter: fake_shp}")
    assert problem.startswith(
        'journeys.yaml:4:19: source.adapter source "shop": there is no source "fake_shp"; did you mean "fake_shop"?'
    )


def test_an_adapter_that_reads_files_says_how_they_come_in() -> None:
    assert problems("shop: {adapter: segment}") == [
        'journeys.yaml:4:19: source.adapter source "shop": source "segment" '
        "(orchestrator.sources.segment:SegmentSource): expected an adapter that can be called or asked, "
        "got one that reads files; take its events in with `tactful ingest --source segment`"
    ]


def test_an_unknown_parameter_is_answered_at_its_place_with_the_known_ones() -> None:
    assert problems("shop: {adapter: fake_shop, secret_en: X}") == [
        'journeys.yaml:4:41: source.parameter source "shop": fake_shop: "secret_en": Extra inputs are not permitted; '
        'did you mean "secret_env"?; it knows max_age, replay_window, secret_env, silent_after'
    ]


def test_a_wrong_value_is_answered_with_what_is_expected() -> None:
    assert problems("shop: {adapter: fake_shop, silent_after: 6 hrs}") == [
        'journeys.yaml:4:44: source.parameter source "shop": fake_shop: "silent_after": expected a duration like 3d, '
        '90m or 2h30m, got "6 hrs"; it knows max_age, replay_window, secret_env, silent_after'
    ]


def test_the_name_of_ingest_is_taken() -> None:
    assert problems("segment: {adapter: fake_shop}") == [
        'journeys.yaml:4:3: source.name source "segment": the name is taken by `tactful ingest`; '
        "choose another, such as shop or parcels"
    ]


def test_all_problems_of_all_sources_come_at_once() -> None:
    found = problems("shop: {adapter: fake_shp}", "parcels: {adapter: fake_shop, foo: 1, silent_after: 0s}")
    assert [problem.split(" ")[1] for problem in found] == [
        "source.adapter",
        "source.parameter",
        "source.parameter",
    ]


def test_a_file_with_a_wrong_source_does_not_run() -> None:
    assert not checked("shop: {adapter: fake_shp}").is_runnable


def test_a_hook_is_built_with_the_secret_of_the_environment() -> None:
    project = checked(f"shop: {{adapter: fake_shop, secret_env: {VARIABLE}}}")
    hooks = build_hooks(project.sources, {VARIABLE: SECRET}.__getitem__)
    assert {name: type(hook) for name, hook in hooks.items()} == {"shop": FakeShop}


def test_a_hook_without_its_secret_says_which_variable_is_missing() -> None:
    project = checked(f"shop: {{adapter: fake_shop, secret_env: {VARIABLE}}}")
    with pytest.raises(MissingSecret, match=f"in the environment variable {VARIABLE}, got nothing"):
        build_hooks(project.sources, lambda _: "")


def test_what_is_called_reads_no_files() -> None:
    with pytest.raises(UnknownSource) as refused:
        load_source("fake_shop")
    assert str(refused.value) == (
        'source "fake_shop" (tests.fakes.hooks:FakeShop): expected one that reads lines, got one that is called or '
        "asked; name it under sources: in journeys.yaml, or read the file as segment"
    )


def test_an_adapter_that_keeps_half_the_contract_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(FakeShop, "tells")
    with pytest.raises(UnknownSource, match="lacks tells of the contract of adapters"):
        load_adapter("fake_shop")
