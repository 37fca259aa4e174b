"""A value that is made when it is first asked for, as with `functools.cached_property`."""

from dataclasses import dataclass

from events_archive.model.cached import cached_property


@dataclass(frozen=True)
class Circle:
    radius: int
    made: list[int]

    @cached_property
    def width(self) -> int:
        """From side to side."""
        self.made.append(self.radius)
        return self.radius * 2


def test_it_is_made_once_for_each_object_and_only_if_asked_for() -> None:
    made: list[int] = []
    small, large = Circle(1, made), Circle(5, made)
    assert (large.width, large.width, made) == (10, 10, [5])
    assert (small.width, made) == (2, [5, 1])
    assert Circle(5, made) == Circle(5, made)


def test_the_class_has_its_description() -> None:
    assert Circle.width.__doc__ == "From side to side."
