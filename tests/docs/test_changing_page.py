"""Does the example of docs/changing.md do what the page says?"""

import re
from pathlib import Path

from typer.testing import CliRunner

from orchestrator.cli import app
from orchestrator.clock import wall_now
from tests.fakes.calls import identify, read, track
from tests.fakes.stores import sqlite_store

PAGE = (Path(__file__).parents[2] / "docs" / "changing.md").read_text(encoding="utf-8")
HEAD = 'version: 1\nshop: {name: Nordic Roast, url: "https://shop.example"}\nchannels: {email: {action: email.file}}\n'


def _tactful(*arguments: object) -> str:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def _comparable(text: str) -> str:
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "MOMENT", re.sub(r"\b[0-9a-f]{12}\b", "VERSION", text)).strip()


def test_the_plan_of_the_page_is_the_plan_of_its_change(tmp_path: Path) -> None:
    before, after = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (told,) = re.findall(r"```console\n\$ tactful plan\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "journeys.yaml").write_text(HEAD + before, encoding="utf-8")
    _tactful("apply", "-C", tmp_path, "--by", "ann")
    store, now = sqlite_store(tmp_path), wall_now()
    store.append([read(line, now) for line in (identify("ann", now), track("Signed Up", now))], now)
    store.close()
    _tactful("run", "--until-idle", "-C", tmp_path)
    (tmp_path / "journeys.yaml").write_text(HEAD + after, encoding="utf-8")
    assert _comparable(_tactful("plan", "-C", tmp_path)) == _comparable(told)
