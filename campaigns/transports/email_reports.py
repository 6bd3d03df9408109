"""What mail servers tell of mails: that one came back, arrived, or was complained of.

The operator's mail server hands over, as it is, what comes to the sender's address; nothing in it
proves who wrote it, so that the address to post to holds a secret. Whatever isn't a report, an
answer of a person or a vacation, is heard and forgotten.
Source: RFC 3464 (delivery status), RFC 3463 (its codes), RFC 5965 (complaints).
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message as Mail
from email.utils import parsedate_to_datetime

from campaigns.models import Receipt
from campaigns.transports.contract import Call, ProviderReceipt, Receiver, Untrusted

_MOST_BYTES = 1_000_000
_MOST_PARTS = 20
# Reading goes as deep as parts lie within parts.
_MOST_NESTED = 100
# The mailbox isn't there, has moved, is switched off, or takes no mail at all. What else fails
# with a 5, such as a mail that looks like spam, says nothing about the address.
DEAD = ("5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.2.1")
# "Failed, for whatever reason": some servers put nothing else there, and the code of the server
# that refused into the diagnosis.
_GENERAL = ("", "5.0.0")
_DIAGNOSIS = re.compile(r"smtp; ?5\d\d[ -](5\.\d{1,3}\.\d{1,3})\b", re.IGNORECASE)
_KINDS = {"failed": Receipt.Kind.BOUNCED, "delivered": Receipt.Kind.DELIVERED}
_COMPLAINTS = {
    "abuse": Receipt.Kind.COMPLAINED,
    "fraud": Receipt.Kind.COMPLAINED,
    "opt-out": Receipt.Kind.UNSUBSCRIBED,
}


def parse(call: Call) -> list[ProviderReceipt]:
    """What the mail says about one of ours; none where it is no report, or tells no mail of ours.

    Raises: Untrusted, for one of more than a million bytes, or of too many parts within parts.
    """
    if len(call.body) > _MOST_BYTES:
        raise Untrusted("too large")
    if call.body.lower().count(b"content-type") > _MOST_NESTED:
        raise Untrusted("too deep")
    mail = message_from_bytes(call.body)
    parts = _parts(mail)
    reference = _reference(parts)
    if mail.get_content_type() != "multipart/report" or not reference:
        return []
    return [*_statuses(mail, parts, reference, call), *_complaints(mail, parts, reference, call)]


def _parts(mail: Mail) -> dict[str, Mail]:
    """The first part of each kind, of the report itself and not of what it is about."""
    held = mail.get_payload()
    found: dict[str, Mail] = {}
    for part in held[:_MOST_PARTS] if isinstance(held, list) else []:
        if isinstance(part, Mail):
            found.setdefault(part.get_content_type(), part)
    return found


def _reference(parts: dict[str, Mail]) -> str:
    """The Message-ID of the mail that the report is about, whole or only its head."""
    whole = parts.get("message/rfc822")
    if whole is not None:
        inner = whole.get_payload()
        first = inner[0] if isinstance(inner, list) and inner else None
        return _one_line(first["Message-ID"]) if isinstance(first, Mail) else ""
    head = parts.get("text/rfc822-headers")
    if head is None:
        return ""
    text = head.get_payload(decode=True)
    return _one_line(message_from_bytes(text)["Message-ID"]) if isinstance(text, bytes) else ""


def _statuses(
    mail: Mail, parts: dict[str, Mail], reference: str, call: Call
) -> Iterator[ProviderReceipt]:
    """A mail of ours goes to one address: the first one that is told of decides."""
    for told in _fields(parts.get("message/delivery-status")):
        kind = _KINDS.get(_one_line(told["Action"]).lower())
        if kind is None:
            continue
        code = _code(told)
        has_arrived = kind == Receipt.Kind.DELIVERED
        yield ProviderReceipt(
            provider_ref=reference,
            kind=kind,
            occurred_at=_instant(told["Last-Attempt-Date"] or mail["Date"], call),
            detail="" if has_arrived else code,
            is_permanent=code in DEAD and not has_arrived,
        )
        return


def _code(told: Mail) -> str:
    """Source: RFC 3464, 2.3.4 (Status) and 2.3.6 (Diagnostic-Code); RFC 3463."""
    code = _one_line(told["Status"]).split(" ")[0][:20]
    if code not in _GENERAL:
        return code
    found = _DIAGNOSIS.match(_one_line(told["Diagnostic-Code"]))
    return found[1] if found else code


def _complaints(
    mail: Mail, parts: dict[str, Mail], reference: str, call: Call
) -> Iterator[ProviderReceipt]:
    for told in _fields(parts.get("message/feedback-report")):
        said = _one_line(told["Feedback-Type"]).lower()
        kind = _COMPLAINTS.get(said)
        if kind is not None:
            yield ProviderReceipt(
                provider_ref=reference,
                kind=kind,
                occurred_at=_instant(told["Arrival-Date"] or mail["Date"], call),
                detail=said,
            )
            return


def _fields(part: Mail | None) -> Iterator[Mail]:
    """The groups of fields of a part: of a status there are several, of a complaint one."""
    held = part.get_payload() if part is not None else None
    if isinstance(held, list):
        yield from (one for one in held[:_MOST_PARTS] if isinstance(one, Mail))
    elif isinstance(held, str):
        yield message_from_bytes(held.encode())


def _instant(told: object, call: Call) -> datetime:
    try:
        at = parsedate_to_datetime(_one_line(told))
    except (ValueError, TypeError, IndexError, OverflowError):
        return call.at
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def _one_line(told: object) -> str:
    return " ".join(str(told or "").split())


RECEIVER = Receiver(
    code="email", medium="EMAIL", parse=parse, content_type="text/plain", is_signed=False
)
