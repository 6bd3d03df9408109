"""What a provider asks for a message: once for each, of short messages for each part of its text.

The price in the contact policy is that of one part. Previews, forecasts and budgets count alike.
"""

from campaigns.rules import sms_texts
from campaigns.services import tracking
from campaigns.services.templates import Text
from campaigns.transports.registry import TRANSPORTS


def parts(medium: str, text: Text | None) -> int:
    """How many times the price of one is asked for; once where the text isn't known yet."""
    if medium != tracking.SMS or text is None:
        return 1
    return max(1, length(text.body).parts)


def length(body: str) -> sms_texts.Length:
    """Of a text as it leaves by a short message: with our links in the place of its own, unless the
    gateway sends a template that it approved."""
    transport = TRANSPORTS[tracking.SMS]
    return sms_texts.length(body if transport.needs_template() else tracking.as_long(body))
