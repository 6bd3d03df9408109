"""Journeys tell the operator's own systems: signed, ids only, until it is taken, and no more."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign, StepCall, WebhookEndpoint
from campaigns.rules.journey_steps import Webhook
from campaigns.services import enrollments, journeys, step_calls, webhook_endpoints
from campaigns.services.enrollments import Entering
from campaigns.services.step_calls import NotDead
from campaigns.services.webhook_endpoints import AddressRefused, Draft, EndpointExists
from members.models import AuditRecord
from tests import world
from tests.campaigns import made
from tests.campaigns.provider_server import HANG_UP, ProviderServer
from tests.campaigns.shop import enroll

pytestmark = pytest.mark.django_db
NOW = world.NOW
TELL = {"id": "w1", "kind": "WEBHOOK", "endpoint": "crm"}


@pytest.fixture
def member(keys_made, empty_cache):
    world.open_shop()
    return enroll()


@pytest.fixture
def server(settings):
    with ProviderServer() as server:
        settings.OUTBOUND_TRUSTED_HOSTS = [server.url.removeprefix("http://")]
        yield server


@pytest.fixture
def secret(member, server):
    draft = Draft(code="crm", url=f"{server.url}/hook")
    return webhook_endpoints.add(draft=draft, actor_id=None, at=NOW).secret


@pytest.fixture
def call(member, secret):
    """One that waits, of a member who came in for a product."""
    campaign = made.running(steps=[TELL])
    entering = Entering(
        member_id=member.pk, entry_key="k", context={"product": "8001", "event_id": 5}
    )
    enrollments.enter(campaign=campaign, entering=[entering], at=NOW)
    journeys.advance_due(at=NOW)
    return StepCall.objects.get()


def send(at=NOW):
    return step_calls.send_due(at=at)


def state(call):
    call.refresh_from_db()
    return call.state, call.attempts, call.last_error


def signature(secret, asked):
    key = base64.b64decode(secret.removeprefix("whsec_"))
    head = asked.headers
    told = f"{head['webhook-id']}.{head['webhook-timestamp']}.".encode() + asked.body
    return "v1," + base64.b64encode(hmac.new(key, told, hashlib.sha256).digest()).decode()


def test_a_system_is_told_ids_and_codes_signed_and_once(call, server, secret, member):
    assert (send(), send()) == (1, 0)

    (asked,) = server.taken
    assert asked.headers["webhook-id"] == str(call.uid)
    assert asked.headers["webhook-signature"] == signature(secret, asked)
    assert asked.json == {
        "type": "journey.step",
        "timestamp": NOW.isoformat(),
        "data": {
            "campaign": "news",
            "version": 1,
            "step": "w1",
            "variant": "a",
            "member": str(member.uid),
            "entered_at": NOW.isoformat(),
            "product": "8001",
        },
    }
    assert state(call) == ("SENT", 1, "")


def test_a_failure_is_tried_again_with_the_same_id_at_growing_distances(call, server):
    server.faults = [(503, {}), HANG_UP]

    send()
    assert state(call) == ("QUEUED", 1, "HTTP 503")
    assert call.next_at == NOW + timedelta(minutes=1)
    assert send(NOW + timedelta(seconds=59)) == 0
    send(NOW + timedelta(minutes=1))
    assert state(call)[:2] == ("QUEUED", 2)
    assert call.next_at == NOW + timedelta(minutes=6)
    send(NOW + timedelta(minutes=6))

    assert state(call) == ("SENT", 3, "")
    assert {asked.headers["webhook-id"] for asked in server.taken} == {str(call.uid)}


def test_after_three_days_it_is_dead_and_a_person_sends_it_again(call, server, member):
    server.faults = [(500, {})] * 10
    at = NOW
    while state(call)[0] == "QUEUED":
        send(at)
        call.refresh_from_db()
        at = call.next_at
    assert state(call) == ("DEAD", 10, "HTTP 500")
    assert timedelta(days=2, hours=23) < at - NOW < timedelta(days=3)

    chief = world.operator("chief", role="administrator")
    step_calls.send_again(call_id=call.pk, actor_id=chief.pk, at=at)
    send(at)

    assert state(call)[0] == "SENT"
    with pytest.raises(NotDead):
        step_calls.send_again(call_id=call.pk, actor_id=chief.pk, at=at)
    assert AuditRecord.objects.filter(action="step_call.send_again").count() == 1


def test_an_address_that_is_gone_is_switched_off_and_the_next_call_fails_visibly(
    call, server, empty_cache
):
    # For the call, and for the test that is about nobody.
    server.faults = [(410, {}), (410, {})]

    send()

    assert state(call) == ("DEAD", 1, "HTTP 410")
    assert not WebhookEndpoint.objects.get().is_active
    StepCall.objects.filter(pk=call.pk).update(state="QUEUED", next_at=NOW)
    send()
    assert state(call)[::2] == ("DEAD", "inactive")
    assert server.taken == []


def test_of_a_paused_campaign_nothing_goes_out_and_of_a_stopped_one_never(call, server):
    Campaign.objects.update(state="PAUSED")
    assert send() == 0

    Campaign.objects.update(state="KILLED")
    assert send() == 0

    assert state(call)[0] == "KILLED"
    assert server.taken == []


def test_who_leaves_is_not_told_of_any_more(call, server):
    enrollments.leave(enrollment_ids=[call.enrollment_id], reason="exited", at=NOW)

    assert send() == 0
    assert state(call)[0] == "KILLED"


def test_a_claim_whose_sender_died_is_sent_again(call, server):
    StepCall.objects.update(state="CLAIMED", attempts=1, next_at=NOW + step_calls.LEASE)

    assert send() == 0
    assert send(NOW + step_calls.LEASE) == 1

    assert state(call) == ("SENT", 2, "")


def test_a_system_that_does_not_answer_holds_up_its_own_calls_alone(call, server):
    quick = webhook_endpoints.add(
        draft=Draft(code="quick", url=f"{server.url}/quick"), actor_id=None, at=NOW
    ).endpoint
    for number, endpoint in enumerate((call.endpoint, quick), 2):
        StepCall.objects.create(
            endpoint=endpoint,
            enrollment=call.enrollment,
            step=f"w{number}",
            next_at=NOW,
            created_at=NOW,
        )
    server.faults = [HANG_UP]

    send()

    states = {one.step: (one.state, one.attempts) for one in StepCall.objects.all()}
    assert states == {"w1": ("QUEUED", 1), "w2": ("QUEUED", 0), "w3": ("SENT", 1)}


def test_two_secrets_sign_while_one_is_changed_and_the_old_one_can_be_retired(call, server, secret):
    endpoint = call.endpoint
    fresh = webhook_endpoints.rotate(endpoint_id=endpoint.pk, actor_id=None, at=NOW).secret

    send()

    signed = server.taken[0].headers["webhook-signature"].split(" ")
    assert signed == [signature(fresh, server.taken[0]), signature(secret, server.taken[0])]
    webhook_endpoints.rotate(endpoint_id=endpoint.pk, actor_id=None, at=NOW)
    endpoint.refresh_from_db()
    assert len(endpoint.secrets.split()) == 2
    assert secret not in endpoint.secrets
    webhook_endpoints.retire(endpoint_id=endpoint.pk, actor_id=None, at=NOW)
    endpoint.refresh_from_db()
    assert len(endpoint.secrets.split()) == 1


def test_a_test_call_says_what_came_back(call, server):
    assert webhook_endpoints.test(endpoint_id=call.endpoint_id, at=NOW).status == 200
    assert server.taken[0].json["type"] == "test"

    server.faults = [(500, {})]
    assert not webhook_endpoints.test(endpoint_id=call.endpoint_id, at=NOW).is_good


@pytest.mark.parametrize(
    "url", ["http://example.org/x", "https://127.0.0.1/x", "https://169.254.169.254/x", "ftp://x/y"]
)
def test_an_address_that_leads_into_our_own_network_is_refused(member, url):
    with pytest.raises(AddressRefused):
        webhook_endpoints.add(draft=Draft(code="crm", url=url), actor_id=None, at=NOW)

    assert not WebhookEndpoint.objects.exists()


def test_a_code_is_taken_once(call):
    with pytest.raises(EndpointExists):
        webhook_endpoints.add(
            draft=Draft(code="crm", url="https://example.org/x"), actor_id=None, at=NOW
        )


def test_the_body_is_the_same_at_every_attempt(call):
    assert json.loads(step_calls.body_of(call)) == json.loads(step_calls.body_of(call))


def test_many_members_are_queued_in_as_many_statements_as_one(call):
    row = call.enrollment

    def statements(step_id, count):
        step = Webhook(id=step_id, endpoint="crm")
        with CaptureQueriesContext(connection) as asked:
            step_calls.create_many(enrollments=[row] * count, step=step, at=NOW)
        return len(asked)

    assert statements("w8", 1) == statements("w9", 30) == 2
    assert StepCall.objects.filter(step="w9").count() == 1
