"""Which blocks does every workspace have? A file of the same name in its own `templates/blocks/` takes their place.

They show the goods they are given and nothing else: the message's own, or a part of them.
"""

_GRID_ROWS = """\
{% for row in items | batch(2) %}
<tr>
{% for item in row %}
<td width="50%" style="padding: 8px; text-align: center; vertical-align: top;">
{% if item.url %}<a href="{{ link(item.url) }}" style="color: inherit; text-decoration: none;">{% endif %}
{% if item.image_url %}<img src="{{ item.image_url }}" alt="{{ item.name }}" width="220" style="width: 100%;">{% endif %}
<div style="padding-top: 6px;">{{ item.name or item.product_id }}</div>
{% if item.url %}</a>{% endif %}
<div><strong>{{ item.price | money }}</strong></div>
</td>
{% endfor %}
</tr>
{% endfor %}
"""  # noqa: E501 - a picture with its attributes is one line
_LIST_ROWS = """\
{% for item in items %}
<tr>
<td style="padding: 8px 12px 8px 0; width: 64px;">{% if item.image_url %}<img src="{{ item.image_url }}" alt="" width="64">{% endif %}</td>
<td style="padding: 8px 0;">{% if item.url %}<a href="{{ link(item.url) }}">{{ item.name or item.product_id }}</a>{% else %}{{ item.name or item.product_id }}{% endif %}</td>
<td style="padding: 8px 0; text-align: right; white-space: nowrap;">{{ item.price | money }}</td>
</tr>
{% endfor %}
"""  # noqa: E501 - a cell is one line, so that the text part is one
_LINES = """\
{% for item in items %}
- {{ item.name or item.product_id }}, {{ item.price | money }}{% if item.url %}: {{ link(item.url) }}{% endif %}

{% endfor %}
"""

READY: dict[str, str] = {
    "blocks/product_grid.mjml": f"<mj-table>\n{_GRID_ROWS}</mj-table>\n",
    "blocks/product_grid.html": f'<table role="presentation" width="100%">\n{_GRID_ROWS}</table>\n',
    "blocks/product_grid.txt": _LINES,
    "blocks/product_list.mjml": f"<mj-table>\n{_LIST_ROWS}</mj-table>\n",
    "blocks/product_list.html": f'<table role="presentation" width="100%">\n{_LIST_ROWS}</table>\n',
    "blocks/product_list.txt": _LINES,
}
