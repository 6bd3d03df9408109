"""`Sealed`: what a sealed column holds in memory until somebody asks for the clear value."""

from typing import Any, NoReturn

UNOPENED: Any = object()


class SealedValueError(TypeError):
    """Clear text was about to leave, or to be written, by a way that doesn't seal it."""


class Sealed:
    """One value of a sealed column; `.values()` returns it, the model's attribute opens it.

    `raw` is None while the clear value waits to be sealed by the next save; `former_raw` is then
    what the column held before, kept if the value turns out to be the same.
    """

    __slots__ = ("clear", "former_raw", "label", "opened_bytes", "owner_id", "raw")

    def __init__(
        self,
        label: str,
        raw: bytes | None,
        *,
        clear: Any = UNOPENED,
        owner_id: Any = UNOPENED,
        former_raw: bytes | None = None,
    ) -> None:
        self.label = label
        self.raw = raw
        self.clear = clear
        self.owner_id = owner_id
        self.former_raw = former_raw
        # The clear bytes as opened: a JSON value may be changed in place afterwards.
        self.opened_bytes: bytes | None = None

    @property
    def is_open(self) -> bool:
        return self.clear is not UNOPENED

    def __repr__(self) -> str:
        return f"<sealed {self.label}>"

    def __str__(self) -> str:
        return self._refuse("has no text")

    def __iter__(self) -> NoReturn:
        # DRF's JSON encoder would iterate over it.
        self._refuse("can't be iterated over or encoded")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sealed):
            return NotImplemented
        return self is other or (self.raw is not None and self.raw == other.raw)

    def __hash__(self) -> int:
        return hash((self.label, self.raw))

    def __reduce__(self) -> tuple[type["Sealed"], tuple[str, bytes]]:
        if self.raw is None:
            self._refuse("waits to be sealed and can't be pickled: save the row first")
        return Sealed, (self.label, self.raw)

    def __copy__(self) -> "Sealed":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "Sealed":
        return self

    def _refuse(self, fact: str) -> NoReturn:
        raise SealedValueError(
            f"A sealed value of {self.label} {fact}. "
            f"Load the row as a model object, and mask what you read from its attribute."
        )
