"""Tokens: issued to a client for its own scopes, stored hashed, asked for at a bounded rate."""

import hashlib
import hmac
import secrets
from typing import Any

from django.contrib.auth.hashers import BasePasswordHasher
from django.http import HttpRequest, HttpResponse
from oauth2_provider.scopes import SettingsScopes
from oauth2_provider.views import TokenView as LibraryTokenView

from members.api import problems, throttling

# Per client and address. A token lasts an hour, so an honest client asks once in it.
TOKENS = throttling.Rate(per_second=1.0, burst=30)
_SALT_BYTES = 8


class ClientScopes(SettingsScopes):
    """A client gets its own scopes, and those by default."""

    def get_available_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        return self._own(application)

    def get_default_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        return self._own(application)

    def _own(self, application: Any) -> list[str]:
        if application is None:
            return []
        return [one for one in application.scopes.split() if one in self.get_all_scopes()]


class LongSecretHasher(BasePasswordHasher):
    """For secrets of a hundred random characters, which nobody can guess: one SHA-256.

    A hasher for passwords takes half a second of processor time per token, and tells by it which
    client ids exist.
    """

    algorithm = "sha256_long_secret"

    def salt(self) -> str:
        return secrets.token_hex(_SALT_BYTES)

    def encode(self, password: str, salt: str) -> str:
        digest = hashlib.sha256(f"{salt}${password}".encode()).hexdigest()
        return f"{self.algorithm}${salt}${digest}"

    def verify(self, password: str, encoded: str) -> bool:
        salt = encoded.split("$")[1]
        return hmac.compare_digest(self.encode(password, salt), encoded)

    def safe_summary(self, encoded: str) -> dict[Any, Any]:
        return {"algorithm": self.algorithm}

    def must_update(self, encoded: str) -> bool:
        return False

    def harden_runtime(self, password: str, encoded: str) -> None:
        """One SHA-256 has no work to hide."""


class TokenView(LibraryTokenView):
    """`POST /oauth/token/` with client credentials; guessing is slowed."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        claimed = request.POST.get("client_id") or request.META.get("HTTP_AUTHORIZATION", "")
        address = request.META.get("REMOTE_ADDR", "")
        who = hashlib.sha256(f"{address}|{claimed[:80]}".encode()).hexdigest()
        wait_seconds = throttling.wait(key=f"token:{who}", rate=TOKENS)
        if wait_seconds:
            return problems.too_many(request, wait_seconds)
        response: HttpResponse = super().post(request, *args, **kwargs)
        return response
