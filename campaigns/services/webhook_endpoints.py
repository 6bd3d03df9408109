"""Addresses of the operator's own systems, and the secrets that sign what they are told.

Two secrets sign while one is being changed, so that the receiver can change over without a gap.
Source: https://www.standardwebhooks.com.
"""

import base64
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.core.cache import cache
from django.db import transaction

from campaigns.models import WebhookEndpoint
from campaigns.transports import outbound, probes, signatures
from campaigns.transports.contract import NotSent, Refused
from members.errors import DomainError, NotFound
from members.ids import uuid7
from members.services import audit

logger = structlog.get_logger(__name__)

_SECRET_BYTES = 32
_MOST_SECRETS = 2
TIMEOUT_SECONDS = 10.0
GONE = 410
# However many messages are answered so: it is asked itself once in so many seconds.
_ASKED_SECONDS = 60


class EndpointExists(DomainError):
    """There is an address with this code already."""

    code = "endpoint_exists"
    status = 409


class AddressRefused(DomainError):
    """This address can't be used: it must be https, and public."""

    code = "address_refused"


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A new address; `use` as in `WebhookEndpoint.Use`."""

    code: str
    url: str
    use: str = WebhookEndpoint.Use.STEP
    name_zh: str = ""
    name_en: str = ""


@dataclass(frozen=True)
class Shown:
    """The secret in clear: told once, when it is made."""

    endpoint: WebhookEndpoint
    secret: str


@dataclass(frozen=True)
class Answer:
    """What a test call came to: the status of the answer, or why there is none, as a code."""

    status: int | None = None
    problem: str = ""

    @property
    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@transaction.atomic
def add(*, draft: Draft, actor_id: int | None, at: datetime) -> Shown:
    """The address with its first secret.

    Raises: EndpointExists; AddressRefused.
    """
    _check(draft.url)
    secret = _secret()
    endpoint, is_new = WebhookEndpoint.objects.get_or_create(
        code=draft.code,
        defaults={
            "use": draft.use,
            "url": draft.url,
            "name_zh": draft.name_zh,
            "name_en": draft.name_en,
            "secrets": secret,
            "created_at": at,
        },
    )
    if not is_new:
        raise EndpointExists
    _note("webhook_endpoint.add", endpoint, actor_id, at)
    return Shown(endpoint, secret)


@transaction.atomic
def change(
    *, endpoint_id: int, url: str, names: tuple[str, str], actor_id: int | None, at: datetime
) -> WebhookEndpoint:
    """The address changed; `names` are those in Chinese and in English. Its secrets stay.

    Raises: NotFound; AddressRefused.
    """
    _check(url)
    endpoint = _locked(endpoint_id)
    endpoint.url, (endpoint.name_zh, endpoint.name_en) = url, names
    endpoint.save(update_fields=["url", "name_zh", "name_en"])
    _note("webhook_endpoint.change", endpoint, actor_id, at)
    return endpoint


@transaction.atomic
def rotate(*, endpoint_id: int, actor_id: int | None, at: datetime) -> Shown:
    """A new secret; the one before goes on signing beside it until `retire`, or the next one.

    Raises: NotFound.
    """
    endpoint = _locked(endpoint_id)
    secret = _secret()
    endpoint.secrets = "\n".join([secret, *endpoint.secrets.split()][:_MOST_SECRETS])
    endpoint.save(update_fields=["secrets"])
    _note("webhook_endpoint.rotate", endpoint, actor_id, at)
    return Shown(endpoint, secret)


@transaction.atomic
def retire(*, endpoint_id: int, actor_id: int | None, at: datetime) -> WebhookEndpoint:
    """Only the newest secret signs from now on. Raises: NotFound."""
    endpoint = _locked(endpoint_id)
    endpoint.secrets = endpoint.secrets.split()[0]
    endpoint.save(update_fields=["secrets"])
    _note("webhook_endpoint.retire", endpoint, actor_id, at)
    return endpoint


@transaction.atomic
def activate(
    *, endpoint_id: int, is_active: bool, actor_id: int | None, at: datetime
) -> WebhookEndpoint:
    """Whether anything is sent there. Raises: NotFound."""
    endpoint = _locked(endpoint_id)
    endpoint.is_active, endpoint.gone_at = is_active, None
    endpoint.save(update_fields=["is_active", "gone_at"])
    verb = "activate" if is_active else "deactivate"
    _note(f"webhook_endpoint.{verb}", endpoint, actor_id, at)
    return endpoint


def note_gone(*, endpoint_id: int, at: datetime) -> bool:
    """The system behind it answered 410 for one member. Services of pushes say so of a device, and
    whoever hands it on means that member; so it is asked by a `test`, which is about nobody. If
    that is gone as well, nothing is sent there until a person says so. Says whether it was switched
    off now. Call it outside of any transaction.

    Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
    (410: no more of this endpoint) and RFC 8030, 7.3 (a subscription of one device that is gone).
    """
    if not cache.add(f"endpoint-gone:{endpoint_id}", 1, _ASKED_SECONDS):
        return False
    endpoint = WebhookEndpoint.objects.filter(pk=endpoint_id, is_active=True).first()
    return endpoint is not None and probes.is_gone(endpoint) and _switch_off(endpoint_id, at)


@transaction.atomic
def _switch_off(endpoint_id: int, at: datetime) -> bool:
    """Of many answers at once the first one is noted."""
    endpoint = WebhookEndpoint.objects.select_for_update().filter(pk=endpoint_id).first()
    if endpoint is None or not endpoint.is_active:
        return False
    activate(endpoint_id=endpoint_id, is_active=False, actor_id=None, at=at)
    WebhookEndpoint.objects.filter(pk=endpoint_id).update(gone_at=at)
    logger.error("webhook_endpoint_gone", endpoint=endpoint.code)
    return True


def test(*, endpoint_id: int, at: datetime) -> Answer:
    """Posts a signed `test` and gives the answer. Call it outside of any transaction.

    Raises: NotFound.
    """
    endpoint = WebhookEndpoint.objects.filter(pk=endpoint_id).first()
    if endpoint is None:
        raise NotFound
    told = {"type": "test", "timestamp": at.isoformat(), "data": {"endpoint": endpoint.code}}
    return post(endpoint, key=str(uuid7()), body=json.dumps(told).encode(), at=at)


def post(endpoint: WebhookEndpoint, *, key: str, body: bytes, at: datetime) -> Answer:
    """One signed post; `problem` is a code, never what was answered."""
    headers = signatures.headers(secrets=endpoint.secrets, key=key, body=body, at=at)
    return _answer(lambda: outbound.post(endpoint.url, body, headers, timeout=TIMEOUT_SECONDS))


def _answer(send: Callable[[], int]) -> Answer:
    try:
        return Answer(status=send())
    except outbound.Forbidden as error:
        return Answer(problem=error.reason)
    except (NotSent, Refused) as error:
        return Answer(problem=str(error) or type(error).__name__)
    except Exception as error:  # noqa: BLE001
        # Its text may hold what was sent or answered.
        return Answer(problem=str(error) if _is_code(str(error)) else type(error).__name__)


def _is_code(text: str) -> bool:
    return text.isidentifier() and len(text) <= 40


def _check(url: str) -> None:
    try:
        outbound.check(url)
    except outbound.Forbidden as error:
        raise AddressRefused(reason=error.reason) from None


def _secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def _locked(endpoint_id: int) -> WebhookEndpoint:
    endpoint = WebhookEndpoint.objects.select_for_update().filter(pk=endpoint_id).first()
    if endpoint is None:
        raise NotFound
    return endpoint


def _note(action: str, endpoint: WebhookEndpoint, actor_id: int | None, at: datetime) -> None:
    details = {"endpoint": endpoint.code}
    audit.record(action=action, at=at, actor_id=actor_id, details=details)
