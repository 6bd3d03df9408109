"""What only browsers need costs the API nothing, and browsers lose nothing."""

import pytest
from django.conf import settings
from django.test import Client

pytestmark = pytest.mark.django_db


def test_the_api_has_no_session_no_messages_and_no_files():
    answer = Client().get("/api/v1/members/0197a2f4-0000-7000-8000-000000000000")
    request = answer.wsgi_request
    assert answer.status_code == 401
    assert not hasattr(request, "session")
    assert not hasattr(request, "_messages")
    assert answer["X-Request-Id"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer


def test_the_console_keeps_them():
    answer = Client().get("/console/login/")
    assert hasattr(answer.wsgi_request, "session")
    assert hasattr(answer.wsgi_request, "_messages")
    assert "script-src 'self'" in answer["Content-Security-Policy"]


def test_the_apis_page_for_people_is_kept_from_foreign_scripts():
    assert "Content-Security-Policy" in Client().get("/api/docs/")


def test_nothing_else_of_the_browsers_stands_beside_them():
    plain = [name for name in settings.MIDDLEWARE if not name.startswith("config.browser_mid")]
    assert plain == [
        "django.middleware.security.SecurityMiddleware",
        "config.origins.AddressMiddleware",
        "config.request_ids.RequestIdMiddleware",
        "config.origins.OriginMiddleware",
        "django.middleware.locale.LocaleMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        # It looks at the console's addresses alone.
        "config.console.sessions.SessionRules",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
        "axes.middleware.AxesMiddleware",
    ]
