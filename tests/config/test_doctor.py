"""`manage.py doctor`: each fault is named, with how to mend it."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from campaigns.services import defaults
from config import diagnosis
from config.diagnosis import Verdict
from members.models import Heartbeat
from members.services import heartbeats

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys_made")]


def findings(*, before_start: bool = False) -> dict[str, diagnosis.Finding]:
    return {finding.name: finding for finding in diagnosis.examine(before_start=before_start)}


def test_a_well_installation_has_nothing_that_fails():
    heartbeats.beat(names=(heartbeats.WORKER, heartbeats.BEAT), at=timezone.now())
    seen = findings()
    assert [name for name, found in seen.items() if found.verdict is Verdict.FAIL] == []
    assert list(seen) == [
        "database",
        "migrations",
        "rights",
        "keys",
        "clock",
        "time zone",
        "messages",
        "links",
        "heartbeats",
        "dispatches",
        "broker",
        "disk",
    ]


def test_a_worker_that_went_quiet_is_named_with_the_command_that_starts_it():
    heartbeats.beat(names=(heartbeats.BEAT,), at=timezone.now())
    heartbeats.beat(names=(heartbeats.WORKER,), at=timezone.now() - timedelta(minutes=4))
    found = findings()["heartbeats"]
    assert found.verdict is Verdict.FAIL
    assert found.seen == "worker 240 s ago, beat 0 s ago"
    assert "Start worker: celery -A config worker" in found.mend


@pytest.mark.parametrize(
    ("address", "verdict"),
    [("", "ok"), ("http://localhost:8000", "ok"), ("https://elsewhere.example", "fail")],
)
def test_links_in_messages_need_an_address_that_is_ours(settings, address, verdict):
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = address, ["localhost"]

    assert findings(before_start=True)["links"].verdict == verdict


def test_before_the_start_nobody_expects_a_heartbeat():
    assert Heartbeat.objects.count() == 0
    assert "heartbeats" not in findings(before_start=True)


def test_the_app_s_role_has_the_rights_that_it_needs_and_no_others():
    found = findings()["rights"]
    assert (found.verdict, found.mend) == (Verdict.OK, "")


def test_the_owner_s_connection_is_warned_about(settings, as_owner):
    found = findings()["rights"]
    assert found.verdict is Verdict.WARN
    assert settings.DATABASE_APP_ROLE in found.mend


@pytest.mark.parametrize(
    "revoked", ["DELETE ON analytics_classchange", "INSERT ON loyalty_ledgerentry"]
)
def test_a_right_that_is_missing_fails_with_the_command_that_gives_it(settings, revoked, as_owner):
    role = settings.DATABASE_APP_ROLE
    with connection.cursor() as cursor:
        cursor.execute(f"REVOKE {revoked} FROM {role}")
        cursor.execute(f"SET LOCAL ROLE {role}")

    found = findings()["rights"]
    assert (found.verdict, found.seen) == (Verdict.FAIL, "this role can't use all tables")
    assert "grant_app_role" in found.mend


def test_a_broker_that_is_away_fails(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert findings()["broker"].verdict is Verdict.FAIL


def test_a_folder_for_files_that_cannot_be_made_is_judged_by_its_parent(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "not" / "yet")
    assert findings()["disk"].verdict in (Verdict.OK, Verdict.WARN)


def test_the_command_ends_with_1_when_something_fails():
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", stdout=out, no_color=True)
    assert ended.value.code == 1
    assert "fail  heartbeats  worker never seen, beat never seen\n" in out.getvalue()
    assert "→ Start worker and beat" in out.getvalue()


def test_the_command_ends_well_when_all_is_well():
    out = StringIO()
    call_command("doctor", "--before-start", stdout=out, no_color=True)
    assert "ok    keys        the canary opens\n" in out.getvalue()


def test_media_that_are_not_set_up_are_told_and_missed_where_somebody_counts_on_them(settings):
    settings.SMS_PROVIDER = settings.WECHAT_APP_ID = settings.WECHAT_APP_SECRET = ""
    settings.SMS_URL = settings.SMS_KEY_ID = settings.SMS_SECRET = settings.SMS_APP_ID = ""
    found = findings()["messages"]
    assert (found.verdict, found.mend) == (Verdict.OK, "")
    assert found.seen == (
        "ready: INBOX, EMAIL; SMS lacks SMS_PROVIDER; "
        "WECHAT lacks WECHAT_APP_ID, WECHAT_APP_SECRET; "
        "PUSH lacks an active webhook address for push messages"
    )

    settings.WECHAT_APP_ID = "wx1"
    campaign = defaults.install(at=timezone.now())
    campaign.steps = [{"id": "s1", "kind": "MESSAGE", "template": "t", "media": ["SMS", "INBOX"]}]
    campaign.save()
    found = findings()["messages"]
    assert found.verdict is Verdict.WARN
    assert found.mend.startswith("Set up SMS and WECHAT (docs/messages-providers.md)")
