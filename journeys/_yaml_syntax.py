"""What does the YAML parser's complaint mean to somebody who writes journeys?"""

import re

from ruamel.yaml.error import MarkedYAMLError

_BARE_TEMPLATE = re.compile(r"[:\-]\s+\{\{|:\s+\{%")
_QUOTE = 'put the whole value in quotes: "…"'

# What the parser says, what is wrong, and what to write instead; the first that is found counts.
_SAYINGS: tuple[tuple[str, str, str], ...] = (
    (r"'\\t' that cannot start", "got a tab where YAML wants spaces", "replace it by spaces"),
    (r"'(.)' that cannot start", "a value cannot begin with {0}", _QUOTE),
    (
        r"mapping values are not allowed",
        'got a second ": " where no key may stand',
        f"{_QUOTE}, or indent the line like the one above, or end the one above with a colon",
    ),
    (
        r"expected ',' or '([\]}])'",
        "the bracket is not closed",
        "close it with {0}, and put a comma between its entries",
    ),
    (r"unexpected end of stream", "the quote is not closed", "close it with the same quote"),
    (r"alphabetic or numeric", "a value cannot begin with & or *", _QUOTE),
    (
        r"chomping|comment or a line break",
        "text cannot follow | or > on its line",
        "begin it below, or put it in quotes",
    ),
    (r"expected the node content", "a value is missing, or a comma is one too many", "add the one or remove the other"),
    (
        r"<block end>, but found '<scalar>'",
        "text goes on behind a closing quote",
        "put the whole in single quotes: '…'",
    ),
    (r"expected <block end>", "the line does not fit the lines above", "indent it like those it belongs with"),
    (r"could not find expected ':'", 'the line has no ": "', 'write "key: value", or indent the text under its key'),
    (r"unknown escape character", "the backslash means nothing here", "use single quotes around the text"),
    (
        r"sequence entries are not allowed",
        "a list entry cannot begin here",
        "put it on a line of its own below its key",
    ),
)


def explain_syntax(error: Exception, line: str) -> tuple[str, str]:
    """Turn the parser's error, found in this line, into a code and a message with its remedy."""
    said = (error.problem if isinstance(error, MarkedYAMLError) else None) or str(error)
    code = "yaml.tab" if "'\\t' that cannot start" in said else "yaml.syntax"
    if code == "yaml.syntax" and _BARE_TEMPLATE.search(line):
        return code, f"a value that begins with {{{{ or {{% is not text to YAML; {_QUOTE}"
    for pattern, wrong, remedy in _SAYINGS:
        if found := re.search(pattern, said):
            opened = _opened(error) if wrong.endswith("not closed") else ""
            return code, f"{wrong.format(*found.groups())}{opened}; {remedy.format(*found.groups())}"
    return code, f"not YAML: {' '.join(said.split())}; check the indentation and the quotes here"


def _opened(error: Exception) -> str:
    """Say where the bracket or quote that is still open began."""
    mark = error.context_mark if isinstance(error, MarkedYAMLError) else None
    return f" (opened at {mark.line + 1}:{mark.column + 1})" if mark else ""
