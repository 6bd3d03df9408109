"""What a transport is: one file per medium, one line in the registry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from members.providers.contract import AddressClosed, AnswerLost, NotSent, Refused

__all__ = [
    "AddressClosed",
    "AnswerLost",
    "Call",
    "CalledBack",
    "EndpointGone",
    "Message",
    "NotGranted",
    "NotSent",
    "ProviderCredit",
    "ProviderReceipt",
    "ProviderReply",
    "Receiver",
    "Refused",
    "Transport",
    "Untrusted",
]


class CalledBack(NotSent):
    """Nothing was handed over: the message's campaign was paused or stopped after the claim."""


class NotGranted(Refused):
    """The member has granted no message of this kind, or took it back: none are left."""


class EndpointGone(Refused):
    """The operator's own system has nobody there any more: this member, or the whole address
    `endpoint_id`; only it can say which."""

    def __init__(self, endpoint_id: int) -> None:
        super().__init__("HTTP 410")
        self.endpoint_id = endpoint_id


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One text to one address. `send_key` is the same however often it is handed over, so that
    a receiver can tell a repeat."""

    send_key: str
    address: str
    subject: str
    body: str
    # What receivers see in the send key's stead: the delivery's uid tells them nothing.
    wire_key: str = ""
    # The member's uid, for media that have no address of their own.
    member: str = ""
    # The text as HTML, if its writer made one; else plain text is made into some.
    html: str = ""
    # Where whoever got it unsubscribes by one POST; goes into the head of a mail.
    unsubscribe_url: str = ""
    # A picture of one dot: whoever loads it has opened the mail.
    pixel_url: str = ""
    # Media that send no free text: the provider's approved template, what its fields are filled
    # with (in order; by place they are called "1", "2" …), and the page that a tap opens.
    template: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    page: str = ""

    @property
    def key(self) -> str:
        """The same for every attempt; goes over the wire."""
        return self.wire_key or self.send_key

    def __repr__(self) -> str:
        # It must tell neither address nor text, wherever it is printed.
        return f"<message {self.send_key}>"


def _nothing() -> list[str]:
    return []


def _no() -> bool:
    return False


def _anybody() -> str:
    return ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Transport:
    """How messages of one medium go out.

    `identity_kind` is the kind of identity that is its address; empty: the member itself.
    `issuer` gives whose identities of that kind count (openids of one mini program); empty: all.
    `send` hands one message to the provider, with a time-out, and returns the provider's
    reference. It raises NotSent or Refused where it knows that nothing went out; any other
    exception leaves the outcome unknown. None: the message stays in our own database, so that
    sending is one transaction with marking it sent. `recipient` is the code of the one outside
    who gets the address, in the sharing register; empty where nothing leaves the house.

    `settings` are all that belong to it, and `lacks` names those of them that are still missing:
    until it is empty nothing goes out here.
    `concurrency` is how many threads of one process may call `send` at once. `needs_credit`:
    the member grants each message by itself. `needs_template`: it sends no free text, but
    `Message.template` with `Message.fields`.
    """

    medium: str
    identity_kind: str = ""
    issuer: Callable[[], str] = _anybody
    send: Callable[[Message], str] | None = None
    recipient: str = ""
    settings: tuple[str, ...] = ()
    lacks: Callable[[], list[str]] = _nothing
    concurrency: int = 1
    needs_credit: bool = False
    needs_template: Callable[[], bool] = _no


class Untrusted(Exception):
    """A report doesn't prove that it comes from the provider, or isn't of the provider's form."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """What a provider posted to us, at an instant. Names of headers are in lower case; `query` is
    what stands behind the address."""

    body: bytes
    headers: Mapping[str, str]
    at: datetime
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class ProviderReceipt:
    """One report about one message. `provider_ref` is what `Transport.send` returned; `kind` a
    `Receipt.Kind`; `detail` a code, never a text or an address. `external_id` is the same when
    the provider tells it again; empty: provider_ref, kind and instant make it up."""

    provider_ref: str
    kind: str
    occurred_at: datetime
    detail: str = ""
    external_id: str = ""
    # Whether the address is dead for good, rather than busy or full.
    is_permanent: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ProviderCredit:
    """A member granted (+1) or took back (0: all that are left) messages by one template."""

    identity: str
    template: str
    granted_count: int
    occurred_at: datetime
    external_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ProviderReply:
    """What somebody answered to a message: from which `address`, as identities are written, and
    in which words. `is_stop`: the provider itself takes them for a STOP. `external_id` as of a
    receipt; empty: address and instant make it up."""

    address: str
    text: str
    occurred_at: datetime
    external_id: str = ""
    is_stop: bool = False

    def __repr__(self) -> str:
        # It must tell neither address nor text, wherever it is printed.
        return f"<reply {self.external_id}>"


@dataclass(frozen=True, kw_only=True, slots=True)
class Receiver:
    """Reports that one provider posts to us; `receivers.RECEIVERS` has them by `code`.

    `parse` verifies and reads them. `answer` is what the provider hears when we have them, else it
    posts again. `is_signed`: else nothing in the call proves who posts it, and the address has to
    hold a secret. `credits` reads what the same address is told about granted messages, `replies`
    what people answer. `greet` answers the provider's first GET by which it looks whether the
    address is ours.

    Raises (all of them): Untrusted.
    """

    code: str
    medium: str
    parse: Callable[[Call], list[ProviderReceipt]]
    answer: bytes = b""
    content_type: str = "application/json"
    is_signed: bool = True
    credits: Callable[[Call], list[ProviderCredit]] | None = None
    replies: Callable[[Call], list[ProviderReply]] | None = None
    greet: Callable[[Call], bytes] | None = None
