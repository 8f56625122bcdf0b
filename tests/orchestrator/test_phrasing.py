"""Are the words of a delivery the same live, in a preview and in a story?"""

from email import message_from_bytes, policy
from pathlib import Path

import pytest

from journeys.catalog import Catalog
from orchestrator import daemon
from orchestrator.app import build
from orchestrator.clock import wall_now
from orchestrator.preview import Asked, preview_made_up
from orchestrator.project import Project, load_project
from orchestrator.scenarios import read_scenarios, run_scenario
from orchestrator.wording import wording_of
from tests.fakes.calls import identify, read, track
from tests.fakes.stores import sqlite_store

FILE = """version: 1
shop: {name: Nordic Roast, country: LV, timezone: Europe/Riga, url: "https://shop.example", address: "1 Bean Street"}
channels: {email: {action: email.file, utm: {utm_source: roast}}}
events: {Guide Requested: {page: text}}
journeys:
  care:
    entry: {event: Guide Requested}
    steps:
      - id: letter
        send: email
        purpose: transactional
        template: letter.txt
"""
# A subject holds all that the three callers say for themselves.
TEMPLATE = (
    "---\nsubject: \"{{ '2026-03-02T09:00Z' | date('%H:%M') }} {{ shop.address }} {{ link(shop.url ~ '/guide') }} "
    "[{{ unsubscribe_url }}] {{ entry.page | default('') }}\"\n---\nDear {{ profile.first_name }}.\n"
)
QUERY = "utm_source=roast&utm_medium=email&utm_campaign=care&utm_content=letter"
LINK = f"11:00 1 Bean Street https://shop.example/guide?{QUERY}"
SUBJECT = f"{LINK} [] p1"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "letter.txt").write_text(TEMPLATE, encoding="utf-8")
    (tmp_path / "journeys.yaml").write_text(FILE, encoding="utf-8")
    return load_project(tmp_path)


def test_the_subject_that_leaves(project: Project) -> None:
    store, now = sqlite_store(project.folder), wall_now()
    calls = (identify("ann", now), track("Guide Requested", now, page="p1"))
    store.append([read(line, now) for line in calls], now)
    store.close()
    app = build(project.folder, None)
    daemon.run(app, until_idle=True)
    app.store.close()
    (path,) = project.folder.glob("mail/**/new/*")
    assert message_from_bytes(path.read_bytes(), policy=policy.default)["Subject"] == SUBJECT


def test_the_subject_that_is_previewed(project: Project) -> None:
    seen = preview_made_up(Asked("care", "letter", wall_now()), project, {}, Catalog())
    assert seen.content.subject == f"{LINK} []"


def test_the_subject_that_a_scenario_expects(project: Project) -> None:
    text = (
        "- name: a\n  journey: care\n  at: 2026-03-02 12:00\n  events: [{+0h: Guide Requested, page: p1}]\n"
        f'  expect: [{{+0h: sent, subject: "{SUBJECT}"}}]\n'
    )
    scenarios, _ = read_scenarios(text)
    assert run_scenario(scenarios[0], project.program(Catalog()), "UTC", wording_of(project)).passed
