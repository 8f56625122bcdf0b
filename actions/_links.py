"""How does a link tell where its visitor came from?"""

from collections.abc import Mapping
from functools import lru_cache
from typing import TypeAlias
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

Parameters: TypeAlias = tuple[tuple[str, str], ...]

SOURCE = "tactful"
_NOTHING: Mapping[str, str] = {}


def campaign_parameters(
    channel: str, journey: str, step: str, overrides: Mapping[str, str] | None = None
) -> Parameters:
    """Say what is added to the links of a step: the utm parameters, as the channel's own `utm` changes them.

    In a channel's values `{channel}`, `{journey}` and `{step}` stand for the message's own; a parameter with an empty
    value is left out.
    """
    said = {"utm_source": SOURCE, "utm_medium": channel, "utm_campaign": journey, "utm_content": step}
    for name, value in (overrides or _NOTHING).items():
        for word, own in (("{channel}", channel), ("{journey}", journey), ("{step}", step)):
            value = value.replace(word, own)
        said[name] = value
    return tuple((name, value) for name, value in said.items() if value)


@lru_cache(maxsize=4096)
def tag_link(url: str, parameters: Parameters) -> str:
    """Add parameters to an address, leaving those it already has, its query and its fragment.

    Raises ValueError for anything but http and https addresses.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError('link() expects an address that begins with https://; write link(shop.url ~ "/cart")')
    present = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    added = urlencode([(name, value) for name, value in parameters if name not in present], quote_via=quote)
    query = "&".join(part for part in (parts.query, added) if part)
    return urlunsplit(parts._replace(query=query))


def is_web_address(url: str) -> bool:
    """Tell whether this is an address a mail may carry: http or https, never javascript or data."""
    return url[:8].lower().startswith(("http://", "https://"))
