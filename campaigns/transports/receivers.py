"""The providers that tell us what became of messages. A new one is a file and a line here."""

from campaigns.transports import (
    basic_receipts,
    email_reports,
    mail_provider_reports,
    push_receipts,
    tc3_receipts,
    wechat_events,
)
from campaigns.transports.contract import Receiver

RECEIVERS: dict[str, Receiver] = {
    receiver.code: receiver
    for receiver in (
        email_reports.RECEIVER,
        mail_provider_reports.RECEIVER,
        tc3_receipts.RECEIVER,
        basic_receipts.RECEIVER,
        wechat_events.RECEIVER,
        push_receipts.RECEIVER,
    )
}
