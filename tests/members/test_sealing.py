"""A sealed column: what is in the database, who can open it, and which ways out are shut."""

import datetime as dt
import json
import pickle

import pytest
from django.core import serializers
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.db.models import F, Q, Value
from rest_framework.utils.encoders import JSONEncoder

from members.models import Identity, Member
from members.sealing.fields import CannotOpen, Sealed, SealedValueError
from tests.members.sealed_rows import a_member, a_phone, raw, write_raw

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys_made")]


def test_what_was_saved_is_read_again():
    a_member(name="张三", birthday=dt.date(1990, 2, 28))
    member = Member.objects.get()
    assert member.name == "张三"
    assert member.birthday == dt.date(1990, 2, 28)


def test_the_column_holds_version_nonce_ciphertext_and_tag_and_no_clear_text():
    member = a_member(name="Zhang San")
    stored = raw(member, "name")
    assert stored[0] == 1
    assert len(stored) == 1 + 12 + len("Zhang San") + 16
    assert b"Zhang" not in stored


def test_the_same_name_of_two_members_has_different_bytes():
    assert raw(a_member(1), "name") != raw(a_member(2), "name")


def test_null_stays_null_and_an_empty_text_needs_no_bytes():
    member = a_member(name="", birthday=None)
    assert raw(member, "birthday") is None
    assert raw(member, "name") == b""
    assert (Member.objects.get().name, Member.objects.get().birthday) == ("", None)


@pytest.mark.parametrize("place", [1, 12, 13, 20, -1])
def test_one_changed_bit_anywhere_is_an_error_and_never_text(place):
    member = a_member()
    stored = bytearray(raw(member, "name"))
    stored[place] ^= 1
    write_raw(member, "name", bytes(stored))
    with pytest.raises(CannotOpen, match=r"members\.member\.name of row"):
        _ = Member.objects.get().name


@pytest.mark.parametrize("text", ["张三", "Zhang San", "{}", "\0"])
def test_the_database_itself_refuses_clear_bytes(text):
    member = a_member()
    with pytest.raises(IntegrityError, match="check"), transaction.atomic():
        write_raw(member, "name", text.encode())
    assert Member.objects.get().name == "张三"


@pytest.mark.parametrize("length", [1, 12, 28])
def test_cut_off_bytes_are_an_error(length):
    member = a_member()
    write_raw(member, "name", raw(member, "name")[:length])
    with pytest.raises(CannotOpen):
        _ = Member.objects.get().name


def test_bytes_moved_to_another_column_of_the_row_do_not_open():
    member = a_member(name="1990-02-28")
    write_raw(member, "birthday", raw(member, "name"))
    with pytest.raises(CannotOpen, match=r"members\.member\.birthday"):
        _ = Member.objects.get().birthday


def test_bytes_moved_to_another_member_do_not_open():
    alice, bob = a_member(1, name="Alice"), a_member(2, name="Bob")
    write_raw(bob, "name", raw(alice, "name"))
    with pytest.raises(CannotOpen):
        _ = Member.objects.get(pk=bob.pk).name


def test_bytes_moved_together_with_the_key_do_not_open_either():
    alice, bob = a_member(1, name="Alice"), a_member(2, name="Bob")
    write_raw(bob, "name", raw(alice, "name"))
    bob.key.wrapped = alice.key.wrapped
    bob.key.save()
    with pytest.raises(CannotOpen):
        _ = Member.objects.get(pk=bob.pk).name


def test_values_return_sealed_values_that_show_nothing():
    a_member(name="张三")
    for value in (
        Member.objects.values("name")[0]["name"],
        Member.objects.values_list("name", flat=True)[0],
        Member.objects.annotate(other=F("name")).values_list("other", flat=True)[0],
    ):
        assert repr(value) == "<sealed members.member.name>"
        for leak in (str, "{}".format, list, "%s".__mod__):
            with pytest.raises(SealedValueError, match="mask what you read"):
                leak(value)


