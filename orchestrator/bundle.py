"""Which texts is a workspace made of, and what do they say together?

A bundle holds everything that journeys come from: the journeys file, what it includes, and the templates. It is read
from a folder, kept with every deployment, and checked from memory as it is from disk. Files that people download are
no text and stay on disk.
"""

from pathlib import Path

from actions.template import read_templates
from journeys.yaml_text import read
from orchestrator.contents import TEMPLATES
from orchestrator.deployment import Bundle
from orchestrator.including import Folder, Texts, read_included
from orchestrator.project import FILE, Project, check_project

_TEMPLATE = f"{TEMPLATES}/"


def read_bundle(folder: Path, file: str = FILE) -> Bundle:
    """Read the texts of a workspace; a journeys file that cannot be read is left out, for `load_project` to report."""
    try:
        text = (folder / file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return {}
    templates = read_templates(folder / TEMPLATES) if (folder / TEMPLATES).is_dir() else {}
    included = read_included(read(text, file), file, Folder(folder)).texts
    return {FILE: text, **included, **{f"{_TEMPLATE}{name}": said for name, said in templates.items()}}


def project_of(bundle: Bundle, folder: Path) -> Project:
    """Check the texts of a bundle as those of this folder."""
    templates = {name.removeprefix(_TEMPLATE): text for name, text in bundle.items() if name.startswith(_TEMPLATE)}
    return check_project(bundle.get(FILE, ""), templates, folder, files=Texts(bundle))


def write_bundle(bundle: Bundle, folder: Path) -> list[str]:
    """Write the texts of a bundle into a folder; give the files that read otherwise before."""
    written = []
    for name, text in sorted(bundle.items()):
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8", errors="replace") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            written.append(name)
    return written
