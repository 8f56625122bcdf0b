"""How is a value of the file written in one line of text?"""

from collections.abc import Mapping
from datetime import timedelta
from enum import Enum

from pydantic import BaseModel

from journeys.duration import format_duration


def in_short(value: object) -> str:
    """Write a value the way the file does, as flow YAML: `{email: 1 per day}`, `3d`, `[a, b]`."""
    match value:
        case None | True | False:
            return {None: "null", True: "true", False: "false"}[value]
        case timedelta():
            return format_duration(value)
        case Enum():
            return str(value.value)
        case BaseModel():
            return in_short(value.model_dump(by_alias=True, exclude_defaults=True))
        case Mapping():
            return f"{{{', '.join(f'{key}: {in_short(said)}' for key, said in value.items())}}}"
        case list() | tuple():
            return f"[{', '.join(in_short(said) for said in value)}]"
        case _:
            return str(value)
