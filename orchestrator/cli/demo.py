"""How does it all look at work?"""

from pathlib import Path
from tempfile import mkdtemp

import typer

from journeys.localtime import zone_named
from orchestrator.cli.options import AsJson
from orchestrator.cli.output import counted, print_json, print_table
from orchestrator.clock import stopwatch
from orchestrator.demo import Demo, run_demo
from orchestrator.demo_history import HEROINE
from orchestrator.story import tell

_HEADS = ("journey", "step", "what", "why", "how many")


def demo(*, as_json: AsJson = False) -> None:
    """See it work: six weeks of a small coffee roaster that does not exist, lived through in seconds.

    It makes a workspace in a temporary folder, takes in a made-up history, runs the example's journeys over it with a
    virtual clock, and shows what was sent, delayed and suppressed, and why. Nothing leaves this machine. The folder is
    kept, so that you can look around in it.

    \b
    Example:
      tactful demo
    """
    started = stopwatch()
    shown = run_demo(Path(mkdtemp(prefix="tactful-demo-")))
    seconds = stopwatch() - started
    if as_json:
        print_json(
            {
                "folder": str(shown.folder),
                "events": shown.events,
                "handed_over": shown.handed_over,
                "seconds": round(seconds, 3),
                "counts": [
                    {"journey": journey, "step": step, "what": what, "reason": reason, "count": count}
                    for (journey, step, what, reason), count in shown.counts
                ],
                "explained": {"timeline": shown.explanation.timeline, "journeys": shown.explanation.journeys},
            }
        )
        return
    _show(shown, seconds)


def _show(shown: Demo, seconds: float) -> None:
    handed_over = counted(shown.handed_over, "delivery", "deliveries")
    typer.echo(f"six weeks of a made-up shop: {counted(shown.events, 'event')}, {handed_over}, {seconds:.1f} s\n")
    print_table(_HEADS, ((*words, f"{count:,}") for words, count in shown.counts), right=(4,))
    typer.echo(f"\nWhat happened to one customer, by `tactful explain {HEROINE} -C {shown.folder}`:\n")
    for line in tell(shown.past, shown.explanation, zone_named(shown.zone)):
        typer.echo(line)
    typer.echo(f"\nEverything is in {shown.folder}; look around:")
    typer.echo(f"  tactful deliveries -C {shown.folder} --state suppressed")
    typer.echo(f"  tactful explain u7 -C {shown.folder}")
    typer.echo(f"  the e-mails: {shown.folder}/out/mail, a Maildir: one file a letter, for any mail program")
