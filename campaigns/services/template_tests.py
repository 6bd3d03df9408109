"""Test messages: to the operator's own address, or to cards that bear the tag for it.

They go out by the same transports and are marked; no delivery is kept of them, so that they count
for no cap and no figure. Source: docs/decisions/0113-test-messages.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction

from campaigns.models import MessageTemplate
from campaigns.registry import variables as registry
from campaigns.selectors import suppressions, variables
from campaigns.selectors.reach import Reach, reach_of
from campaigns.selectors.variables import Asked
from campaigns.services import contact_credits, templates
from campaigns.services.template_checks import LANGUAGES
from campaigns.services.templates import Text
from campaigns.transports.contract import Message, NotSent, Refused, Transport
from campaigns.transports.registry import TRANSPORTS
from loyalty.services import programs
from members.errors import DomainError, NotFound
from members.models import AuditRecord, Consent, Member, Tag, User
from members.services import audit, identities
from members.services.identities import IdentityClaim

TAG = "test-recipient"
_TAG_NAMES = {"name_zh": "测试收件人", "name_en": "Test recipient"}
MOST_MEMBERS = 5
ACTION = "message_template.test"
# In an hour, of one operator: a slip of the mouse isn't a mailing.
MOST_AN_HOUR = 30
MARKS = {"zh": "[测试] ", "en": "[Test] "}
_SURELY_NOT = ("unreachable", "refused")
MEDIA = ("EMAIL", "SMS", "WECHAT", "PUSH")


class TooManyTests(DomainError):
    """You have sent as many tests as an hour allows: wait a while."""

    code = "too_many_tests"
    status = 429


class NoTestAddress(DomainError):
    """Your account has no e-mail address: have one entered, or send to test cards."""

    code = "no_test_address"


class NoTestMembers(DomainError):
    """No active member bears the tag “test-recipient”: give it to up to five cards first."""

    code = "no_test_members"


class NotSetUp(DomainError):
    """This channel isn't set up: its settings are missing."""

    code = "channel_not_set_up"


@dataclass(frozen=True)
class Outcome:
    """`to` is a card number, or "" for the operator; `result` SENT, or a code of why not."""

    to: str
    language: str
    result: str


def test_members() -> list[Member]:
    """Who gets tests: at most five active members with the tag, the first ones."""
    bearers = Member.objects.filter(member_tags__tag__code=TAG, state=Member.State.ACTIVE)
    return list(bearers.order_by("pk")[:MOST_MEMBERS])


def send_to_self(*, template_id: int, actor: User, at: datetime) -> list[Outcome]:
    """The template by e-mail to the operator, with sample values, in each language it has.

    Raises: NotFound; NoTestAddress; NotSetUp; TooManyTests; MissingVariable; BrokenTemplate.
    """
    if not actor.email:
        raise NoTestAddress
    texts = _texts(template_id)
    transport = _transport("EMAIL")
    written = [
        (language, _sample(texts, language)) for language in LANGUAGES if texts[f"body_{language}"]
    ]
    _note(template_id, "EMAIL", len(written), actor, at)
    if _is_own_suppressed(actor):
        return [Outcome("", language, "suppressed") for language, _text in written]
    return [
        Outcome("", language, _send(transport, _message(text, language, actor.email)))
        for language, text in written
    ]


def send_to_members(*, template_id: int, medium: str, actor: User, at: datetime) -> list[Outcome]:
    """The template to the test members, as each would read it; what begins a campaign is a sample.

    Raises: NotFound; NoTestMembers; NotSetUp; TooManyTests.
    """
    texts = _texts(template_id)
    transport = _transport(medium)
    # There to be given, from the first time somebody looks for it.
    Tag.objects.get_or_create(code=TAG, defaults=_TAG_NAMES)
    chosen = test_members()
    if not chosen:
        raise NoTestMembers
    _note(template_id, medium, len(chosen), actor, at, members=[one.pk for one in chosen])
    reach = reach_of(
        member_ids=[one.pk for one in chosen],
        asked={(Consent.Purpose.SERVICE.value, medium)},
        at=at,
    )
    told = variables.variables_of_many(
        asked=[Asked(member=one) for one in chosen],
        needed=templates.needed_of(texts, media=[medium]),
        at=at,
    )
    found = list[Outcome]()
    for member, known in zip(chosen, told, strict=True):
        language = templates.language_of(texts, member.language or "zh-hans")
        result = _to_member(
            _Letter(texts, language, _with_samples(known, language)),
            transport,
            reach[member.pk],
            at,
        )
        found.append(Outcome(member.card_number, language, result))
        # The next one would wait for the same time-out.
        if result == "unreachable":
            break
    return found


