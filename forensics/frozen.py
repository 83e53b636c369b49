"""Frozen values for what must start fast: as ``dataclasses`` makes them, which takes as long to import as Python does.

Type checkers take them for dataclasses. A default must be frozen itself: all values share it.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar, dataclass_transform

    T = TypeVar("T")
else:

    def dataclass_transform(**_: object) -> Callable[[T], T]:
        """Stand in for typing's, which is for type checkers alone."""
        return lambda decorator: decorator


@dataclass_transform(frozen_default=True)
def frozen(cls: type[T]) -> type[T]:
    """Make a class of annotated names one of frozen values, equal where all of their parts are."""
    names = tuple(cls.__annotations__)
    defaults = {name: vars(cls)[name] for name in names if name in vars(cls)}

    def __init__(self: object, *values: object, **named: object) -> None:  # noqa: N807 - as the class's own
        given = {**dict(zip(names, values, strict=False)), **named}
        whole = {**defaults, **given}
        if len(whole) != len(names) or len(given) != len(values) + len(named):
            raise TypeError(f"{cls.__name__} is made of {', '.join(names)}")
        vars(self).update((name, whole[name]) for name in names)

    for method in (__init__, __setattr__, __eq__, __hash__, __repr__):
        setattr(cls, method.__name__, method)
    return cls


def __setattr__(self: object, name: str, _: object) -> None:  # noqa: N807 - put into classes
    raise AttributeError(f"{type(self).__name__}.{name} is frozen")


def __eq__(self: object, other: object) -> bool:  # noqa: N807 - put into classes
    return vars(self) == vars(other) if type(self) is type(other) else NotImplemented


def __hash__(self: object) -> int:  # noqa: N807 - put into classes
    return hash(tuple(vars(self).values()))


def __repr__(self: object) -> str:  # noqa: N807 - put into classes
    return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"


def changed(value: T, **parts: object) -> T:
    """Return a frozen value with some of its parts as they are given."""
    return type(value)(**{**vars(value), **parts})
