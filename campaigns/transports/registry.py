"""The transports there are. A new provider is a file of its own and a line here."""

from campaigns.transports import email, inbox, push, sms, wechat
from campaigns.transports.contract import Transport

TRANSPORTS: dict[str, Transport] = {
    transport.medium: transport
    for transport in (
        inbox.TRANSPORT,
        email.TRANSPORT,
        sms.TRANSPORT,
        wechat.TRANSPORT,
        push.TRANSPORT,
    )
}


def transport(medium: str) -> Transport | None:
    """How messages of `medium` go out; None for one that isn't known. Whether it is set up, its
    `lacks()` tells, and how many threads may send at once, its `concurrency`."""
    return TRANSPORTS.get(medium)
