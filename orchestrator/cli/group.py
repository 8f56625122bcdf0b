"""Which commands are there, and how is the right one loaded?

`tactful --help` must be instant, so it reads the table below and imports no command. A command is the function of its
own name in the module of its own name, `guards_report` for `tactful guards report`; what it imports is imported when it
runs. A test keeps the table and the modules equal.
"""

import errno
import os
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from journeys.errors import OrchestratorError

COMMANDS = {
    "init": "Make a workspace to start from: the example shop.",
    "check": "Say what is wrong with the journeys, all at once.",
    "fmt": "Write the files in their one form.",
    "schema": "Give the JSON Schema by which editors complete journeys.yaml.",
    "test": "Run the scenarios of journeys.test.yaml.",
    "simulate": "Live through a journey with one customer.",
    "graph": "Draw a journey as Mermaid text.",
    "import klaviyo": "Turn an exported Klaviyo flow into a journey.",
    "import hubspot": "Turn an exported HubSpot workflow into a journey.",
    "backtest": "Say what the journeys would have done with a history.",
    "ingest": "Take in a file of events.",
    "run": "Run the journeys.",
    "plan": "Say what putting the files into force would change.",
    "apply": "Put the files into force.",
    "rollback": "Put an earlier deployment into force again.",
    "deployments": "List who put what into force.",
    "serve": "Take the calls of shops and carriers, and answer health checks.",
    "status": "Say how the workspace stands.",
    "deliveries": "List what was sent, held back or waits.",
    "ledger": "List every judgement of a delivery, with its facts.",
    "explain": "Say why a person got this message, or did not.",
    "why-not": "Say why a person is not in a journey, or where they stand.",
    "replay": "Give the judgements of a delivery again, and compare.",
    "guards report": "Say what the guards did, and what they are worth.",
    "guards regrets": "List messages that went out because a fact came too late.",
    "report experiment": "Say which arm of an experiment wins.",
    "report goals": "Say how far the business is with its goals.",
    "preview": "Show the message of a step as one person would get it.",
    "coupons": "Say how many codes the pools have left.",
    "coupons import": "Put the codes of a file into a pool.",
    "demo": "See it work in half a minute, on made-up customers.",
}
GROUPS = {
    "report": "Say what came of it.",
    "import": "Turn what another product exported into journeys.",
    "guards": "Say what the guards did, and what they missed.",
    "coupons": "Say how many codes the pools have left.",
}
DEBUG = "TACTFUL_DEBUG"


class LazyGroup(TyperGroup):
    """The commands of the table, each imported when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Name the commands in the order in which people meet them."""
        return list(_members(ctx))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Load one command; None when there is none of this name."""
        return load_command(f"{_under(ctx)}{cmd_name}") if cmd_name in _members(ctx) else None

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the table, without loading a single command."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_members(ctx).items()))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command; for a name that is almost one, say which was meant."""
        # The suggestion is made from this mapping, which is empty as long as nothing is loaded.
        if args and args[0] not in (known := _members(ctx)):
            self.commands = dict.fromkeys(known)  # type: ignore[assignment]  # only its keys are read
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; an error of ours, or of a file, is one message and never a traceback."""
        try:
            return super().invoke(ctx)
        except OrchestratorError as error:
            _give_up(str(error), error)
        except OSError as error:
            if error.errno == errno.EPIPE or error.filename is None:
                raise
            _give_up(f"{error.filename}: {error.strerror}", error)


def _under(ctx: Any) -> str:
    """Say how the names of this group's commands begin in the table: not at all for those of `tactful` itself."""
    return "" if ctx.parent is None else f"{ctx.info_name} "


def _members(ctx: Any) -> dict[str, str]:
    """Give what stands directly under a group, each with its sentence."""
    beginning = _under(ctx)
    members: dict[str, str] = {}
    for name, sentence in COMMANDS.items():
        if name.startswith(beginning):
            word, _, deeper = name.removeprefix(beginning).partition(" ")
            members.setdefault(word, GROUPS[word] if deeper else sentence)
    return members


def load_command(name: str) -> Any:
    """Import the module of a command and make the command of its function; of a group, make the group alone.

    A group that is a command as well does what that says when nothing more is asked.
    """
    if name in GROUPS and name not in COMMANDS:
        group = _bare_typer(name=name, cls=LazyGroup, no_args_is_help=True)
        group.callback(help=GROUPS[name], short_help=GROUPS[name])(_nothing_of_its_own)
        return typer.main.get_command(group)
    place = name.replace("-", "_").replace(" ", "_")
    function: Callable[..., None] = getattr(import_module(f"orchestrator.cli.{place}"), place)
    if name in GROUPS:
        group = _bare_typer(name=name, cls=LazyGroup, invoke_without_command=True)
        group.callback(short_help=COMMANDS[name])(function)
        return typer.main.get_command(group)
    single = _bare_typer()
    single.command(name=name, short_help=COMMANDS[name], no_args_is_help=False)(function)
    return typer.main.get_command(single)


def _nothing_of_its_own() -> None:
    """Do nothing: a group only holds its commands."""


def _give_up(message: str, error: Exception) -> None:
    if os.environ.get(DEBUG):
        raise error
    typer.echo(f"tactful: {message}", err=True)
    raise typer.Exit(1)


def _bare_typer(**rest: Any) -> typer.Typer:
    """Make a Typer without rich, whose import alone costs more than our help may."""
    return typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        **rest,
    )


def _show_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"tactful {version('tactful')}")
        raise typer.Exit


def tactful(
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Journeys as tested YAML, decisions you can replay, and no promotion while the parcel is still on its way.

    \b
    Begin with:
      tactful demo              see it work
      tactful init shop         make a workspace of your own
      tactful check -C shop     is the file right?

    A workspace is a folder with journeys.yaml and templates/; every command takes it with -C. Exit codes: 0 all is
    well, 1 the input has problems, 2 the command was used wrongly. TACTFUL_DEBUG=1 shows where an error comes from.
    """


app = _bare_typer(cls=LazyGroup, no_args_is_help=True)
app.callback()(tactful)
