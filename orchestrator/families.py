"""Whose turns depend on each other, because they are one person?

A waiting event may merge a profile into another. Both are then needed in the same turn, in the right order.
"""

from collections.abc import Mapping

from orchestrator.seat import Seat


def in_order(seats: Mapping[int, Seat], *, is_live: bool) -> list[int]:
    """Order a batch: whoever is about to be absorbed first, so that nobody waits for them longer than needed.

    Live they have no turn of their own beside the profile they become part of, unless a call of theirs is under way.
    """
    joining = _about_to_be_absorbed(seats)
    if not joining:
        return sorted(seats)
    if is_live:
        calling = {profile_id for profile_id in joining & seats.keys() if seats[profile_id].is_calling}
        return sorted(calling) + sorted(seats.keys() - joining)
    return sorted(seats, key=lambda profile_id: (profile_id not in joining, profile_id))


def relatives(seats: Mapping[int, Seat]) -> set[int]:
    """Name the profiles that waiting events merge into these, and those that these are merged into."""
    return _about_to_be_absorbed(seats) | {seat.survivor for seat in seats.values() if seat.survivor is not None}


def _about_to_be_absorbed(seats: Mapping[int, Seat]) -> set[int]:
    merging = [seat.merges for seat in seats.values() if seat.merges]
    return {gone for merges in merging for absorbed in merges.values() for gone in absorbed}
