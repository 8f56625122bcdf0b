"""Which way does a person go?

A branch asks conditions in their order. A split draws from the profile's id and the names of journey and step: the same
person goes the same way every time, and two splits draw independently of each other.
"""

from hashlib import blake2b

from journeys.compile import CompiledStep
from journeys.moves import NO_ARM, arm_trigger, split_trigger
from journeys.spec import BranchStep, SplitStep
from journeys.walk import Walk


def enter_branch(walk: Walk, step: CompiledStep) -> str | None:
    """Take the first way whose condition is true."""
    assert isinstance(step.spec, BranchStep)
    walk.look_from_inside()
    for place, (arm, condition) in enumerate(zip(step.spec.branch, step.conditions, strict=True)):
        if condition is None or condition.holds(walk.scope):
            walk.note(walk.step, "branched", f"{arm.if_ or 'else'} -> {arm.go}")
            return arm_trigger(place)
    walk.note(walk.step, "branched", "no arm")
    return NO_ARM


def enter_split(walk: Walk, step: CompiledStep) -> str | None:
    """Take the way that was drawn for this person."""
    assert isinstance(step.spec, SplitStep)
    arm = arm_of(step.spec, walk.journey.name, walk.scope.facts.profile.id)
    walk.note(walk.step, "split", arm)
    return split_trigger(arm)


def arm_of(split: SplitStep, journey: str, profile_id: int) -> str:
    """Say which arm of a split a profile goes, by the shares of the arms in the order of the file."""
    rest = chance_of(profile_id, f"{journey}/{split.id}")
    shares = split.shares()
    for name, share in shares.items():
        rest -= share
        if rest < 0:
            return name
    # What is left to the last arm can be lost in rounding; an arm of nobody is nobody's.
    return [name for name, share in shares.items() if share][-1] if any(shares.values()) else next(iter(shares))


def chance_of(profile_id: int, what: str) -> float:
    """Give the number from 0 to 1 that is drawn for a profile and a name: the same each time."""
    digest = blake2b(f"{profile_id}/{what}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64


def is_held_out(share: float, journey: str, profile_id: int) -> bool:
    """Say whether a person is among those who are let into a journey and get nothing of it."""
    return share > 0 and chance_of(profile_id, f"{journey}/holdout") < share
