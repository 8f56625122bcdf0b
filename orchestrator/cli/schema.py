"""What does an editor need to complete journeys.yaml?"""

from pathlib import Path
from typing import Annotated

import typer

from orchestrator.cli.options import AsJson
from orchestrator.cli.output import print_json
from orchestrator.editor_schema import MODELINE, schema_text


def schema(
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", dir_okay=False, help="Write it there; it is printed else.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Give the JSON Schema of journeys.yaml, by which editors complete and check it while it is written.

    It is made from what is installed here: every guard, action and source with its parameters, those of plugins too.
    Make it anew after an upgrade or a new plugin. An editor finds it by the first line of journeys.yaml:

      # yaml-language-server: $schema=./journeys.schema.json

    \b
    Examples:
      tactful schema --out journeys.schema.json
      tactful schema | jq '.definitions | keys'
    """
    if out is None:
        typer.echo(schema_text(), nl=False)
        return
    out.write_text(schema_text(), encoding="utf-8")
    if as_json:
        print_json({"file": str(out), "line": MODELINE})
    else:
        typer.echo(f"{out}: written. Editors find it by this first line of journeys.yaml:\n  {MODELINE}")
