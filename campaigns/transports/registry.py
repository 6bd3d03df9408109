"""The transports there are. A new provider is a file of its own and a line here."""

from campaigns.transports import email, inbox
from campaigns.transports.contract import Transport

TRANSPORTS: dict[str, Transport] = {
    transport.medium: transport
    for transport in (
        inbox.TRANSPORT,
        email.TRANSPORT,
    )
}
