"""Which file is meant by a short example: a list of steps, the keys of one journey, or keys of the file?"""

import re
from textwrap import indent

from journeys.spec import JourneysFile, JourneySpec

_HEAD = {
    "version": "version: 1",
    "shop": "shop: {name: Nordic Roast, timezone: Europe/Riga}",
    "channels": (
        "channels:\n  email: {action: email.file}\n  ads: {action: audience.file}\n  crm: {action: crm.file}\n"
        "  webhook: {action: webhook, url: https://erp.example/hook}"
    ),
    "guards": 'guards: {frequency_cap: {any: "4 per 7d"}}',
}
_ENTRY = "entry: {event: Checkout Started}"
_STEPS = 'steps:\n  - {id: letter, send: email, text: "Hello!"}'
_KEY = re.compile(r"^([a-z_]+):", re.MULTILINE)
# A key of this name stands in the file and in a journey; alone it is a journey's.
_OF_BOTH = frozenset(JourneysFile.model_fields) & frozenset(JourneySpec.model_fields)


def whole_file(example: str) -> str:
    """Put around an example what every file has, where it says nothing of it."""
    text = example.strip("\n")
    keys = set(_KEY.findall(text))
    if text.startswith("- "):
        text = _journey(f"{_ENTRY}\nsteps:\n{indent(text, '  ')}")
    elif "journeys" not in keys and keys <= {*JourneySpec.model_fields, *_OF_BOTH}:
        text = _journey(
            "\n".join([*([] if "entry" in keys else [_ENTRY]), text, *([] if "steps" in keys else [_STEPS])])
        )
    elif "journeys" not in keys:
        text = f"{text}\n{_journey(f'{_ENTRY}{chr(10)}{_STEPS}')}"
    said = set(_KEY.findall(text))
    return "\n".join([*(line for key, line in _HEAD.items() if key not in said), text]) + "\n"


def _journey(body: str) -> str:
    return f"journeys:\n  example:\n{indent(body, '    ')}"
