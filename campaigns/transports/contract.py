"""What a transport is: one file per provider, one line in the registry."""

from collections.abc import Callable
from dataclasses import dataclass


class NotSent(Exception):
    """The provider surely has not taken the message; it may be tried again."""


class Refused(Exception):
    """The provider will never take this message; trying again is no use."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One text to one address. `send_key` is the same however often it is handed over, so that
    a receiver can tell a repeat."""

    send_key: str
    address: str
    subject: str
    body: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Transport:
    """How messages of one medium go out.

    `identity_kind` is the kind of identity that is its address; empty: the member itself.
    `send` hands one message to the provider, with a time-out, and returns the provider's
    reference. It raises NotSent or Refused where it knows that nothing went out; any other
    exception leaves the outcome unknown. None: the message stays in our own database, so that
    sending is one transaction with marking it sent. `recipient` is the code of the one outside
    who gets the address, in the sharing register; empty where nothing leaves the house.
    """

    medium: str
    identity_kind: str = ""
    send: Callable[[Message], str] | None = None
    recipient: str = ""
