"""What is a thing of another product called here?"""

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

LONGEST = 56
_RESERVED = frozenset({"continue", "exit", "done"})

# What Klaviyo and its integrations with shops call what happened, and what we call it.
EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "placed order": "Order Completed",
        "started checkout": "Checkout Started",
        "checkout started": "Checkout Started",
        "viewed product": "Product Viewed",
        "viewed collection": "Product List Viewed",
        "submitted search": "Products Searched",
        "added to cart": "Product Added",
        "active on site": "Page Viewed",
        "fulfilled order": "Order Shipped",
        "fulfilled partial order": "Order Shipped",
        "confirmed shipment": "Shipment Updated",
        "marked out for delivery": "Shipment Updated",
        "delivered shipment": "Order Delivered",
        "cancelled order": "Order Cancelled",
        "canceled order": "Order Cancelled",
        "refunded order": "Order Refunded",
        "opened email": "Email Opened",
        "clicked email": "Email Clicked",
        "bounced email": "Email Bounced",
        "unsubscribed": "Email Unsubscribed",
        "unsubscribed from email marketing": "Email Unsubscribed",
        "marked email as spam": "Email Marked as Spam",
        "filled out form": "Form Submitted",
        "submitted review": "Product Reviewed",
    }
)


def event_named(name: str) -> str:
    """Give our name of an event, or the vendor's own where we have none."""
    return EVENTS.get(" ".join(name.casefold().split()), " ".join(name.split())[:80])


def snake(name: str) -> str:
    """Write a name the way journeys, steps and properties are named; empty when nothing of it is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    return words if not words or words[0].isalpha() else f"n{words}"


class Namer:
    """Gives each thing a name of its own, in the order in which they come."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def name(self, hint: str, otherwise: str) -> str:
        """Make a name of a hint; a second one of the same name gets a number."""
        base = (snake(hint) or otherwise)[:LONGEST].rstrip("_")
        name, count = base, 1
        while name in self._taken or name in _RESERVED:
            count += 1
            name = f"{base[: LONGEST - 6]}_{count}"
        self._taken.add(name)
        return name
