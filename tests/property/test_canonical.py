"""Laws of the canonical form: it says the same, it is final, and no comment is lost, however the file was written."""

import json
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from journeys.canonical import canonical
from journeys.spec import JourneysFile
from journeys.yaml_text import read
from tests.property.written_journeys import written_journeys

PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz_")


def in_some_style(draw: st.DrawFn, value: Any, indent: int, *, in_flow: bool) -> str:
    """Write a value in one of YAML's styles, with comments where there is room for one."""
    if not isinstance(value, dict | list):
        return _scalar(draw, value)
    if in_flow or not value or draw(st.booleans()):
        inside = [in_some_style(draw, each, 0, in_flow=True) for each in _values(value)]
        if isinstance(value, dict):
            return f"{{{', '.join(f'{json.dumps(key)}: {each}' for key, each in zip(value, inside, strict=True))}}}"
        return f"[{', '.join(inside)}]"
    lines = ["", *(_entry(draw, key, each, indent) for key, each in _pairs(value))]
    return "\n".join(lines)


def _entry(draw: st.DrawFn, key: str, value: Any, indent: int) -> str:
    above = draw(st.sampled_from(["", "", f"{' ' * indent}# above {key}\n", "\n"]))
    text = in_some_style(draw, value, indent + draw(st.sampled_from([2, 4])), in_flow=False)
    behind = "" if "\n" in text else draw(st.sampled_from(["", "", "  # behind", " # close"]))
    return f"{above}{' ' * indent}{key} {text}{behind}"


def _pairs(value: Any) -> list[tuple[str, Any]]:
    return [(f"{key}:", each) for key, each in value.items()] if isinstance(value, dict) else [("-", v) for v in value]


def _values(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value


def _scalar(draw: st.DrawFn, value: Any) -> str:
    if (
        isinstance(value, str)
        and set(value) <= PLAIN
        and value not in {"null", "true", "false"}
        and draw(st.booleans())
    ):
        return value
    if isinstance(value, str) and draw(st.booleans()):
        return "'" + value.replace("'", "''") + "'"
    return json.dumps(value, ensure_ascii=False)


@st.composite
def files(draw: st.DrawFn) -> str:
    """Write a file with one or two journeys."""
    content: dict[str, Any] = {
        "version": 1,
        "shop": {"name": "Nordic Roast", "voice": {"never": ["last chance", "now"]}},
    }
    content["journeys"] = {name: draw(written_journeys()) for name in draw(st.sampled_from([["a"], ["b", "a"]]))}
    return "".join(f"{_entry(draw, key, value, 0)}\n" for key, value in _pairs(content))


A_COMMENT_THAT_MOVES_UP = """version: 1
shop: {name: "Nordic Roast"}
journeys:
  a:
    exit:
      -
        machine: false
        # above event:
        event: "Order Completed"
    entry: {call: {}}
    steps: [{id: step_0, wait: 3d}]
"""


@settings(deadline=None)
@given(files())
@example(A_COMMENT_THAT_MOVES_UP)
def test_the_canonical_form_says_the_same_and_is_final(text: str) -> None:
    before = read(text)
    assert before.root is not None
    written = canonical(text)
    assert isinstance(written, str)
    after = read(written)
    assert after.root is not None
    assert after.root.value == before.root.value
    assert JourneysFile.model_validate(after.root.value) == JourneysFile.model_validate(before.root.value)
    assert canonical(written) == written
    assert sorted(_comments(text)) == sorted(_comments(written))


def _comments(text: str) -> list[str]:
    return [
        line.split("# ")[-1]
        for line in text.splitlines()
        if "# above" in line or "# behind" in line or "# close" in line
    ]
