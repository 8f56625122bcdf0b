"""What does an exported Klaviyo flow look like as a journey?"""

from orchestrator.cli.importing import Export, Names, Out, TemplatesFolder, import_file
from orchestrator.cli.options import AsJson
from orchestrator.importers.klaviyo import import_klaviyo as turn_into_journeys


def import_klaviyo(
    file: Export,
    *,
    names: Names = [],  # noqa: B006 - typer makes a list of its own for every call
    out: Out = None,
    templates: TemplatesFolder = None,
    as_json: AsJson = False,
) -> None:
    """Turn an exported Klaviyo flow into YAML, and list what could not be said.

    The YAML goes to the standard output with comments where something is missing, the list to the standard error
    output. Put it into journeys.yaml, fill the templates, and run `tactful check`. It exits with 1 when something could
    not be said.

    \b
    Examples:
      tactful import klaviyo flow.json
      tactful import klaviyo flow.json --names metrics.json --out journeys.d/cart.yaml --templates templates
    """
    import_file(file, turn_into_journeys, names, out, templates, as_json=as_json)
