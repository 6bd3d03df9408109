"""How the households join: at the shop of their first basket, when they paid for it."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from config.demo import calendars, channels, people, shops
from config.demo.baskets import Baskets
from config.demo.documents import ISSUER
from config.demo.editions import Edition
from config.demo.people import Dice, Person
from members.models import Consent, Identity
from members.services.members import ConsentGiven, IdentityClaim, Registration

POLICY_VERSION = "demo-1"
# Percent of the demo's people who said yes; who said neither has no row.
_YES = (("INBOX", 88), ("EMAIL", 62), ("SMS", 41))


def registrations(
    baskets: Baskets, *, edition: Edition, age_bands: dict[int, str]
) -> Iterator[Registration]:
    """One per household, in the order in which they joined."""
    zone = ZoneInfo(edition.time_zone)
    seen: set[int] = set()
    for row, household in enumerate(baskets.household.tolist()):
        if household in seen:
            continue
        seen.add(household)
        person = people.person(household, edition=edition, age_band=age_bands.get(household, ""))
        joined_at = calendars.moment(int(baskets.seconds[row]), zone)
        channel = channels.code_of(int(baskets.basket[row]), household, edition=edition)
        store = shops.code_of(int(baskets.store[row]), household, edition=edition)
        yield _registration(person, edition, joined_at=joined_at, channel=channel, store=store)


def _registration(
    person: Person, edition: Edition, *, joined_at: datetime, channel: str, store: str
) -> Registration:
    dice = Dice(person.household, about="joining")
    is_verified = edition.is_invented
    return Registration(
        identities=(
            IdentityClaim(Identity.Kind.PHONE, person.phone, is_verified=is_verified),
            IdentityClaim(Identity.Kind.EMAIL, person.email),
            IdentityClaim(Identity.Kind.EXTERNAL, str(person.household), ISSUER),
        ),
        name=person.name,
        birthday=person.birthday,
        gender=person.gender,
        language=person.language,
        channel=channel,
        store=store,
        placement=dice.one_of("placement", _PLACEMENTS[channel]) if edition.is_invented else "",
        consents=_consents(dice) if edition.is_invented else (),
        joined_at=joined_at,
    )


_PLACEMENTS = {
    "pos": ("till", "till", "entrance-poster", "staff"),
    "mini-program": ("wechat-search", "official-account", "parcel-card"),
    "app": ("app-store", "store-qr"),
    "web": ("checkout", "newsletter"),
}


def _consents(dice: Dice) -> tuple[ConsentGiven, ...]:
    """Service messages are agreed to by all in the inbox; marketing by most, one by one."""
    given = [ConsentGiven(Consent.Purpose.SERVICE, Consent.Medium.INBOX, True, POLICY_VERSION)]
    for medium, chance in _YES:
        if dice.percent(f"asked for {medium}", 95):
            is_granted = dice.percent(medium, chance)
            given.append(
                ConsentGiven(Consent.Purpose.MARKETING, medium, is_granted, POLICY_VERSION)
            )
    return tuple(given)
