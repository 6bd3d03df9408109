"""Two spellings of one identity are one text; what is no identity is refused with a reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.sealing import normalize
from members.sealing.normalize import BadIdentity


@pytest.mark.parametrize(
    "spelled",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "+86-138-0013-8000",
        "+86 (138) 0013.8000",
        "0086 138 0013 8000",
        "+8613800138000",
        "１３８００１３８０００",
        "＋８６　１３８　００１３　８０００",
        "\u202a138\u200b00138000\u202c",
    ],
)
def test_one_phone_in_many_spellings_is_plus_8613800138000(spelled):
    assert normalize.phone(spelled) == "+8613800138000"


def test_a_number_without_country_code_belongs_to_the_region_that_is_named():
    assert normalize.phone("020 7946 0958", region="GB") == "+442079460958"
    assert normalize.phone("+44 20 7946 0958") == "+442079460958"


def test_the_default_region_is_a_setting(settings):
    settings.PHONENUMBER_DEFAULT_REGION = "GB"
    assert normalize.phone("020 7946 0958") == "+442079460958"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not_a_number"),
        ("   ", "not_a_number"),
        ("1380013800O", "not_a_number"),
        ("13800138000 ext. 5", "not_a_number"),
        ("13800138000;ext=5", "not_a_number"),
        ("12", "not_in_numbering_plan"),
        ("1380013800", "not_in_numbering_plan"),
        ("+999 123456", "not_a_number"),
        ("'; DROP TABLE members;--", "not_a_number"),
    ],
)
def test_what_is_no_phone_is_refused_with_a_reason_and_not_quoted(text, reason):
    with pytest.raises(BadIdentity) as refused:
        normalize.phone(text)
    assert (refused.value.kind, refused.value.reason) == ("PHONE", reason)
    assert str(refused.value) == f"PHONE: {reason}"


@pytest.mark.parametrize(
    ("spelled", "expected"),
    [
        ("Li.Si@Example.COM", "li.si@example.com"),
        ("  li.si@example.com ", "li.si@example.com"),
        ("ｌｉ．ｓｉ＠ｅｘａｍｐｌｅ．ｃｏｍ", "li.si@example.com"),
        ("li@中国.cn", "li@xn--fiqs8s.cn"),
        ("li@xn--fiqs8s.cn", "li@xn--fiqs8s.cn"),
        ("STRASSE@bücher.example", "strasse@xn--bcher-kva.example"),
        ("张三@example.com", "张三@example.com"),
        ("li+news@example.com", "li+news@example.com"),
        ("li@example.com.", "li@example.com"),
    ],
)
def test_one_address_in_many_spellings(spelled, expected):
    assert normalize.email(spelled) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "li",
        "li@",
        "@example.com",
        "li@localhost",
        "li si@example.com",
        "li@exa mple.com",
        ".li@example.com",
        "li..si@example.com",
        "li@@example.com",
        "li@example..com",
        "li\n@example.com",
        "a" * 65 + "@example.com",
        "<li@example.com>",
    ],
)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(BadIdentity) as refused:
        normalize.email(text)
    assert refused.value.kind == "EMAIL"


def test_the_loose_form_has_no_dots_and_no_tag():
    assert normalize.email_loose("Li.Si+News@Example.com") == "lisi@example.com"
    assert normalize.email_loose("lisi@example.com") == "lisi@example.com"
    assert normalize.email_loose("+news@example.com") == "+news@example.com"


def test_a_card_is_upper_case_without_separators():
    assert normalize.card(" 88 0000-0000_013 ") == "8800000000013"
    assert normalize.card("ab-12.34") == "AB1234"
    assert normalize.card("８８０００００００００１３") == "8800000000013"


@pytest.mark.parametrize("text", ["", "---", "12", "88*000", "张三1234", "9" * 25])
def test_what_is_no_card_is_refused(text):
    with pytest.raises(BadIdentity, match="not_a_card_number"):
        normalize.card(text)


def test_a_name_is_folded_and_its_spaces_collapse():
    assert normalize.name("  Zhang   SAN ") == "zhang san"
    assert normalize.name("Ｚｈａｎｇ　ｓａｎ") == "zhang san"
    assert normalize.name("张 三") == "张 三"
    assert normalize.name(" ") == ""
    assert normalize.name("Straße") == "strasse"


def test_the_first_character_of_a_name():
    assert normalize.name_first("张三") == "张"
    assert normalize.name_first("") == ""


def test_an_openid_keeps_its_case():
    assert normalize.openid(" oXyz_AbC-123 ") == "oXyz_AbC-123"
    with pytest.raises(BadIdentity, match="not_an_id"):
        normalize.openid("o xyz")


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("CARD", "88-13x", "8813X"),
        ("PHONE", "138 0013 8000", "+8613800138000"),
        ("EMAIL", "Li@Example.com", "li@example.com"),
        ("WECHAT_OPENID", "oAb", "oAb"),
        ("WECHAT_UNIONID", "uAb", "uAb"),
        ("ALIPAY_UID", "2088123", "2088123"),
        ("EXTERNAL", "Crm:7", "Crm:7"),
    ],
)
def test_each_kind_has_its_normal_form(kind, text, expected):
    assert normalize.identity(kind, text) == expected


def test_an_unknown_kind_is_refused():
    with pytest.raises(BadIdentity, match="FAX: unknown_kind"):
        normalize.identity("FAX", "1")


def test_a_refusal_names_the_kind_of_id_that_was_bad():
    with pytest.raises(BadIdentity, match="ALIPAY_UID: not_an_id"):
        normalize.identity("ALIPAY_UID", "")


@given(st.sampled_from(["PHONE", "EMAIL", "CARD", "EXTERNAL"]), st.text(max_size=80))
def test_any_text_is_normalized_or_refused_and_a_normal_form_is_its_own(kind, text):
    try:
        normal = normalize.identity(kind, text)
    except BadIdentity:
        return
    assert normalize.identity(kind, normal) == normal


@given(st.text(max_size=80))
def test_the_normal_form_of_a_name_is_its_own(text):
    assert normalize.name(normalize.name(text)) == normalize.name(text)
