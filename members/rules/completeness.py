"""How complete a profile is. What counts is defined here and nowhere else."""

from collections.abc import Collection
from dataclasses import dataclass

# Each counts the same. A phone or an e-mail address is one part: either lets us write.
PARTS = ("name", "birthday", "gender", "contact")
_CONTACTS = frozenset({"PHONE", "EMAIL"})


@dataclass(frozen=True, slots=True)
class Completeness:
    """0–100 percent, and the codes of the parts that are missing."""

    percent: int
    missing: tuple[str, ...]

    @property
    def is_full(self) -> bool:
        return not self.missing


def of(
    *, name: str, has_birthday: bool, gender: str, identity_kinds: Collection[str]
) -> Completeness:
    """Of what is known. A gender that is "not said" is unknown; "other" is an answer.

    The percentage is rounded down: 100 means all.
    """
    known = {
        "name": bool(name.strip()),
        "birthday": has_birthday,
        "gender": gender not in ("", "UNKNOWN"),
        "contact": bool(_CONTACTS.intersection(identity_kinds)),
    }
    missing = tuple(part for part in PARTS if not known[part])
    return Completeness(100 * (len(PARTS) - len(missing)) // len(PARTS), missing)
