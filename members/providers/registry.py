"""The providers of short messages there are. A new one is a file of its own and a line here."""

from django.conf import settings

from members.providers import basic_sms, log, tc3_sms
from members.providers.contract import SmsProvider

SMS_PROVIDERS: dict[str, SmsProvider] = {
    provider.code: provider for provider in (log.PROVIDER, tc3_sms.PROVIDER, basic_sms.PROVIDER)
}


def named() -> SmsProvider | None:
    """The provider that the settings name, whether or not all that it needs is set."""
    return SMS_PROVIDERS.get(settings.SMS_PROVIDER)


def sms() -> SmsProvider | None:
    """The provider of codes that the settings name, if all that it needs is set; else None."""
    provider = named()
    return None if provider is None or provider.lacks() else provider
