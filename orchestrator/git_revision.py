"""How did the workspace read at a revision of its git repository?

Only git's own store is read: neither the work tree nor the index is touched, and nothing is checked out.
"""

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from journeys.errors import OrchestratorError
from orchestrator.contents import TEMPLATES
from orchestrator.project import Project, load_project

_YAML = (".yaml", ".yml")


class NoSuchRevision(OrchestratorError):
    """There is no git here, no repository, or nothing by this name in it."""


def project_at(folder: Path, file: str, revision: str) -> Project:
    """Read and check the workspace as it was at a revision: its YAML files and its templates.

    Raises NoSuchRevision when that cannot be read.
    """
    commit = _git(folder, revision, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    sha = commit.decode().strip()
    names = _git(folder, revision, "ls-tree", "-r", "-z", "--name-only", sha, "--", ".").decode().split("\0")
    wanted = [name for name in names if name and "\n" not in name and _is_of_workspace(name)]
    if file not in wanted:
        raise NoSuchRevision(f'at revision "{revision}" there is no {file} in {folder}; name one that has it')
    with TemporaryDirectory(prefix="tactful-") as made:
        for name, body in _contents(folder, sha, wanted):
            path = Path(made, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
        project = load_project(Path(made), file)
    return replace(project, folder=folder, file=f"{file}@{revision}")


def _is_of_workspace(name: str) -> bool:
    path = PurePosixPath(name)
    return path.suffix in _YAML or path.parts[0] == TEMPLATES


def _contents(folder: Path, sha: str, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Read the files out of git, all in one go."""
    asked = "".join(f"{sha}:./{name}\n" for name in names).encode()
    said = _git(folder, sha, "cat-file", "--batch", given=asked)
    start = 0
    for name in names:
        end = said.index(b"\n", start)
        _, kind, size = said[start:end].split(b" ")
        body = said[end + 1 : end + 1 + int(size)]
        start = end + 2 + int(size)
        if kind == b"blob":
            yield name, body


def _git(folder: Path, revision: str, *arguments: str, given: bytes = b"") -> bytes:
    asked = ["git", "-C", str(folder), *arguments]
    try:
        # What came from outside, the revision, follows `--end-of-options`; the rest is ours, and no shell reads it.
        done = subprocess.run(asked, input=given, capture_output=True, check=False)  # noqa: S603
    except FileNotFoundError:
        raise NoSuchRevision(
            f'expected a journeys file or a git revision, got "{revision}": there is no such file, and git '
            "is not installed; name a file, or install git"
        ) from None
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.decode(errors="replace").strip().removeprefix("fatal: ").split("\n")[0]
    if "not a git repository" in said:
        raise NoSuchRevision(
            f'expected a journeys file or a git revision, got "{revision}": there is no such file, and '
            f"{folder} is in no git repository; name a file"
        )
    raise NoSuchRevision(
        f'the git repository of {folder} has no revision "{revision}"{f" ({said})" if said else ""}, and no '
        "file is called so; `git log --oneline` lists revisions"
    )
