"""Is a quickly made value the same as any other frozen dataclass?"""

from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from journeys.values import quickly_made


@quickly_made
@dataclass(frozen=True, slots=True, order=True)
class Parcel:
    """A value with every kind of member."""

    id: str
    weight: float = 1.5
    goods: list[str] = field(default_factory=list)


def test_members_are_filled_by_place_by_name_and_by_default() -> None:
    assert repr(Parcel("p1", goods=["mug"])) == "Parcel(id='p1', weight=1.5, goods=['mug'])"


def test_each_value_gets_a_default_of_its_own() -> None:
    assert Parcel("p1").goods is not Parcel("p2").goods


def test_equal_members_make_equal_values() -> None:
    assert Parcel("p1", 2.0) == Parcel("p1", 2.0) != Parcel("p1", 3.0)


def test_a_value_stays_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Parcel("p1").weight = 2.0  # type: ignore[misc]  # this is what must not work


def test_a_value_is_of_its_own_class() -> None:
    assert type(Parcel("p1")) is Parcel


def test_a_changed_copy_keeps_the_other_members() -> None:
    assert replace(Parcel("p1", 2.0), id="p2") == Parcel("p2", 2.0)


def test_a_missing_member_is_an_error_that_names_it() -> None:
    with pytest.raises(TypeError, match="'id'"):
        Parcel()  # type: ignore[call-arg]  # this is what must not work


def test_a_class_without_slots_is_refused() -> None:
    with pytest.raises(TypeError, match="Loose: expected a slotted dataclass without __post_init__; leave"):

        @quickly_made
        @dataclass(frozen=True)
        class Loose:
            id: str


def test_a_class_that_does_more_when_it_is_made_is_refused() -> None:
    with pytest.raises(TypeError, match="Checked: expected a slotted dataclass without __post_init__; leave"):

        @quickly_made
        @dataclass(frozen=True, slots=True)
        class Checked:
            id: str

            def __post_init__(self) -> None:
                assert self.id