@pytest.mark.parametrize("encoder", [json.JSONEncoder, DjangoJSONEncoder, JSONEncoder])
def test_json_refuses_a_sealed_value(encoder):
    a_member()
    row = Member.objects.values("name")[0]
    # SealedValueError is a TypeError: the one that Python's encoder raises by itself.
    with pytest.raises(TypeError):
        json.dumps(row, cls=encoder)
    with pytest.raises(SealedValueError):
        json.dumps(row, default=str)


@pytest.mark.parametrize("form", ["json", "xml", "python"])
def test_dumps_refuse_sealed_columns_dates_too(form):
    a_member()
    for field in ("name", "birthday"):
        with pytest.raises(SealedValueError, match="can't be serialized"):
            serializers.serialize(form, Member.objects.all(), fields=[field])


@pytest.mark.parametrize(
    "condition",
    [
        Q(name="张三"),
        Q(name__in=["张三"]),
        Q(name__icontains="张"),
        Q(name=None),
        Q(birthday=dt.date(1990, 2, 28)),
        Q(birthday__year=1990),
        Q(name=F("card_number")),
    ],
)
def test_sealed_columns_cannot_be_filtered_by(condition):
    with pytest.raises(SealedValueError, match="blind index"):
        Member.objects.filter(condition)


def test_null_can_be_filtered_by():
    a_member(1, birthday=None)
    a_member(2)
    assert Member.objects.filter(birthday__isnull=True).count() == 1


@pytest.mark.parametrize("value", ["李四", b"li", Value("li"), F("card_number"), 7])
def test_update_refuses_clear_text_and_expressions_and_changes_nothing(value):
    member = a_member()
    before = raw(member, "name")
    with pytest.raises(SealedValueError, match=r"save\(\) the row"), transaction.atomic():
        Member.objects.update(name=value)
    assert raw(member, "name") == before


def test_bulk_update_refuses_and_changes_nothing():
    member = a_member()
    before = raw(member, "name")
    member.name = "李四"
    with pytest.raises(SealedValueError, match="bulk_create"), transaction.atomic():
        Member.objects.bulk_update([member], ["name"])
    assert raw(member, "name") == before


def test_update_may_write_null_and_the_empty_text():
    member = a_member()
    Member.objects.update(birthday=None, name="")
    assert (raw(member, "birthday"), raw(member, "name")) == (None, b"")


def test_an_expression_cannot_be_set():
    with pytest.raises(SealedValueError):
        a_member().name = Value("clear")


def test_pickled_rows_carry_neither_clear_text_nor_keys():
    a_member(name="Zhang San")
    member = Member.objects.get()
    assert member.name == "Zhang San"
    pickled = pickle.dumps(member)
    assert b"Zhang" not in pickled
    assert b"_cipher" not in pickled
    assert pickle.loads(pickled).name == "Zhang San"


def test_a_row_that_waits_to_be_sealed_cannot_be_pickled():
    member = a_member()
    member.name = "Zhang San"
    with pytest.raises(SealedValueError, match="save the row first"):
        pickle.dumps(member)


def test_a_thousand_members_are_listed_and_opened_in_one_query(django_assert_num_queries):
    rows = [a_member(serial, name=f"member {serial}") for serial in range(1_000)]
    with django_assert_num_queries(1):
        names = {member.name for member in Member.objects.all()}
    assert names == {f"member {serial}" for serial in range(len(rows))}


def test_a_list_of_identities_joins_the_member_and_the_key(django_assert_num_queries):
    for serial in range(20):
        a_phone(a_member(serial), f"1380013{8000 + serial}")
    with django_assert_num_queries(1):
        rows = Identity.objects.select_related("member__key")
        phones = {identity.value for identity in rows}
    assert phones == {f"+861380013{8000 + serial}" for serial in range(20)}


def test_deferred_columns_are_loaded_when_read(django_assert_num_queries):
    a_member(name="张三")
    member = Member.objects.defer("name").get()
    with django_assert_num_queries(1):
        assert member.name == "张三"
    assert isinstance(member.__dict__["name"], Sealed)


def test_columns_left_out_by_only_are_loaded_when_read():
    a_member(name="张三")
    rows = Member.objects.select_related(None).only("card_number")
    assert rows.get().name == "张三"
