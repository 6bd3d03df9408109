"""What events say in words, on the member's timeline: each app tells its own.

Part of the second inversion point: higher apps add their narrators in `apps.ready`.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from members.models import Event

GOOD, BAD, PLAIN = "good", "bad", "plain"


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """One event in the reader's language. `tab` is the code of the panel that shows more."""

    text: str
    details: tuple[str, ...] = ()
    icon: str = "circle"
    tone: str = PLAIN
    tab: str = ""


# A narrator gets all events of its app on a page at once, so that it looks up what they name
# in a fixed number of queries; it answers by event id and may leave out what it can't tell.
Narrator = Callable[[Sequence["Event"]], dict[int, Sentence]]

_narrators: dict[str, Narrator] = {}
_folded: dict[str, frozenset[str]] = {}


def add_narrator(*, app: str, narrate: Narrator, folded: Collection[str] = ()) -> None:
    """Lets `narrate` tell the events whose type starts with `app`.

    `folded` types have no line of their own: the sentence of another event says it already.
    """
    _narrators[app] = narrate
    _folded[app] = frozenset(folded)


def folded_types() -> frozenset[str]:
    return frozenset().union(*_folded.values())


def tell(events: Sequence["Event"]) -> list[tuple["Event", Sentence]]:
    """Each event with its sentence, in the order given; an unknown type shows its name."""
    told: dict[int, Sentence] = {}
    for app, narrate in _narrators.items():
        own = [event for event in events if event.type.startswith(f"{app}.")]
        told |= narrate(own) if own else {}
    return [(event, told.get(event.pk) or _unknown(event)) for event in events]


def _unknown(event: "Event") -> Sentence:
    return Sentence(text=_("Event %(type)s") % {"type": event.type})
