"""How is what a call says named, so that its repeat is recognised?"""

from hashlib import blake2b


def message_id(source: str, vendor_id: str, body: bytes) -> str:
    """Name a message after the vendor's own id of it; without one after the raw body, which a retry repeats."""
    return f"{source}-{vendor_id or blake2b(body, digest_size=12).hexdigest()}"
