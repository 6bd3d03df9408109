"""Short messages, through the gateway that the settings name: the same that sends codes."""

from campaigns.transports.contract import Message, NotSent, Transport
from members.providers import registry
from members.providers.contract import TextMessage
from members.services import recipients

# A gateway takes a call in some 100 ms; more lines than these only bring "too many at once".
_CONCURRENCY = 8
_SETTINGS = (
    "SMS_PROVIDER",
    "SMS_URL",
    "SMS_KEY_ID",
    "SMS_SECRET",
    "SMS_APP_ID",
    "SMS_SENDER",
)


def send(message: Message) -> str:
    """Hands `message` to the gateway and returns its number there.

    Raises: NotSent, Refused; whatever else happens leaves it open whether it went out.
    """
    provider = registry.named()
    if provider is None:
        raise NotSent("no provider")
    return provider.send_text(
        TextMessage(
            send_key=message.key,
            phone=message.address,
            text=message.body,
            template=message.template,
            fields=message.fields,
        )
    )


def lacks() -> list[str]:
    """Settings that are missing or can't be right."""
    provider = registry.named()
    return ["SMS_PROVIDER"] if provider is None else provider.lacks_text()


def needs_template() -> bool:
    """Whether the gateway sends only texts that it approved."""
    provider = registry.named()
    return provider is not None and provider.needs_template


TRANSPORT = Transport(
    medium="SMS",
    identity_kind="PHONE",
    send=send,
    recipient=recipients.SMS,
    settings=_SETTINGS,
    lacks=lacks,
    concurrency=_CONCURRENCY,
    needs_template=needs_template,
)