@dataclass(frozen=True)
class _Letter:
    texts: dict[str, Any]
    language: str
    known: dict[str, Any]


def _to_member(letter: _Letter, transport: Transport, reach: Reach, at: datetime) -> str:
    if not reach.has_address(transport):
        return "address"
    if _is_suppressed(reach, transport):
        return "suppressed"
    try:
        text = templates.write_frozen(
            texts=letter.texts,
            language=letter.language,
            variables=letter.known,
            medium=transport.medium,
        )
    except DomainError as error:
        return error.code
    if transport.needs_template() and not text.template:
        return "no_template"
    if transport.needs_credit and not _took_credit(reach.member, transport, text, at):
        return "contact_credit"
    message = _message(text, letter.language, reach.address(transport), reach.member)
    result = _send(transport, message)
    if transport.needs_credit and result in _SURELY_NOT:
        with transaction.atomic():
            contact_credits.give_back(
                member_id=reach.member.pk,
                medium=transport.medium,
                template=text.template,
                at=at,
            )
    return result


def _is_suppressed(reach: Reach, transport: Transport) -> bool:
    """Tests, too, go to no address that bounced or complained."""
    identity = reach.identities.get(transport.identity_kind)
    return identity is not None and suppressions.is_suppressed(
        medium=transport.medium, digest=bytes(identity.digest)
    )


def _is_own_suppressed(actor: User) -> bool:
    try:
        (prepared,) = identities.prepare([IdentityClaim("EMAIL", actor.email)])
    except identities.InvalidIdentity:
        return False
    return suppressions.is_suppressed(medium="EMAIL", digest=prepared.digest)


def _took_credit(member: Member, transport: Transport, text: Text, at: datetime) -> bool:
    """A test takes one of the messages that the member granted: the provider counts it too."""
    with transaction.atomic():
        return contact_credits.take(
            member_id=member.pk, medium=transport.medium, template=text.template, at=at
        )


def _send(transport: Transport, message: Message) -> str:
    assert transport.send is not None
    try:
        transport.send(message)
    except NotSent:
        return "unreachable"
    except Refused:
        return "refused"
    except Exception:  # noqa: BLE001
        # Whatever it is, the operator learns that nobody knows; its text may hold the address.
        return "no_answer"
    return "SENT"


def _message(text: Text, language: str, address: str, member: Member | None = None) -> Message:
    key = f"test:{uuid4()}"
    mark = MARKS[language]
    return Message(
        send_key=key,
        address=address,
        subject=f"{mark}{text.subject}"[: templates.MAX_SUBJECT],
        body=f"{mark}{text.body}",
        member=str(member.uid) if member else "",
        template=text.template,
        fields=text.fields,
        page=text.page,
    )


def _sample(texts: dict[str, Any], language: str) -> Text:
    known = {"currency": programs.current().currency, **registry.samples(language)}
    return templates.write_frozen(texts=texts, language=language, variables=known)


def _with_samples(known: dict[str, Any], language: str) -> dict[str, Any]:
    samples = registry.samples(language)
    begun = {name: samples[name] for name, one in registry.VARIABLES.items() if one.is_of_event}
    return {**begun, **known}


def _texts(template_id: int) -> dict[str, Any]:
    found = MessageTemplate.objects.filter(pk=template_id).first()
    if found is None:
        raise NotFound
    return templates.freeze(found)


def _transport(medium: str) -> Transport:
    transport = TRANSPORTS.get(medium) if medium in MEDIA else None
    if transport is None or transport.send is None or transport.lacks():
        raise NotSetUp
    return transport


def _note(
    template_id: int,
    medium: str,
    count: int,
    actor: User,
    at: datetime,
    members: Sequence[int] = (),
) -> None:
    """Kept before anything goes out, so that no test is without its line in the trail."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=actor.pk)
        recent = AuditRecord.objects.filter(
            action=ACTION, actor_id=actor.pk, occurred_at__gt=at - timedelta(hours=1)
        )
        sent = sum(one.details.get("count", 0) for one in recent)
        if sent + count > MOST_AN_HOUR:
            raise TooManyTests
        details: dict[str, Any] = {"template": template_id, "medium": medium, "count": count}
        if members:
            details["members"] = list(members)
        audit.record(action=ACTION, at=at, actor_id=actor.pk, details=details)


def sent_count(outcomes: Sequence[Outcome]) -> int:
    """How many went out."""
    return sum(one.result == "SENT" for one in outcomes)
