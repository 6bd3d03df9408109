"""`/livez` and `/readyz`."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import RequestFactory
from django.utils import timezone

from config import health
from members.models import Dispatch, KeyCanary

GET = RequestFactory().get("/")


def test_livez_answers_without_asking_anyone():
    # No database mark: a query would be an error here.
    assert health.livez(GET).content == b"ok"


@pytest.mark.django_db
@pytest.mark.usefixtures("keys_made")
def test_readyz_says_that_orders_can_be_taken():
    response = health.readyz(GET)
    assert response.status_code == 200
    assert json.loads(response.content) == {
        "status": "ready",
        "checks": {"database": "ok", "migrations": "ok", "keys": "ok", "dispatch": "ok"},
    }


@pytest.mark.django_db
@pytest.mark.usefixtures("keys_made")
def test_readyz_fails_when_personal_data_cannot_be_opened():
    KeyCanary.objects.all().delete()
    response = health.readyz(GET)
    assert response.status_code == 503
    assert json.loads(response.content)["checks"] == {
        "database": "ok",
        "migrations": "ok",
        "keys": "failed",
    }


@pytest.mark.django_db
@pytest.mark.usefixtures("keys_made")
def test_late_messages_are_told_but_do_not_take_the_tills_down():
    due = timezone.now() - timedelta(minutes=10)
    Dispatch.objects.create(event_id=1, subscriber="messages", next_at=due)
    response = health.readyz(GET)
    assert response.status_code == 200
    assert json.loads(response.content)["checks"]["dispatch"] == "late by 600 s"


@pytest.mark.django_db
def test_a_dispatch_that_is_due_now_is_not_late():
    Dispatch.objects.create(event_id=1, subscriber="messages", next_at=timezone.now())
    assert health.oldest_late_dispatch(at=timezone.now()) is None


@pytest.mark.usefixtures("as_owner")
def test_a_migration_that_the_database_lacks_is_named():
    assert health.pending_migrations() == []
    newest = MigrationLoader(connection).graph.leaf_nodes("analytics")[0][1]
    MigrationRecorder.Migration.objects.filter(app="analytics", name=newest).delete()
    assert health.pending_migrations() == [f"analytics.{newest}"]


def test_only_reading_is_allowed():
    assert health.livez(RequestFactory().post("/")).status_code == 405
