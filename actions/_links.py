"""How does a link tell where its visitor came from?"""

from functools import lru_cache
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

SOURCE = "tactful"


@lru_cache(maxsize=4096)
def tag_link(url: str, medium: str, campaign: str, content: str) -> str:
    """Add the utm parameters to an address, leaving those it already has.

    `medium` is the channel, `campaign` the journey and `content` the step. Raises ValueError for anything but http and
    https addresses.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError('link() expects an address that begins with https://; write link(shop.url ~ "/cart")')
    present = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    wanted = {"utm_source": SOURCE, "utm_medium": medium, "utm_campaign": campaign, "utm_content": content}
    added = urlencode({name: value for name, value in wanted.items() if name not in present}, quote_via=quote)
    query = "&".join(part for part in (parts.query, added) if part)
    return urlunsplit(parts._replace(query=query))


def is_web_address(url: str) -> bool:
    """Tell whether this is an address a mail may carry: http or https, never javascript or data."""
    return url[:8].lower().startswith(("http://", "https://"))
