"""When a sealed column gets new bytes, and when it must keep the old ones."""

import datetime as dt
from typing import Any

import pghistory
import pgtrigger
import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.migrations.state import ProjectState
from django.test.utils import isolate_apps

from members.models import ApprovalRequest, Identity, Member, User
from members.sealing.fields import CannotOpen, Sealed, SealedValueError
from tests.members.sealed_rows import NOW, a_member, a_phone, raw, unsaved_member, write_raw

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys_made")]


def columns(member: Member) -> tuple[Any, Any]:
    return raw(member, "name"), raw(member, "birthday")


def an_approval(**values) -> ApprovalRequest:
    maker = User.objects.create(username="alice")
    return ApprovalRequest.objects.create(
        maker=maker, action="test", created_at=NOW, expires_at=NOW, **values
    )


@pytest.fixture
def unguarded(as_owner: None) -> None:
    """What was asked for can be changed here: these tests are about sealed columns."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE members_approvalrequest DISABLE TRIGGER guard")


def untouched(_member):
    pass


def read(member):
    assert member.name == "张三"


def set_the_same(member):
    member.name = "张三"


def read_and_set_the_same(member):
    member.name = member.name
    member.birthday = member.birthday


def validate(member):
    member.clean_fields(exclude=["channel"])


def refresh(member):
    member.refresh_from_db()


def refresh_after_a_change(member):
    member.name = "李四"
    member.refresh_from_db()


def there_and_back(member):
    member.name = "李四"
    member.name = "张三"


@pytest.mark.parametrize(
    "touch",
    [
        untouched,
        read,
        set_the_same,
        read_and_set_the_same,
        validate,
        refresh,
        refresh_after_a_change,
        there_and_back,
    ],
)
def test_an_unchanged_save_keeps_the_bytes(touch):
    before = columns(a_member(name="张三"))
    member = Member.objects.get()
    touch(member)
    member.save()
    assert columns(member) == before


def test_a_changed_value_gets_new_bytes_and_its_neighbor_keeps_them():
    name, birthday = columns(a_member(name="张三"))
    member = Member.objects.get()
    member.name = "李四"
    assert member.name == "李四"
    member.save()
    assert columns(member)[0] != name
    assert columns(member)[1] == birthday
    assert Member.objects.get().name == "李四"


def test_saving_another_column_asks_nothing_about_keys(django_assert_num_queries):
    a_member()
    member = Member._base_manager.get()
    member.gender = "FEMALE"
    with django_assert_num_queries(1):
        member.save()


def test_unreadable_bytes_can_be_replaced():
    member = a_member()
    write_raw(member, "name", b"\x01" + bytes(40))
    member = Member.objects.get()
    member.name = "李四"
    member.save()
    assert Member.objects.get().name == "李四"


def test_bulk_create_seals_every_row():
    members = [unsaved_member(serial, name=f"member {serial}") for serial in range(50)]
    Member.objects.bulk_create(members)
    type(members[0].key).objects.bulk_create([member.key for member in members])
    stored = Member.objects.order_by("card_number")
    assert [member.name for member in stored] == [f"member {serial}" for serial in range(50)]


def test_bulk_create_that_updates_conflicts_seals_the_change():
    member = a_member(name="张三")
    member.name = "李四"
    Member.objects.bulk_create(
        [member], update_conflicts=True, unique_fields=["uid"], update_fields=["name"]
    )
    assert Member.objects.get().name == "李四"


def test_a_member_without_a_key_is_refused_and_nothing_is_written():
    with pytest.raises(CannotOpen, match="give_key"), transaction.atomic():
        Member.objects.create(card_number="8800000000013", joined_at=NOW, name="张三")
    assert Member.objects.count() == 0


def test_a_row_needs_its_member_before_it_is_sealed():
    with pytest.raises(SealedValueError, match="`member`: set that first"):
        Identity.objects.create(kind="PHONE", value="+8613800138000", created_at=NOW)


def test_a_text_that_is_too_long_is_refused():
    with (
        pytest.raises(ValidationError, match="takes 120 characters, not 121"),
        transaction.atomic(),
    ):
        a_member(name="x" * 121)
    assert Member.objects.count() == 0


@pytest.mark.parametrize("value", ["28.2.1990", dt.datetime(1990, 2, 28, tzinfo=dt.UTC), 19900228])
def test_a_birthday_is_a_date(value):
    with pytest.raises(ValidationError, match="YYYY-MM-DD"):
        a_member(birthday=value)


def test_a_birthday_may_be_set_as_iso_text_and_reads_as_a_date_after_saving():
    assert a_member(birthday="1990-02-28").birthday == dt.date(1990, 2, 28)


def test_json_keeps_its_shape_and_a_change_in_place_is_saved(unguarded):
    request = an_approval(member=a_member(), payload={"points": [1, None, True, "张"]})
    stored = ApprovalRequest.objects.get()
    assert stored.payload == {"points": [1, None, True, "张"]}
    stored.payload["points"].append(2)
    stored.save()
    assert ApprovalRequest.objects.get().payload == {"points": [1, None, True, "张", 2]}
    before = raw(request, "payload")
    ApprovalRequest.objects.get().save()
    assert raw(request, "payload") == before


def test_json_refuses_what_json_cannot_hold_without_quoting_it():
    with pytest.raises(ValidationError) as refused:
        an_approval(member=a_member(), payload={"name": {"secret name"}})
    assert "secret" not in str(refused.value)


def test_a_row_without_a_member_is_sealed_with_the_key_of_the_house():
    request = an_approval(payload={"tier": "gold"})
    assert raw(request, "payload")[:3] == b"\x02\x00\x01"
    assert ApprovalRequest.objects.get().payload == {"tier": "gold"}


def test_a_row_that_loses_its_member_does_not_open_with_the_key_of_the_house(unguarded):
    request = an_approval(member=a_member(), payload={"tier": "gold"})
    ApprovalRequest.objects.filter(pk=request.pk).update(member=None)
    with pytest.raises(CannotOpen, match="has no member"):
        _ = ApprovalRequest.objects.get().payload


def test_a_row_that_moves_to_another_member_is_sealed_anew_if_it_was_read():
    survivor, retired = a_member(1), a_member(2)
    identity = a_phone(retired, "13800138000")
    identity = Identity.objects.get(pk=identity.pk)
    assert identity.value == "+8613800138000"
    identity.member = survivor
    identity.save()
    assert Identity.objects.get().value == "+8613800138000"
    assert Identity.objects.get().member == survivor


def test_a_row_that_moves_unread_is_refused_and_stays():
    survivor, retired = a_member(1), a_member(2)
    a_phone(retired, "13800138000")
    identity = Identity.objects.get()
    identity.member = survivor
    with (
        pytest.raises(SealedValueError, match="read the attribute before moving"),
        transaction.atomic(),
    ):
        identity.save()
    assert Identity.objects.get().member == retired
    assert Identity.objects.get().value == "+8613800138000"


@pytest.mark.usefixtures("as_owner")
def test_triggers_may_compare_sealed_columns_of_old_and_new_rows():
    trigger: Any = pgtrigger.Protect(
        name="names_stay",
        operation=pgtrigger.Update,
        condition=pgtrigger.Q(old__name__df=pgtrigger.F("new__name")),
    )
    trigger.install(Member)
    member = a_member(name="张三")
    member.save()
    member.name = "李四"
    with pytest.raises(Exception, match="Cannot update rows"):
        member.save()


@isolate_apps("members")
@pytest.mark.usefixtures("as_owner")
def test_history_keeps_the_bytes_and_opens_nothing():
    no_links: Any = {"obj_field": None, "context_field": None}
    history: Any = pghistory.create_event_model(
        Member,
        pghistory.ManualEvent("changed"),
        fields=["name"],
        model_name="MemberHistory",
        **no_links,
    )
    meta = type("Meta", (history.Meta,), {"abstract": False, "app_label": "members"})
    model: Any = type("MemberHistory", (history,), {"__module__": "members.models", "Meta": meta})
    member = a_member(name="张三")
    with connection.schema_editor() as editor:
        editor.create_model(model)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} (pgh_created_at, pgh_label, name) "
            "SELECT now(), 'changed', name FROM members_member"
        )
    row = model.objects.get()
    assert isinstance(row.name, Sealed)
    assert row.name.raw == raw(member, "name")
    with pytest.raises(SealedValueError):
        str(row.name)
    model.objects.update(name="")
    assert model.objects.get().name.raw == b""


def test_migrations_see_bytes_and_keep_them():
    member = a_member(name="张三")
    before = raw(member, "name")
    past_apps = ProjectState.from_apps(apps).apps
    past = past_apps.get_model("members", "Member").objects.get()
    assert isinstance(past.name, Sealed)
    past.gender = "MALE"
    past.save()
    assert raw(member, "name") == before
