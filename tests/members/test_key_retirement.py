"""A key version is forgotten when nothing hangs on it, and the root key changed as a whole."""

import base64
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from members.models import (
    ApprovalRequest,
    CaseMessage,
    IndexKey,
    KeyCanary,
    KeyEncryptionKey,
    Member,
    MemberKey,
    OneTimeCode,
    ServiceTopic,
)
from members.sealing import blind, canary, keys, root
from members.sealing.root import KeysUnusable
from members.services import house_seals, key_retirement, service_cases
from members.services import keys as key_service
from members.services.key_retirement import VersionInUse
from members.services.service_case_changes import Doing
from members.services.service_cases import CaseOpening
from tests import world
from tests.members.sealed_rows import NOW, a_member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys_made")]
OTHER_ROOT_KEY = base64.b64encode(bytes(range(1, 33))).decode()
# The database wrote the new version's time by its own clock.
LATER = timedelta(hours=1)


def a_request() -> ApprovalRequest:
    """Belongs to no member: sealed with a version of the house itself."""
    return ApprovalRequest.objects.create(
        action="x",
        summary="x",
        payload={"who": "张三"},
        reason="x",
        maker=world.operator("asks"),
        created_at=NOW,
        expires_at=NOW + LATER,
    )


def rewrap() -> int:
    return sum(key_service.rewrap())


def forget(version: int = 1) -> None:
    key_retirement.forget(version=version, at=timezone.now() + LATER)


def test_what_was_said_in_a_case_of_nobody_is_sealed_anew_and_stays_unchanged():
    """Messages are append-only; a rotation may seal them anew, and nothing else changes them."""
    topic = ServiceTopic.objects.create(code="delivery")
    opening = CaseOpening(topic=topic.code, medium="CHAT", subject="Parcel", text="It is lost")
    service_cases.open_case(opening=opening, doing=Doing(at=NOW))
    key_service.rotate()

    assert rewrap() == 2

    forget()
    assert CaseMessage.objects.get().text == "It is lost"
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        CaseMessage.objects.update(kind="NOTE")
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE members_casemessage SET text = text || '!'::bytea")


def test_after_rewrap_the_old_version_goes_and_everything_still_opens():
    member = a_member(1, name="张三")
    request = a_request()
    key_service.rotate()

    assert rewrap() == 2
    forget()

    assert list(KeyEncryptionKey.objects.values_list("version", flat=True)) == [2]
    assert list(KeyCanary.objects.values_list("kek_version", flat=True)) == [2]
    keys.forget()
    canary.check()
    assert Member.objects.get(pk=member.pk).name == "张三"
    assert ApprovalRequest.objects.get(pk=request.pk).payload == {"who": "张三"}
    call_command("keys", "verify", "--all")


def test_what_still_hangs_on_a_version_keeps_it():
    a_member(1)
    key_service.rotate()
    with pytest.raises(VersionInUse, match="1 member keys and 0 sealed values"):
        forget()

    rewrap()
    a_request()
    key_service.rotate()
    with pytest.raises(VersionInUse, match="1 member keys and 1 sealed values hang on version 2"):
        forget(2)
    assert KeyEncryptionKey.objects.count() == 3


def test_the_active_version_and_an_unknown_one_are_refused():
    with pytest.raises(VersionInUse, match="wraps new keys"):
        forget()
    with pytest.raises(KeysUnusable, match="There is no key version 7"):
        forget(7)


def test_a_version_just_replaced_may_still_be_in_use_elsewhere():
    key_service.rotate()

    with pytest.raises(VersionInUse, match="ten minutes"):
        key_retirement.forget(version=1, at=timezone.now() + timedelta(minutes=9))
    assert KeyEncryptionKey.objects.filter(version=1).exists()


def test_destroyed_keys_do_not_keep_a_version():
    a_member(1)
    MemberKey.objects.update(wrapped=None, shredded_at=NOW)
    key_service.rotate()

    forget()

    assert MemberKey.objects.get().kek_version == 2


def test_the_database_itself_keeps_a_version_that_a_member_s_key_names():
    a_member(1)

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError), transaction.atomic():
        KeyEncryptionKey.objects.filter(version=1).delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        MemberKey.objects.update(kek_version=9)


def test_resealing_goes_on_where_it_was_stopped():
    for _ in range(3):
        OneTimeCode.objects.create(
            client=world.api_client(source=f"app-{_}"),
            subject=b"s" * 32,
            phone="+8613800138000",
            code_digest=b"d" * 32,
            created_at=NOW,
            expires_at=NOW,
        )
    key_service.rotate()

    run = house_seals.reseal(chunk_size=1)
    assert next(run) == 1
    run.close()
    assert house_seals.count_of(1) == 2

    assert sum(house_seals.reseal()) == 2
    assert house_seals.count_of(1) == 0
    assert {row.phone for row in OneTimeCode.objects.all()} == {"+8613800138000"}


def test_a_request_s_text_is_sealed_anew_but_never_exchanged():
    request, other = a_request(), None
    other = ApprovalRequest.objects.create(
        action="x", summary="x", payload={"who": "李四"}, reason="x",
        maker=request.maker, created_at=NOW, expires_at=NOW + LATER,
    )  # fmt: skip
    column = ApprovalRequest._meta.get_field("payload")
    stolen = column.value_from_object(ApprovalRequest.objects.get(pk=other.pk))

    with pytest.raises(IntegrityError), transaction.atomic():
        ApprovalRequest.objects.filter(pk=request.pk).update(payload=stolen)


@pytest.fixture
def new_root(settings):
    settings.OLD_ROOT_KEY, settings.ROOT_KEY = settings.ROOT_KEY, OTHER_ROOT_KEY
    keys.forget()
    blind.forget()
    yield
    root._provider.cache_clear()


def test_the_new_root_key_takes_over_everything(new_root, settings):
    member = a_member(1, name="张三")

    assert key_retirement.reroot() == (1, IndexKey.objects.count())
    assert key_retirement.reroot() == (0, 0)

    settings.OLD_ROOT_KEY = ""
    keys.forget()
    blind.forget()
    canary.check()
    assert Member.objects.get(pk=member.pk).name == "张三"


def test_while_the_root_key_changes_processes_open_with_either(new_root, settings):
    member = a_member(1, name="张三")
    canary.check()
    key_retirement.reroot()
    # A process that hasn't been restarted, and one that has.
    for named in ((settings.OLD_ROOT_KEY, OTHER_ROOT_KEY), (OTHER_ROOT_KEY, "")):
        settings.ROOT_KEY, settings.OLD_ROOT_KEY = named
        keys.forget()
        assert Member.objects.get(pk=member.pk).name == "张三"


def test_without_the_old_root_key_nothing_moves(settings):
    before = bytes(KeyEncryptionKey.objects.get().wrapped)

    with pytest.raises(KeysUnusable, match="REGULARS_OLD_ROOT_KEY"):
        key_retirement.reroot()
    assert bytes(KeyEncryptionKey.objects.get().wrapped) == before
