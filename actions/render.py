"""How does the message read for this recipient?

Values are escaped in HTML and stand as they are in text; a subject is one line whatever a value holds. One recipient's
message is made from one `RenderContext` and nothing else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from actions._links import Parameters, campaign_parameters, tag_link
from actions._locales import style_of
from actions._sandbox import Budget, variables
from actions.base import Content
from actions.template import Templates
from journeys.vocabulary import Item, Profile, Properties


@dataclass(frozen=True, slots=True)
class Shop:
    """Who is speaking: what templates know as `shop`."""

    name: str
    url: str = ""
    currency: str = ""
    country: str = ""
    sign_off: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class RenderContext:
    """All that one message is made from.

    `items` are the goods the guards left; `entry` holds the properties of the event that began the enrollment. `now`
    is printed as it comes: give it in the recipient's time zone, on whose clock other moments are written too.
    `channel`, `journey` and `step` go into the links, which `utm` changes; `track` makes of an address the one that is
    written, so that clicks are seen. `locale` is the reader's language, the profile's trait when none is given.
    """

    profile: Profile
    now: datetime
    channel: str
    journey: str
    step: str
    entry: Properties = field(default_factory=dict)
    items: tuple[Item, ...] = ()
    unsubscribe_url: str = ""
    magnet_url: str = ""
    coupon: str = ""
    locale: str = ""
    utm: Mapping[str, str] = field(default_factory=dict)
    track: Callable[[str], str] | None = None


class Renderer:
    """Fills in templates for one shop."""

    def __init__(self, templates: Templates, shop: Shop) -> None:
        self._templates = templates
        self._shop = {
            "name": shop.name,
            "url": shop.url.rstrip("/"),
            "currency": shop.currency,
            "country": shop.country,
            "address": shop.address,
            "voice": {"sign_off": shop.sign_off},
        }

    def render(self, template: str, context: RenderContext, *, subject: str = "") -> Content:
        """Make a message from a template; `subject` is a step's own and takes the place of the template's.

        Raises TemplateError when the template cannot be used, or not for this recipient.
        """
        loaded = self._templates.load(template, _locale(context))
        known = self._variables(context)
        title = _one_line((self._templates.inline(subject) if subject else loaded.subject).run(known))
        preview = _one_line(loaded.preview.run(known))
        known |= {"subject": title, "preview": preview}
        html = loaded.html.run(known) if loaded.html else ""
        return Content(text=_tidy(loaded.text.run(known)), html=html, subject=title, preview=preview)

    def render_text(self, source: str, context: RenderContext) -> str:
        """Fill in a text that stands in the journeys file: an sms, a CRM task or note.

        Raises TemplateError when it cannot be used, or not for this recipient.
        """
        return self._templates.inline(source).run(self._variables(context))

    def _variables(self, context: RenderContext) -> dict[str, Any]:
        return {
            **variables(Budget()),
            "shop": self._shop,
            "profile": _profile(context.profile),
            "entry": context.entry if isinstance(context.entry, dict) else dict(context.entry),
            "items": context.items,
            "link": _linker(context),
            "magnet_url": context.magnet_url,
            "unsubscribe_url": context.unsubscribe_url,
            "coupon": context.coupon,
            "_style": style_of(_locale(context)),
            "_clock": context.now.tzinfo,
            "now": context.now,
            "subject": "",
            "preview": "",
        }


class _Lenient(dict[str, Any]):
    """A profile's attributes; one the person does not have reads as empty."""

    __slots__ = ()

    def __missing__(self, name: str) -> str:
        return ""


def _profile(profile: Profile) -> Mapping[str, Any]:
    own = {
        "user_id": profile.user_id,
        "email": profile.email,
        "phone": profile.phone,
        "timezone": profile.timezone,
    }
    return _Lenient({**profile.traits, **own})


def _locale(context: RenderContext) -> str:
    said = context.locale or context.profile.traits.get("locale", "")
    return said if isinstance(said, str) else ""


def _linker(context: RenderContext) -> Callable[[str], str]:
    return partial(
        _link, campaign_parameters(context.channel, context.journey, context.step, context.utm), context.track
    )


def _link(parameters: Parameters, track: Callable[[str], str] | None, url: str) -> str:
    address = tag_link(url, parameters)
    return address if track is None else track(address)


def _one_line(text: str) -> str:
    """Put a text on one line, so that no value can begin a header of its own; other control characters go too."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())


def _tidy(text: str) -> str:
    """Leave at most one empty line where a condition printed nothing."""
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.strip() + "\n"
