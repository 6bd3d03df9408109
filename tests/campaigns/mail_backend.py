"""A mail backend that behaves as those of the extra "mail" do; the address says what happens."""

from types import SimpleNamespace

from django.core.mail.backends.base import BaseEmailBackend


class AnymailRecipientsRefused(Exception):
    """As the package's own error of this name."""


class AnymailAPIError(Exception):
    """As the package's own: `status_code` is the answer's, or None where none came."""

    def __init__(self, status_code):
        super().__init__(f"status {status_code}")
        self.status_code = status_code


class NewConnectionError(Exception):
    """As that of the HTTP library below the package."""


class MaxRetryError(Exception):
    """As that of the HTTP library below the package: it holds why."""

    reason = NewConnectionError()


class EmailBackend(BaseEmailBackend):
    def send_messages(self, email_messages):
        for letter in email_messages:
            (address,) = letter.to
            name = address.partition("@")[0]
            if name == "refused":
                raise AnymailRecipientsRefused
            if name == "away":
                raise AnymailAPIError(None) from ConnectionError(MaxRetryError())
            if name.startswith("status-"):
                told = name.removeprefix("status-")
                raise AnymailAPIError(int(told) if told.isdecimal() else None)
            number = None if name == "unnamed" else "provider-1"
            said = {"rejected"} if name == "rejected" else {"queued"}
            letter.anymail_status = SimpleNamespace(message_id=number, status=said)
        return len(email_messages)
