"""Which number names this enrollment, this delivery?

Keys are 63-bit integers that say what they name, so the same decision made twice gives the same key and no counter
in a database is needed:

    profile (31 bits) | enrollment of that profile (18 bits) | step visit of that enrollment (13 bits) | undo (1 bit)

An enrollment's key has the last two parts zero. `undo` marks the delivery that takes back what the visit did, such as
leaving an audience. A delivery key stands for (enrollment, step, occurrence): a visit is one occurrence of one step.
"""

from journeys.errors import JourneyError

MOST_PROFILES = 1 << 31
MOST_ENROLLMENTS = 1 << 18
MOST_VISITS = (1 << 13) - 1


def enrollment_key(profile_id: int, number: int) -> int:
    """Name a profile's enrollment by its number, counted from 0. Raises JourneyError past 262,143 of them."""
    if number >= MOST_ENROLLMENTS or profile_id >= MOST_PROFILES:
        raise JourneyError(
            f"profile {profile_id} has entered journeys {number} times, more than keys can name; "
            "look for a journey that lets it in again and again (re_entry) and prune or merge this profile"
        )
    return profile_id << 32 | number << 14


def delivery_key(enrollment_id: int, visit: int) -> int:
    """Name the delivery that a step visit plans, counted from 1."""
    return enrollment_id | visit << 1


def undo_key(delivery_id: int) -> int:
    """Name the delivery that takes this one back."""
    return delivery_id | 1


def is_undo(delivery_id: int) -> bool:
    """Tell whether this delivery takes another back."""
    return bool(delivery_id & 1)


def profile_of(key: int) -> int:
    """Tell which profile this enrollment, or this delivery's, began with; it may be part of another by now."""
    return key >> 32


def enrollment_of(delivery_id: int) -> int:
    """Tell which enrollment planned this delivery."""
    return delivery_id >> 14 << 14
