"""Does this call carry the token that only the sender and we know?

For senders that cannot sign: the token is part of the address they were given, `https://…/hooks/<source>?token=…`. It
is compared in constant time; several may hold at once, so that one can be exchanged for another.
"""

import hmac
from collections.abc import Sequence

from orchestrator.sources.hooks import Denied, HookRequest


def check_token(source: str, request: HookRequest, tokens: Sequence[str]) -> Denied | None:
    """Compare the token in the address with those that hold; None when one fits."""
    given = request.query.get("token", "").encode(errors="replace")
    if not given:
        return Denied("unsigned", f"{source}: expected ?token= in the address, got none; add it where the sender calls")
    fits = [hmac.compare_digest(token.encode(errors="replace"), given) for token in tokens]
    if any(fits):
        return None
    return Denied("unsigned", f"{source}: expected our token in the address, got another; correct it at the sender")
