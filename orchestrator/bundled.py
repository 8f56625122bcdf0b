"""Where is the example that `tactful init` copies?"""

from collections.abc import Iterator
from pathlib import Path

_PATTERNS = ("journeys.yaml", "journeys.test.yaml", "templates/**/*", "magnets/*")


def example_folder() -> Path:
    """Give the example's folder: inside the package once installed, the project's root in a checkout."""
    package = Path(__file__).parent
    installed = package / "example"
    return installed if installed.is_dir() else package.parent


def example_files() -> Iterator[Path]:
    """Give the example's files, relative to its folder, in order of their names."""
    folder = example_folder()
    for pattern in _PATTERNS:
        yield from sorted(path.relative_to(folder) for path in folder.glob(pattern) if path.is_file())


def copy_example(target: Path) -> list[Path]:
    """Copy the example into a folder, over what is there; give the files that were written, relative to it."""
    source = example_folder()
    copied = []
    for name in example_files():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((source / name).read_bytes())
        copied.append(name)
    return copied
