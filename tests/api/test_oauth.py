"""Tokens: by client credentials alone, for a client's own scopes, never stored in clear."""

import base64
import hashlib
import time
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.db import connection
from django.test import Client as Browser
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from members.api import authentication, oauth, throttling
from tests import world

pytestmark = pytest.mark.django_db
SECRET = "a-long-random-secret-of-a-till-that-nobody-guesses"
MEMBER = "/api/v1/members/01890000-0000-7000-8000-000000000000"


@pytest.fixture
def client(shop):
    return world.api_client(scopes=["members:read", "orders:write"], secret=SECRET)


def ask(client, secret=SECRET, **fields):
    credentials = {"client_id": client.client_id, "client_secret": secret}
    return Browser().post(
        "/oauth/token/", {"grant_type": "client_credentials", **credentials, **fields}
    )


def read(token):
    return Browser().get(MEMBER, headers={"Authorization": f"Bearer {token}"})


def test_a_client_gets_a_token_for_its_own_scopes(client):
    answer = ask(client)

    assert answer.status_code == 200
    token = answer.json()
    assert (token["token_type"], token["expires_in"]) == ("Bearer", 3600)
    assert set(token["scope"].split()) == {"members:read", "orders:write"}
    assert read(token["access_token"]).status_code == 404  # let in; there is no such member


def test_basic_credentials_work_too(client):
    pair = base64.b64encode(f"{client.client_id}:{SECRET}".encode()).decode()

    answer = Browser().post(
        "/oauth/token/",
        {"grant_type": "client_credentials"},
        headers={"Authorization": f"Basic {pair}"},
    )

    assert answer.status_code == 200


def test_a_client_may_ask_for_less_and_not_for_more(client):
    less = ask(client, scope="orders:write")
    more = ask(client, scope="orders:write members:pii")
    unknown = ask(client, scope="everything")

    assert less.json()["scope"] == "orders:write"
    assert read(less.json()["access_token"]).status_code == 403
    assert (more.status_code, more.json()["error"]) == (400, "invalid_scope")
    assert (unknown.status_code, unknown.json()["error"]) == (400, "invalid_scope")


def test_a_wrong_secret_and_an_unknown_client_get_the_same_answer(client):
    wrong = ask(client, secret="wrong")
    client.client_id = "nobody"
    unknown = ask(client)

    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert wrong.content == unknown.content


@pytest.mark.parametrize("grant", ["password", "authorization_code", "refresh_token", "implicit"])
def test_no_other_grant_is_given(client, grant):
    answer = ask(client, grant_type=grant, username="clerk", password="x", code="x")

    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


def test_neither_token_nor_secret_is_stored_in_clear(client):
    token = ask(client).json()["access_token"]

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t::text || c::text FROM oauth2_provider_accesstoken t, members_apiclient c"
        )
        stored = cursor.fetchone()[0]

    assert token not in stored
    assert SECRET not in stored
    assert hashlib.sha256(token.encode()).hexdigest() in stored
    client.refresh_from_db()
    assert identify_hasher(client.client_secret).algorithm == "sha256_long_secret"


def test_checking_a_secret_takes_less_than_a_millisecond(client):
    hasher = identify_hasher(client.client_secret)

    started = time.perf_counter()
    for _ in range(100):
        assert hasher.verify(SECRET, client.client_secret)
    assert (time.perf_counter() - started) / 100 < 0.001
    assert not hasher.verify(SECRET + "x", client.client_secret)


def test_a_blocked_or_expired_client_gets_no_token_and_its_old_ones_end(client):
    token = ask(client).json()["access_token"]
    client.is_active = False
    client.save()
    authentication.forget()
    assert (ask(client).status_code, read(token).status_code) == (401, 401)

    client.is_active, client.expires_at = True, timezone.now() - timedelta(seconds=1)
    client.save()
    assert (ask(client).status_code, read(token).status_code) == (401, 401)


def test_scopes_taken_from_a_client_are_gone_from_its_old_tokens(client):
    token = ask(client).json()["access_token"]
    client.scopes = "orders:write"
    client.save()
    authentication.forget()

    assert read(token).status_code == 403


def test_a_token_ends_after_its_hour(client):
    token = ask(client).json()["access_token"]
    get_access_token_model().objects.update(expires=timezone.now())

    assert read(token).json()["code"] == "invalid_token"


def test_a_remembered_token_still_ends_at_its_instant(client, monkeypatch):
    token = ask(client).json()["access_token"]
    assert read(token).status_code == 404

    later = timezone.now() + timedelta(hours=1)
    monkeypatch.setattr(authentication, "_now", lambda: later)

    assert read(token).status_code == 401


def test_a_revoked_token_ends_within_ten_seconds(client, monkeypatch):
    token = ask(client).json()["access_token"]
    assert read(token).status_code == 404
    answer = Browser().post(
        "/oauth/revoke_token/",
        {"token": token, "client_id": client.client_id, "client_secret": SECRET},
    )
    assert answer.status_code == 200

    monkeypatch.setattr(authentication, "REMEMBERED_SECONDS", 0.0)

    assert read(token).status_code == 401


def test_a_client_can_not_revoke_the_token_of_another(client):
    token = ask(client).json()["access_token"]
    other = world.api_client(source="other", secret=SECRET)

    Browser().post(
        "/oauth/revoke_token/",
        {"token": token, "client_id": other.client_id, "client_secret": SECRET},
    )
    authentication.forget()

    assert read(token).status_code == 404


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Basic abc", "Bearer nonsense", "nonsense"]
)
def test_anything_but_a_known_bearer_token_is_401(shop, header):
    answer = Browser().get(MEMBER, headers={"Authorization": header})

    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")


def test_a_token_in_the_address_lets_nobody_in(client):
    token = ask(client).json()["access_token"]

    assert Browser().get(f"{MEMBER}?access_token={token}").status_code == 401


def test_a_console_session_lets_nobody_into_the_api(shop):
    browser = Browser()
    browser.force_login(
        world.operator("clerk"), backend="django.contrib.auth.backends.ModelBackend"
    )

    assert browser.get(MEMBER).status_code == 401


def test_guessing_secrets_is_slowed(client, monkeypatch):
    monkeypatch.setattr(oauth, "TOKENS", throttling.Rate(per_second=0.05, burst=30))
    answers = [ask(client, secret=f"guess-{number}") for number in range(40)]

    statuses = [answer.status_code for answer in answers]
    assert 30 <= statuses.count(401) < 40
    assert statuses[-1] == 429
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 20


def test_pages_of_the_library_that_nobody_needs_are_not_there(shop):
    browser = Browser()
    for path in ("authorize/", "applications/", "introspect/", "device/", "authorized_tokens/"):
        assert browser.get(f"/oauth/{path}").status_code == 404
