"""What providers post to us: who may, and what becomes of it."""

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from campaigns.services import contact_credits, parked_receipts, replies
from campaigns.services.contact_credits import Grant
from campaigns.transports.contract import Call, ProviderCredit, Receiver, Untrusted
from campaigns.transports.receivers import RECEIVERS
from campaigns.transports.registry import TRANSPORTS
from members.errors import DomainError, MemberErased, MemberMerged, NotFound
from members.services import identities
from members.services.identities import IdentityClaim

# More than any provider puts into one post.
MOST = 2_000
_SECRET_FOR = b"campaigns.provider_reports|"
_SECRET_CHARACTERS = 32


class UnknownProvider(NotFound):
    """No provider reports here."""

    code = "unknown_provider"


class UntrustedReport(DomainError):
    """Nothing proves that this report comes from the provider."""

    code = "untrusted_report"
    status = 403


class TooManyReports(DomainError):
    """At most 2,000 reports come in one post."""

    code = "too_many_reports"
    status = 413


@dataclass(frozen=True, kw_only=True)
class Post:
    """A provider's post: to which address (`provider`, and the secret in it, if any), and what."""

    provider: str
    secret: str
    call: Call


def hear(*, post: Post, at: datetime) -> Receiver:
    """Records what a provider tells: what became of messages, which ones members grant, and what
    people answer. A repeat changes nothing; the receiver says what to answer.

    Raises: UnknownProvider; UntrustedReport; TooManyReports.
    """
    receiver = _receiver(post)
    try:
        reports = receiver.parse(post.call)
        granted = receiver.credits(post.call) if receiver.credits else []
        answers = receiver.replies(post.call) if receiver.replies else []
    except (Untrusted, RecursionError) as error:
        # Lists within lists without end are nobody's report.
        raise UntrustedReport from error
    if len(reports) + len(granted) + len(answers) > MOST:
        raise TooManyReports
    parked_receipts.hear(source=receiver.code, medium=receiver.medium, reports=reports, at=at)
    for one in granted:
        _grant(receiver, one, at)
    for answer in answers:
        replies.hear(source=receiver.code, medium=receiver.medium, reply=answer, at=at)
    return receiver


def greet(*, post: Post) -> bytes:
    """The answer to a provider's first look whether the address is ours.

    Raises: UnknownProvider; UntrustedReport.
    """
    receiver = _receiver(post)
    if receiver.greet is None:
        raise UnknownProvider
    try:
        return receiver.greet(post.call)
    except Untrusted as error:
        raise UntrustedReport from error


def addresses() -> dict[str, str]:
    """What operators tell each provider: where to post, by its code; empty without `PUBLIC_URL`."""
    if not settings.PUBLIC_URL:
        return {}
    return {
        code: f"{settings.PUBLIC_URL}/receipts/{code}/"
        + ("" if receiver.is_signed else f"{secret_of(code)}/")
        for code, receiver in RECEIVERS.items()
    }


def secret_of(provider: str, *, secret_key: str = "") -> str:
    """What the address of a provider that signs nothing holds in its stead."""
    key = (secret_key or settings.SECRET_KEY).encode()
    seal = hmac.digest(key, _SECRET_FOR + provider.encode(), "sha256")
    return base64.urlsafe_b64encode(seal).decode()[:_SECRET_CHARACTERS]


def _receiver(post: Post) -> Receiver:
    receiver = RECEIVERS.get(post.provider)
    if receiver is None:
        raise UnknownProvider
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    right = [secret_of(post.provider, secret_key=key).encode() for key in keys]
    is_ours = any(hmac.compare_digest(one, post.secret.encode()) for one in right)
    if not receiver.is_signed and not is_ours:
        raise UntrustedReport
    return receiver


def _grant(receiver: Receiver, one: ProviderCredit, at: datetime) -> None:
    """Of somebody who is no member, or no more, nothing is noted."""
    transport = TRANSPORTS[receiver.medium]
    claim = IdentityClaim(transport.identity_kind, one.identity, transport.issuer())
    try:
        (prepared,) = identities.prepare([claim])
        found = identities.owned([prepared]).get(prepared.key)
        if found is None:
            return
        grant = Grant(
            member_id=identities.owner(found).pk,
            medium=receiver.medium,
            template=one.template[: contact_credits.MOST_TEMPLATE],
            count=one.granted_count,
            source=receiver.code,
            key=one.external_id,
        )
        contact_credits.grant(grant=grant, at=at)
    except (identities.InvalidIdentity, MemberErased, MemberMerged):
        return
