"""How does a message look on a desk and on a phone, side by side? One page that needs nothing from anywhere."""

from html import escape

from orchestrator.preview import Preview

_WIDTHS = (("Desktop", 660), ("Phone", 375))
_LINE_HEIGHT = 26
_SHORTEST, _LONGEST = 900, 6_000
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 24px; background: #ececec; color: #222; width: 1110px; }}
h1 {{ font-size: 20px; margin: 0; }}
.views {{ display: flex; gap: 24px; margin-top: 16px; align-items: flex-start; }}
figure {{ margin: 0; }}
figcaption {{ color: #666; }}
iframe {{ border: 1px solid #ccc; background: #fff; display: block; }}
pre {{ background: #fff; border: 1px solid #ccc; padding: 16px; white-space: pre-wrap; }}
</style>
</head>
<body>
<h1>{title}</h1>
<div>{facts}</div>
{views}
<h2>Text part</h2>
<pre>{text}</pre>
</body>
</html>
"""


def preview_page(seen: Preview, facts: str) -> str:
    """Write the page; `facts` are what is said about the message in a line."""
    content = seen.content
    title = content.subject or f"{seen.asked.journey}.{seen.asked.step}"
    height = min(max(content.text.count("\n") * _LINE_HEIGHT * 2, _SHORTEST), _LONGEST)
    views = "".join(_view(name, width, height, content.html) for name, width in _WIDTHS) if content.html else ""
    return _PAGE.format(
        title=escape(title),
        facts=escape(facts),
        views=f'<div class="views">{views}</div>' if views else "",
        text=escape(content.text),
    )


def _view(name: str, width: int, height: int, html: str) -> str:
    # The frame runs no script and sends no form: the message is looked at and nothing else.
    frame = f'<iframe sandbox="" width="{width}" height="{height}" srcdoc="{escape(html, quote=True)}"></iframe>'
    return f"<figure><figcaption>{name}, {width} px</figcaption>{frame}</figure>"
