"""Do these parameters fit the model of whoever takes them, and if not, where do they not?"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from pydantic import BaseModel, ValidationError

from journeys.errors import Fault
from journeys.spelling import did_you_mean

Path: TypeAlias = tuple[str | int, ...]


def check_parameters(
    path: Path, who: str, model: type[BaseModel], parameters: Mapping[str, Any], *, code: str
) -> Iterator[Fault]:
    """Find everything that is wrong; `who` begins each sentence, a fault about them as a whole is placed at `path`."""
    try:
        model.model_validate(dict(parameters))
    except ValidationError as error:
        known = sorted(info.alias or key for key, info in model.model_fields.items())
        for details in error.errors():
            said = details["msg"].removeprefix("Value error, ")
            if not details["loc"]:
                yield Fault(path, code, f"{who}: {said}")
                continue
            key = ".".join(map(str, details["loc"]))
            hint = did_you_mean(key, known) if details["type"] == "extra_forbidden" else ""
            # Deeper down other keys stand than those of the model itself.
            choice = f"; it knows {', '.join(known)}" if len(details["loc"]) == 1 else ""
            yield Fault((*path[:-1], *details["loc"]), code, f'{who}: "{key}": {said}{hint}{choice}')
