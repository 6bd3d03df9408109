"""The in-app inbox: our own rows, which apps and the console read."""

from campaigns.transports.contract import Transport

TRANSPORT = Transport(medium="INBOX")
