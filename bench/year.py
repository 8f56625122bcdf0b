"""Which history is measured? The shop's year when it lies beside the project, else the demo history many times."""

import gzip
from collections.abc import Iterator

import msgspec

from bench.workspace import ROOT
from orchestrator.demo_history import demo_history

YEAR = ROOT.parent / "shared" / "data" / "online_retail.jsonl.gz"
COPIES = 400

_NAMES = frozenset(
    {"messageId", "userId", "anonymousId", "email", "order_id", "checkout_id", "shipment_id", "return_id"}
)


def name_of_history() -> str:
    """Say which of the two it is."""
    return "the shop's year" if YEAR.exists() else f"the demo history {COPIES} times: the shop's year is not here"


def history_lines() -> Iterator[bytes]:
    """Give the lines of the history, in order of time or copy by copy."""
    if YEAR.exists():
        with gzip.open(YEAR) as file:
            yield from file
        return
    encode = msgspec.json.Encoder().encode
    once = demo_history()
    for copy in range(COPIES):
        yield from (encode(_renamed(line, copy)) for line in once)


def _renamed(value: object, copy: int, key: str = "") -> object:
    """Give the same call of another customer: everything that names a person, an order or a message is renamed."""
    if isinstance(value, dict):
        return {name: _renamed(member, copy, name) for name, member in value.items()}
    if isinstance(value, str) and key in _NAMES:
        return f"{copy}.{value}"
    return None if key == "phone" else value
