"""A member's token opens what is theirs and nothing else; nothing else opens what is theirs."""

import pytest
from django.test import Client as Browser
from django.urls import reverse

from members.api import authentication
from members.models import User
from tests import authorization_matrix as matrix
from tests import consumer_matrix, consumers, world
from tests.test_authorization import ADDRESSES, CALLS, path_of

pytestmark = pytest.mark.django_db
APPS = [(name, method) for name, methods in consumer_matrix.APPS.items() for method in methods]
OWN = [(name, method) for name, methods in consumer_matrix.OWN.items() for method in methods]
# One for all: each would load the middleware anew.
BROWSER = Browser()


def call(name, method, **headers):
    return BROWSER.generic(
        method, path_of(name), "{}", content_type="application/json", headers=headers
    )


def refusals(calls, **headers):
    return {
        (answer.status_code, answer.json()["code"])
        for name, method in calls
        for answer in [call(name, method, **headers)]
    }


def test_without_an_app_that_lets_members_log_in_nobody_gets_a_code_or_a_token(shop):
    till = world.api_client()

    assert refusals(APPS) == {(401, "unknown_app")}
    for client_id in (till.client_id, "nobody", "x" * 5_000):
        assert refusals(APPS, **{"X-Client-Id": client_id}) == {(401, "unknown_app")}


def test_an_app_s_id_opens_the_log_in(shop):
    app = consumers.app()
    statuses = {call(*one, **{"X-Client-Id": app.client_id}).status_code for one in APPS}

    # An empty body is refused by what it lacks.
    assert statuses == {422}


def test_nothing_but_a_member_s_access_token_opens_what_is_theirs(shop, alice):
    _phone, issued = consumers.logged_in(alice)
    channel = world.token_of(world.api_client())
    session = Browser()
    session.force_login(
        User.objects.create_superuser("root"),
        backend="django.contrib.auth.backends.ModelBackend",
    )

    assert refusals(OWN) == {(401, "not_authenticated")}
    assert {session.get(path_of(name)).status_code for name, _method in OWN} == {401}
    assert refusals(OWN, Authorization=f"Bearer {channel}") == {(401, "invalid_token")}
    for token in (issued.refresh_token, "ma_", "nonsense", str(issued.session.uid)):
        assert refusals(OWN[:1], Authorization=f"Bearer {token}") == {(401, "invalid_token")}
    basic = f"Basic {issued.access_token}"
    assert refusals(OWN[:1], Authorization=basic) == {(401, "invalid_token")}


def test_a_member_s_token_opens_all_of_their_own(shop, alice):
    phone, _issued = consumers.logged_in(alice)
    statuses = {one: call(*one, Authorization=f"Bearer {phone.token}").status_code for one in OWN}

    # What it lacks, or a session that nobody has; but no door was closed.
    open_doors = (200, 201, 404, 422, 428)
    assert {one: code for one, code in statuses.items() if code not in open_doors} == {}


def test_a_member_s_token_opens_no_call_of_channels_and_no_page_of_the_console(shop, alice):
    authentication.forget()
    phone, _issued = consumers.logged_in(alice)
    bearer = {"Authorization": f"Bearer {phone.token}"}

    assert refusals(CALLS, **bearer) == {(401, "invalid_token")}
    assert refusals(APPS, **bearer) == {(401, "unknown_app")}
    for table in matrix.TABLES:
        page = BROWSER.get(reverse(f"admin:{table}_changelist"), headers=bearer)
        assert (page.status_code, "/login/" in page.headers["Location"]) == (302, True)


def test_an_app_s_own_credentials_open_no_call_of_channels(shop):
    authentication.forget()
    token = world.token_of(consumers.app())

    statuses = {call(*one, Authorization=f"Bearer {token}").status_code for one in CALLS}
    assert statuses == {403}
    assert refusals(OWN, Authorization=f"Bearer {token}") == {(401, "invalid_token")}


def test_no_address_of_a_member_names_anybody():
    with_parameters = {name for name in consumer_matrix.OWN if ADDRESSES[name].pattern.converters}

    # Ids looked for among the member's own; benefits, challenges and rewards are the chain's.
    assert with_parameters == {
        "api:me-benefit-claim",
        "api:me-benefit-rate",
        "api:me-challenge-join",
        "api:me-inbox-read",
        "api:me-package",
        "api:me-redemption",
        "api:me-redemption-cancel",
        "api:me-reward-redemptions",
        "api:me-session",
    }
