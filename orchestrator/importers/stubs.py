"""Which templates have to be filled by hand?

An export names the vendor's messages and does not hold them. Each gets a template of its name with its subject, so that
the journeys can be checked before the words are there.
"""

from collections.abc import Iterable
from pathlib import Path

from orchestrator.importers.draft import Stub
from orchestrator.importers.phrases import quoted, template_text


def write_stubs(folder: Path, stubs: Iterable[Stub]) -> tuple[list[str], list[str]]:
    """Write the templates that are not there yet; give those that were written and those that were left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    made: list[str] = []
    kept: list[str] = []
    for stub in {stub.file: stub for stub in stubs}.values():
        path = folder / stub.file
        if path.exists():
            kept.append(stub.file)
        else:
            path.write_text(stub_text(stub), encoding="utf-8")
            made.append(stub.file)
    return made, kept


def stub_text(stub: Stub) -> str:
    """Write what a template holds until somebody fills it."""
    subject = template_text(_one_line(stub.subject or stub.title))[0]
    title = "".join(letter for letter in _one_line(stub.title) if letter not in "{}<>&%#")
    words = f"<mj-text>\n  <p>{title}: put the words of this message here.</p>\n</mj-text>"
    return f"---\nsubject: {quoted(subject)}\n---\n{words}\n"


def _one_line(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)[:200]
