"""Pushes to a system of the operator's own: signed, keyed, and honest about what is unknown."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from campaigns.models import Delivery, WebhookEndpoint
from campaigns.services import deliveries, webhook_endpoints
from campaigns.transports import push, push_receipts, signatures
from campaigns.transports.contract import (
    AnswerLost,
    Call,
    EndpointGone,
    Message,
    NotSent,
    Refused,
    Untrusted,
)
from members.models import AuditRecord
from members.services import consents
from tests import world
from tests.campaigns import push_server
from tests.campaigns.provider_server import HANG_UP, KEEP_SILENT
from tests.campaigns.push_server import OLD_SECRET, SECRET, PushServer
from tests.campaigns.shop import NOW, queued

pytestmark = pytest.mark.django_db
MESSAGE = Message(
    send_key="e7:s1",
    wire_key="0195-uid",
    address="",
    member="0195-alice",
    subject="积分快过期了",
    body="您有 500 积分将于月底过期。",
    page="pages/points",
)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return push_server.certificate_for("localhost", tmp_path_factory.mktemp("tls") / "own.pem")


@pytest.fixture
def server(certificate, settings, keys_made):
    with PushServer(certificate) as server:
        settings.OUTBOUND_TRUSTED_HOSTS = [server.place]
        settings.OUTBOUND_CA_FILE = str(certificate)
        settings.PUSH_TIMEOUT_SECONDS = 2.0
        endpoint(server)
        yield server


def endpoint(server, *, secrets=SECRET, **more):
    return WebhookEndpoint.objects.create(
        code=more.pop("code", "push"),
        name_zh="推送",
        name_en="Push",
        use=WebhookEndpoint.Use.PUSH,
        url=server.url,
        secrets=secrets,
        created_at=NOW,
        **more,
    )


def test_a_push_names_the_member_and_its_id_is_the_same_every_time(server):
    assert (push.send(MESSAGE), push.send(MESSAGE)) == ("0195-uid", "0195-uid")

    assert server.ids == ["0195-uid", "0195-uid"]
    told = server.taken[0].json
    assert told["type"] == "push.message"
    assert told["data"] == {
        "id": "0195-uid",
        "member": "0195-alice",
        "title": "积分快过期了",
        "body": "您有 500 积分将于月底过期。",
        "page": "pages/points",
    }


def test_while_a_secret_changes_both_sign(server):
    WebhookEndpoint.objects.all().delete()
    endpoint(server, secrets=f"{SECRET}\n{OLD_SECRET}")
    push.send(MESSAGE)

    server.secret = OLD_SECRET
    push.send(MESSAGE)

    assert len(server.taken) == 2


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Refused),
        (401, Refused),
        (410, EndpointGone),
        (302, Refused),
        (429, NotSent),
        (503, NotSent),
        (500, AnswerLost),
        (504, AnswerLost),
    ],
)
def test_what_the_status_says_about_the_push(server, status, error):
    server.faults = [(status, {})]

    with pytest.raises(error) as caught:
        push.send(MESSAGE)

    assert type(caught.value) is error
    assert server.taken == []


@pytest.mark.parametrize("fault", [HANG_UP, KEEP_SILENT])
def test_a_push_whose_answer_is_lost_may_have_been_taken(server, settings, fault):
    settings.PUSH_TIMEOUT_SECONDS = 0.3
    server.faults = [fault]

    with pytest.raises(AnswerLost):
        push.send(MESSAGE)

    assert server.ids == ["0195-uid"]


def test_without_an_active_address_nothing_goes_out(server):
    assert push.lacks() == []
    WebhookEndpoint.objects.update(is_active=False)

    assert len(push.lacks()) == 1
    with pytest.raises(NotSent):
        push.send(MESSAGE)


@pytest.fixture
def reached(server, campaign, alice, empty_cache):
    """Alice allows pushes."""
    occasion = consents.Occasion(occurred_at=NOW, source="web")
    consents.record(member=alice, given=world.yes("PUSH"), occasion=occasion, at=NOW)
    return server


def push_one(campaign, alice, number, at=NOW):
    queued(campaign, alice, medium="PUSH", number=number)
    deliveries.send_due(at=at)
    return Delivery.objects.order_by("-pk").values_list("state", "reason").first()


def test_a_member_who_is_gone_is_one_member_whatever_number_says_so(reached, campaign, alice):
    """Services of pushes say 404 or 410 of a device, and a system hands it on as it is."""
    reached.faults = [(404, {})]
    assert push_one(campaign, alice, 1) == ("FAILED", "refused")
    reached.faults = [(410, {})]
    assert push_one(campaign, alice, 2) == ("FAILED", "refused")

    (test,) = reached.taken
    assert (test.json["type"], test.json["data"]) == ("test", {"endpoint": "push"})
    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.is_active, endpoint.gone_at) == (True, None)
    assert push_one(campaign, alice, 3) == ("SENT", "")


def test_ten_members_who_are_gone_are_one_test_a_minute(reached, campaign, alice):
    for number in range(10):
        reached.faults = [(410, {})]
        push_one(campaign, alice, number)

    assert [one.json["type"] for one in reached.taken] == ["test"]


@pytest.mark.parametrize("said", [(400, {}), (500, {}), (503, {}), HANG_UP])
def test_a_test_that_comes_to_anything_else_switches_nothing_off(reached, campaign, alice, said):
    reached.faults = [(410, {}), said]

    push_one(campaign, alice, 1)

    assert WebhookEndpoint.objects.get().is_active


def test_a_system_that_is_gone_for_a_test_too_is_off_until_a_person_switches_it_on(
    reached, campaign, alice
):
    reached.faults = [(410, {}), (410, {})]

    assert push_one(campaign, alice, 1) == ("FAILED", "refused")
    assert push_one(campaign, alice, 2) == ("SKIPPED", "address")

    endpoint = WebhookEndpoint.objects.get()
    assert (reached.taken, endpoint.is_active, endpoint.gone_at) == ([], False, NOW)
    record = AuditRecord.objects.get(action="webhook_endpoint.deactivate")
    assert record.actor_id is None
    assert record.details == {"endpoint": "push"}

    webhook_endpoints.activate(endpoint_id=endpoint.pk, is_active=True, actor_id=None, at=NOW)
    assert push_one(campaign, alice, 3) == ("SENT", "")
    endpoint.refresh_from_db()
    assert endpoint.gone_at is None


def test_an_address_that_leads_into_our_network_is_refused(server, settings):
    settings.OUTBOUND_TRUSTED_HOSTS = []

    with pytest.raises(Refused):
        push.send(MESSAGE)

    assert server.taken == []


@pytest.mark.django_db(transaction=True)
def test_four_threads_push_at_once_and_leave_no_connection_behind(server):
    with ThreadPoolExecutor(push.TRANSPORT.concurrency) as pool:
        references = list(pool.map(push.send, [MESSAGE] * 8))

    assert references == ["0195-uid"] * 8
    assert len(server.taken) == 8


def call(entries, *, secret=SECRET, at=None, **more):
    body = json.dumps({"type": "push.receipts", "data": entries, **more}).encode()
    head = signatures.headers(secrets=secret, key="r1", body=body, at=at or _now())
    return Call(body=body, headers=head, at=_now())


def _now():
    return datetime.now(tz=UTC)


OPENED = {"id": "0195-uid", "kind": "OPENED", "at": "2026-11-22T08:00:00+08:00"}


def test_reports_of_the_shops_system_are_read_when_they_are_signed(server):
    gone = {"id": "x", "kind": "BOUNCED", "at": "2026-11-22T00:00:00Z", "is_permanent": True}

    opened, bounced = push_receipts.parse(call([OPENED, gone]))

    assert (opened.provider_ref, opened.kind) == ("0195-uid", "OPENED")
    assert opened.occurred_at.isoformat() == "2026-11-22T08:00:00+08:00"
    assert (bounced.kind, bounced.is_permanent) == ("BOUNCED", True)


@pytest.mark.parametrize(
    "made",
    [
        lambda: call([OPENED], secret=OLD_SECRET),
        lambda: call([OPENED], at=NOW),
        lambda: call([OPENED], type="other"),
        lambda: call([{**OPENED, "kind": "COMPLAINED"}]),
        lambda: call([{**OPENED, "at": "2026-11-22T08:00:00"}]),
        lambda: call([OPENED] * 1_001),
        lambda: Call(body=b"\xff", headers={}, at=NOW),
        lambda: Call(
            body=b"{}",
            headers={
                "webhook-id": "1",
                "webhook-timestamp": "1",
                "webhook-signature": "nonsense",
            },
            at=NOW,
        ),
    ],
    ids=["secret", "old", "type", "kind", "zone", "too many", "unsigned", "nonsense"],
)
def test_reports_that_prove_nothing_are_not_believed(server, made):
    with pytest.raises(Untrusted):
        push_receipts.parse(made())
