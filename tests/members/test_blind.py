"""Blind indexes: equal values are found, and the index tells nothing else."""

import pytest
from django.db import IntegrityError, transaction

from members.models import Identity, IndexKey
from members.sealing import blind, normalize
from members.sealing.root import KeysUnusable
from members.services import keys as key_service
from tests.members.sealed_rows import a_member, a_phone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys_made")]


def phone_index(text: str) -> bytes:
    return blind.index("PHONE", normalize.phone(text))


@pytest.mark.parametrize(
    "spelled", ["138 0013 8000", "+86-138-0013-8000", "１３８００１３８０００"]
)
def test_spellings_of_one_phone_have_one_index_of_32_bytes(spelled):
    assert phone_index(spelled) == phone_index("13800138000")
    assert len(phone_index(spelled)) == 32


def test_another_phone_has_another_index():
    assert phone_index("13800138000") != phone_index("13800138001")


def test_the_same_text_of_another_kind_has_another_index():
    kinds = ("CARD", "EXTERNAL", "WECHAT_OPENID", "ALIPAY_UID")
    assert len({blind.index(kind, "8800000000013") for kind in kinds}) == 4


def test_the_index_is_stable_when_keys_are_forgotten_and_loaded_again():
    before = phone_index("13800138000")
    blind.forget()
    assert phone_index("13800138000") == before


def test_another_installation_has_another_index():
    before = phone_index("13800138000")
    IndexKey.objects.all().delete()
    blind.forget()
    key_service.init()
    assert phone_index("13800138000") != before


def test_last_four_digits_have_an_index_of_their_own():
    found = blind.last_four("PHONE", "+8613800138000")
    assert found == blind.last_four("PHONE", "+8613911118000")
    assert found == blind.last_four_of("PHONE", "8000")
    assert found != blind.last_four("PHONE", "+8613800138001")
    assert found != blind.last_four("CARD", "+8613800138000")
    assert found != blind.index("PHONE", "8000")


def test_a_short_value_has_no_last_four():
    assert blind.last_four("EXTERNAL", "8000") is None


def test_an_empty_text_has_no_index():
    with pytest.raises(ValueError, match="An empty text has no index"):
        blind.index("name_whole", "")


def test_a_kind_without_a_key_says_what_to_do():
    with pytest.raises(KeysUnusable, match=r"naming it in blind\.PURPOSES"):
        blind.index("FAX", "1")


def test_keys_are_loaded_once_per_process(django_assert_num_queries):
    blind.forget()
    with django_assert_num_queries(1):
        blind.index("PHONE", "+8613800138000")
        blind.index("EMAIL", "li@example.com")
        blind.last_four("PHONE", "+8613800138000")


def test_a_member_is_found_by_any_spelling_of_the_phone():
    member = a_member()
    a_phone(member, "138 0013 8000")
    found = Identity.objects.get(kind="PHONE", digest=phone_index("+86-138-0013-8000"))
    assert found.member == member


def test_the_database_keeps_one_phone_with_one_member():
    a_phone(a_member(1), "138 0013 8000")
    with pytest.raises(IntegrityError), transaction.atomic():
        a_phone(a_member(2), "+86-138-0013-8000")
    assert Identity.objects.count() == 1
