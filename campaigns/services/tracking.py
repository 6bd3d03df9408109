"""Addresses that go out with a message: to unsubscribe, to see that it was opened, and links that
are counted before they lead on.

They need `PUBLIC_URL`, where the world reaches this product; without it none are made. They name
nobody: a token is a message's number under our seal (`campaigns.rules.link_tokens`). Where a link
leads stands in the message's own text, so that no address can be made up from outside.
"""

import hmac
from dataclasses import dataclass

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from campaigns.models import Delivery
from campaigns.rules import link_tokens, links
from campaigns.rules.link_tokens import Named
from members.models import Consent

EMAIL, SMS = Consent.Medium.EMAIL.value, Consent.Medium.SMS.value
# Media that carry free texts to programs which aren't ours.
TRACKED = (EMAIL, SMS)
_SECRET_FOR = b"campaigns.tracking"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Whole addresses for one message; both empty without `PUBLIC_URL`.

    `unsubscribe` takes RFC 8058's POST and shows people a page; `open_pixel` is a picture of one
    point for HTML mails.
    """

    unsubscribe: str = ""
    open_pixel: str = ""


def addresses_of(delivery: Delivery) -> Addresses:
    """The addresses of a saved `delivery`; the same however often it is asked."""
    if not settings.PUBLIC_URL:
        return Addresses()
    return Addresses(
        unsubscribe=_address(link_tokens.UNSUBSCRIBE, Named(delivery.pk)),
        open_pixel=_address(link_tokens.OPEN, Named(delivery.pk)) + ".gif",
    )


def tracked(text: str, delivery: Delivery) -> str:
    """`text` with its http and https links exchanged for ours, which count and lead on.

    `text` must have the links of `delivery.body` in the same order: it is the body itself, or
    that with something around it that has no links before them. Addresses of our own
    (`PUBLIC_URL`) stay. Meant for e-mail and free short messages; the inbox shows texts as they
    are. Without `PUBLIC_URL` the text stays.
    """
    if not settings.PUBLIC_URL:
        return text
    return links.exchange(text, lambda place, address: _counted(place, address, delivery))


def outgoing(text: str, delivery: Delivery) -> str:
    """`text` as it leaves: its links counted where the medium is one for that, and in a mail,
    below it, where to unsubscribe, in the message's language."""
    if not settings.PUBLIC_URL or delivery.medium not in TRACKED:
        return text
    text = tracked(text, delivery)
    if delivery.medium != EMAIL:
        return text
    with translation.override(delivery.language):
        line = _("No more of these mails: %(address)s") % {
            "address": addresses_of(delivery).unsubscribe
        }
    return f"{text}\n\n-- \n{line}\n"


def as_long(text: str) -> str:
    """`text` with links as long as those that it leaves with: for counting, before there is a
    message."""
    if not settings.PUBLIC_URL:
        return text
    own = f"{settings.PUBLIC_URL}/m/"
    ours = f"{own}{link_tokens.CLICK}/{'x' * link_tokens.LENGTH}"
    return links.exchange(text, lambda _place, address: address if own in address else ours)


def target_of(delivery: Delivery, place: int) -> str | None:
    """Where the link at `place` of the message leads; None where its text is gone."""
    if not delivery.has_text:
        return None
    found = links.find(delivery.body)
    return found[place] if place < len(found) else None


def named_by(purpose: str, token: str) -> Named | None:
    """What a token from outside names; None for one that we didn't make."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return link_tokens.read(purpose, token, [_key(secret) for secret in secrets])


def _counted(place: int, address: str, delivery: Delivery) -> str:
    if address.startswith(f"{settings.PUBLIC_URL}/m/"):
        return address
    return _address(link_tokens.CLICK, Named(delivery.pk, place))


def _address(purpose: str, named: Named) -> str:
    token = link_tokens.write(purpose, named, _key(settings.SECRET_KEY))
    return f"{settings.PUBLIC_URL}/m/{purpose}/{token}"


def _key(secret: str) -> bytes:
    return hmac.digest(secret.encode(), _SECRET_FOR, "sha256")
