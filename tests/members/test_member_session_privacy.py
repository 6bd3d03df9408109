"""Log-ins when a member is erased, takes their data along, or is merged and taken back."""

from datetime import timedelta

import pytest

from members.models import MemberMerge, MemberSession, MemberToken
from members.registry import privacy
from members.registry.privacy import Erasing
from members.services import member_sessions, merge_undos, merges
from tests import consumers, world

pytestmark = pytest.mark.django_db
CODE = "members.sessions"


@pytest.fixture
def app(keys_made, empty_cache):
    world.open_shop()
    return consumers.app()


@pytest.fixture
def alice(app):
    return world.register(world.ALICE)


@pytest.fixture
def bob(app):
    return world.register(world.BOB)


def begin(member, app, at=world.NOW):
    return member_sessions.begin(member_id=member.pk, client_id=app.pk, at=at).session


def test_erasure_ends_log_ins_and_removes_their_tokens_once(app, alice, bob):
    begin(alice, app)
    other = begin(bob, app)
    erasing = Erasing(member_ids=(alice.pk,), actor_id=None, at=world.NOW)

    run = privacy.ERASURE_STEPS[CODE].run

    assert run(erasing) == {"members_membersession": 1, "members_membertoken": 2}
    assert run(erasing) == {"members_membersession": 0, "members_membertoken": 0}
    assert MemberSession.objects.get(member=alice).end == "ERASED"
    assert set(MemberToken.objects.values_list("session_id", flat=True)) == {other.pk}


def test_a_member_takes_along_where_they_were_logged_in(app, alice):
    begin(alice, app)
    member_sessions.end_all(
        member_ids=[alice.pk], why="LOGGED_OUT", at=world.NOW + timedelta(hours=1)
    )
    section = privacy.EXPORT_SECTIONS[CODE]

    rows = list(section.rows([alice.pk], world.NOW))

    assert rows == [
        {
            "app": "app",
            "logged_in_at": world.NOW,
            "last_used_at": world.NOW,
            "ended_at": world.NOW + timedelta(hours=1),
            "ended_by": "LOGGED_OUT",
        }
    ]
    assert tuple(rows[0]) == section.columns


def test_a_merge_moves_log_ins_and_its_undo_gives_them_back_and_ends_later_ones(app, alice, bob):
    hers, his = begin(alice, app), begin(bob, app)
    at = world.NOW + timedelta(hours=1)

    merges.merge(survivor_id=bob.pk, retired_id=alice.pk, at=at)
    assert MemberSession.objects.filter(member=bob).count() == 2

    later = begin(bob, app, at=at + timedelta(hours=1))
    kept = MemberMerge.objects.get()
    merge_undos.undo(merge_id=kept.pk, at=at + timedelta(hours=2))

    owners = dict(MemberSession.objects.values_list("pk", "member_id"))
    assert owners == {hers.pk: alice.pk, his.pk: bob.pk, later.pk: bob.pk}
    still_open = MemberSession.objects.filter(ended_at=None).values_list("pk", flat=True)
    assert set(still_open) == {hers.pk, his.pk}
