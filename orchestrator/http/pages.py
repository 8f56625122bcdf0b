"""What does a page look like that people see? Tiny, without scripts, and alone: nothing is loaded from anywhere."""

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from html import escape

from fastapi.responses import HTMLResponse

_STYLE = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem}"
    "button{font:inherit;padding:.5rem 1.5rem}"
)
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""
# What a mail program posts by itself (RFC 8058) and what the button posts is the same.
_BUTTON = (
    '<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click">'
    "<button>Unsubscribe</button></form>"
)


def page(title: str, sentence: str, *, status: int = 200, headers: Mapping[str, str] | None = None) -> HTMLResponse:
    """Say one thing to a person."""
    return _response(title, f"<p>{escape(sentence)}</p>", status, headers or {})


def page_with_button(title: str, sentence: str) -> HTMLResponse:
    """Ask a person for the one click that unsubscribes."""
    return _response(title, f"<p>{escape(sentence)}</p>\n{_BUTTON}", 200, {})


def kept_to_itself() -> dict[str, str]:
    """Give the headers of everything people are shown or given: nobody keeps, guesses or embeds it."""
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": _policy(),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex, nofollow",
    }


def _response(title: str, body: str, status: int, headers: Mapping[str, str]) -> HTMLResponse:
    text = _PAGE.format(title=escape(title), style=_STYLE, body=body)
    return HTMLResponse(text, status, {**kept_to_itself(), **headers})


@cache
def _policy() -> str:
    """Allow the page its one style and its one form, and nothing else."""
    style = b64encode(sha256(_STYLE.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'; sandbox allow-forms"
    )
