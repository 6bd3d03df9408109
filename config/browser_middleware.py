"""Middleware that only people with browsers need; the channels' API walks past it.

A till has no session, no messages, no language cookie and no script to be kept from running, and
each of these costs processor time on every order. What the API does need stands in the settings
as it is: security headers, request ids, the language of its refusals.
"""

from typing import Any

from csp.middleware import CSPMiddleware
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponseBase
from django_otp.middleware import OTPMiddleware
from django_structlog.middlewares import RequestMiddleware
from whitenoise.middleware import WhiteNoiseMiddleware  # type: ignore[import-untyped]

API_PREFIX = "/api/v1/"


def _past_the_api(middleware: type[Any]) -> type[Any]:
    class BrowserOnly(middleware):  # type: ignore[misc]
        def __call__(self, request: HttpRequest) -> HttpResponseBase:
            is_api = request.path_info.startswith(API_PREFIX)
            answer: HttpResponseBase = (
                self.get_response(request) if is_api else super().__call__(request)
            )
            return answer

    BrowserOnly.__name__ = BrowserOnly.__qualname__ = middleware.__name__
    return BrowserOnly


Files = _past_the_api(WhiteNoiseMiddleware)
Log = _past_the_api(RequestMiddleware)
ContentSecurity = _past_the_api(CSPMiddleware)
Session = _past_the_api(SessionMiddleware)
Authentication = _past_the_api(AuthenticationMiddleware)
SecondFactor = _past_the_api(OTPMiddleware)
Messages = _past_the_api(MessageMiddleware)
