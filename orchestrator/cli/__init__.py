"""How do people talk to it? The command line `tactful`: one module per command, loaded when it is asked for."""

import sys

from orchestrator.cli.group import app

__all__ = ["app", "main"]


def main() -> None:
    """Run the command line and exit with its code."""
    app(sys.argv[1:], prog_name="tactful")
