"""Values that cannot change, and that cost next to nothing to define."""

from __future__ import annotations

import pytest

from forensics.frozen import changed, frozen


@frozen
class Point:
    """A place."""

    x: int
    y: int = 2


def test_parts_are_given_by_place_or_name():
    assert vars(Point(1)) == {"x": 1, "y": 2}
    assert Point(1, y=3) == Point(1, 3) != Point(1)


@pytest.mark.parametrize(("values", "named"), [((), {}), ((1, 2, 3), {}), ((1,), {"x": 1}), ((1,), {"z": 1})])
def test_wrong_parts_are_refused(values, named):
    with pytest.raises(TypeError, match="Point is made of x, y"):
        Point(*values, **named)


def test_value_cannot_be_changed():
    with pytest.raises(AttributeError, match=r"Point\.x is frozen"):
        Point(1).x = 5  # type: ignore[misc]


def test_changed_value_is_a_new_one():
    one = Point(1)
    assert (changed(one, y=5), one) == (Point(1, 5), Point(1))


def test_equal_values_are_one_key():
    assert {Point(1): "a"}[Point(1, 2)] == "a"
    assert Point(1) != (1, 2)


def test_value_shows_its_parts():
    assert repr(Point(1)) == "Point(x=1, y=2)"
