"""What a provider of short messages is: one file per provider, one line in the registry."""

from collections.abc import Callable
from dataclasses import dataclass


class NotSent(Exception):
    """The provider surely has not taken the message; it may be tried again."""


class Refused(Exception):
    """The provider will never take this message; trying again is no use."""


class AnswerLost(Exception):
    """The provider may have taken the message; its answer doesn't tell."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeMessage:
    """A one-time code for one phone. `phone` is E.164, `send_key` the same however often the
    message is handed over; a provider's template knows where code and minutes stand."""

    send_key: str
    phone: str
    code: str
    minutes: int

    def __repr__(self) -> str:
        # It must tell neither phone nor code, wherever it is printed.
        return f"<code message {self.send_key}>"


@dataclass(frozen=True, kw_only=True, slots=True)
class SmsProvider:
    """How short messages go out.

    `send` hands one message over, with a time-out, and returns the provider's reference. It
    raises NotSent or Refused where it knows that nothing went out; any other exception leaves
    the outcome unknown. `lacks` names the settings that are still missing, for the operator.
    """

    code: str
    send: Callable[[CodeMessage], str]
    lacks: Callable[[], list[str]]
