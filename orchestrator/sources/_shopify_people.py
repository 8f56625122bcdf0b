"""What does Shopify say about customers, and to what did they agree?

The payloads: https://shopify.dev/docs/api/webhooks/latest (`customers/*` and the two topics of marketing consent). The
customer's own payload says nothing of consent.
"""

from orchestrator.sources._shopify_notice import Notice, about, first_moment, missing
from orchestrator.sources.calls import Call, identify, track
from orchestrator.sources.hooks import Denied
from orchestrator.sources.reading import object_in, text

# Topic: the channel, what holds the answer, the customer's id, the name of the address here and there.
_CONSENT = {
    "customers_email_marketing_consent/update": (
        "email",
        "email_marketing_consent",
        "customer_id",
        ("email", "email_address"),
    ),
    "customers_marketing_consent/update": ("sms", "sms_marketing_consent", "id", ("phone", "phone")),
}
# Whoever was never asked, or has not confirmed yet, said neither yes nor no.
_ANSWERS = {"subscribed": True, "unsubscribed": False, "redacted": False}


def read_customer(notice: Notice) -> tuple[Call, ...] | Denied:
    """Tell who a customer is."""
    customer = notice.payload
    customer_id = text(customer.get("id"))
    if not customer_id:
        return missing("id")
    address = object_in(customer, "default_address")
    traits = {
        "email": text(customer.get("email")),
        "phone": text(customer.get("phone")),
        "first_name": text(customer.get("first_name")),
        "last_name": text(customer.get("last_name")),
        "country": text(address.get("country_code")),
        "city": text(address.get("city")),
    }
    at = notice.when("updated_at", "created_at")
    return (identify(notice.message_id(customer_id), at, traits, customer_id),)


def read_consent(notice: Notice) -> tuple[Call, ...] | Denied:
    """Tell a yes or no to marketing on one channel."""
    channel, holder, id_key, (kind, address_key) = _CONSENT[notice.topic]
    customer_id, address = text(notice.payload.get(id_key)), text(notice.payload.get(address_key))
    if not customer_id and not address:
        return missing(id_key)
    stated = object_in(notice.payload, holder)
    agreed = _ANSWERS.get(text(stated.get("state")).lower())
    if agreed is None:
        return ()
    at = first_moment(stated, "consent_updated_at") or notice.sent_at
    properties = {kind: address, "channel": channel, "consent": {channel: agreed}}
    call = track("Preferences Updated", notice.message_id(customer_id or address), at, properties)
    return (about(call, {"id": customer_id}),)
