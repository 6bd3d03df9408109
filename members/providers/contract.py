"""What a provider of short messages is: one file per provider, one line in the registry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


class NotSent(Exception):
    """The provider surely has not taken the message; it may be tried again."""


class Refused(Exception):
    """The provider will never take this message; trying again is no use."""


class AddressClosed(Refused):
    """It is the address that takes nothing: nobody has it, or whoever has it told the provider so
    (`has_opted_out`). What else goes there will be refused too."""

    def __init__(self, reason: str, *, has_opted_out: bool = False) -> None:
        super().__init__(reason)
        self.has_opted_out = has_opted_out


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
class TextMessage:
    """One text for one phone (E.164). `send_key` is the same however often it is handed over.
    Providers that send no free text take `template`, which they approved, and its `fields`."""

    send_key: str
    phone: str
    text: str
    template: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        # It must tell neither phone nor text, wherever it is printed.
        return f"<text message {self.send_key}>"


@dataclass(frozen=True, kw_only=True, slots=True)
class SmsProvider:
    """How short messages go out: codes by `send`, other texts by `send_text`.

    Both hand one message over, with a time-out, and return the provider's reference. They raise
    NotSent or Refused where they know that nothing went out; any other exception leaves the
    outcome unknown. `lacks` names the settings that are still missing for codes, `lacks_text` those
    for texts. `needs_template`: it sends no free text.
    """

    code: str
    send: Callable[[CodeMessage], str]
    send_text: Callable[[TextMessage], str]
    lacks: Callable[[], list[str]]
    lacks_text: Callable[[], list[str]]
    needs_template: bool = False
