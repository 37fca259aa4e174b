"""`functools.cached_property` as Python has it from 3.12 on.

That of 3.11 takes a lock whenever a value is made, which for values of tens of thousands of events
costs more than to make them.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

_Value = TypeVar("_Value")


class cached_property(Generic[_Value]):  # noqa: N801 - it takes the place of that of functools
    """An attribute whose value is made when it is first asked for, and kept."""

    def __init__(self, make: Callable[[Any], _Value]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> "cached_property[_Value]": ...

    @overload
    def __get__(self, instance: object, owner: type) -> _Value: ...

    def __get__(self, instance: object | None, owner: type) -> "cached_property[_Value] | _Value":
        if instance is None:
            return self
        # From now on Python finds the value first: this has no __set__.
        value = instance.__dict__[self._name] = self._make(instance)
        return value
