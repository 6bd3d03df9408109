"""Short messages in the log, for development: nobody is written to, and nothing is paid."""

import structlog
from django.conf import settings

from members.providers.contract import CodeMessage, Refused, SmsProvider, TextMessage
from members.sealing import masking

logger = structlog.get_logger(__name__)


def send(message: CodeMessage) -> str:
    """Writes the code into the log.

    Raises: Refused, in production: whoever reads logs there could come in as anybody.
    """
    phone = masking.phone(message.phone)
    if settings.REGULARS_ENV == "production":
        logger.error("one_time_code_not_sent", phone=phone, mend="Set SMS_PROVIDER.")
        raise Refused("the log is no provider in production")
    logger.info("one_time_code", phone=phone, one_time_code=message.code, minutes=message.minutes)
    return f"log:{message.send_key}"


def send_text(message: TextMessage) -> str:
    """Writes into the log that a text would have gone out; the text may tell who got it.

    Raises: Refused, in production: nobody would know that nothing goes out.
    """
    if settings.REGULARS_ENV == "production":
        raise Refused("the log is no provider in production")
    phone = masking.phone(message.phone)
    logger.info("short_message", phone=phone, characters=len(message.text))
    return f"log:{message.send_key}"


def lacks() -> list[str]:
    return ["SMS_PROVIDER"] if settings.REGULARS_ENV == "production" else []


PROVIDER = SmsProvider(code="log", send=send, send_text=send_text, lacks=lacks, lacks_text=lacks)
