"""What an operator types: mistakes by place and remedy, short messages counted, nothing hangs."""

import time

import pytest

from campaigns.rules import sms_texts, texts, wechat_fields
from campaigns.rules.text_filters import Yearly
from campaigns.rules.text_mistakes import mistakes
from campaigns.rules.texts import Broken, MissingHere
from campaigns.rules.wechat_fields import Unfit

KNOWN = ("name", "available_points", "coupon_code", "expiring_on")
TOLD = {"currency": "CNY", "language": "zh", "name": "张<b>", "available_points": 12_345}

# Each of these once took gigabytes, hours, or somebody else's text.
HOSTILE = (
    "{% for i in (1..1000000000) reversed %}x{% endfor %}",
    "{% for i in (1..available_points) reversed %}x{% endfor %}",
    "{{ (1..1000000000) | join: ',' }}",
    "{% if (1..1000000000) contains 5 %}x{% endif %}",
    "{{ 'x'" + " | replace: 'x', 'xxxxxxxxxx'" * 30 + " }}",
    "{% assign a = 9 %}" + "{% assign a = a | times: a %}" * 30,
    "{% assign a = 'xxxxxxxxxx' %}" + "{% assign a = a | append: a %}" * 20,
    "{% for i in (1..900) %}{% for j in (1..900) %}x{% endfor %}{% endfor %}",
    "{% for i in (1..900) %}01234567890123456789{% endfor %}",
    "{% capture a %}{% for i in (1..900) %}{{ name }}{{ name }}{{ name }}{{ name }}{{ name }}"
    "{% endfor %}{% endcapture %}" + "{{ a }}" * 40,
    "{% for i in (1..1000) %}{{ name" + " | replace: 'b', 'a'" * 300 + " }}{% endfor %}",
    "{% for i in (1..1000) %}" + "{{ empty }}" * 700 + "{% endfor %}",
    "{% for i in (1..1000) %}" + "{% if name contains 'x' %}{% endif %}" * 200 + "{% endfor %}",
    "{% assign a = name | split: '' %}{% for i in a %}" + "{{ empty }}" * 700 + "{% endfor %}",
    "{% if " + "(" * 3_000,
    "{{ " + "a[" * 2_000,
    "{{ 1" + "9" * 5_000 + " }}",
    "{{ 'a' | truncate: 99999999999999999999999 }}",
    "{% include 'secrets' %}",
    "{% render 'secrets' %}",
    "{% liquid echo name %}",
    "{% tablerow i in (1..10) %}{% endtablerow %}",
    "{% macro x %}{% endmacro %}",
    "{{ 'now' | date: '%Y' }}",
    "{{ name | safe }}",
    "{{ name | base64_encode }}",
    "{{ name | json }}",
)


@pytest.mark.parametrize("source", HOSTILE)
def test_hostile_texts_are_refused_in_no_time(source):
    began = time.perf_counter()
    with pytest.raises(Broken):
        texts.fill_in(source, TOLD)
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    "path", ["__class__", "__class__.__mro__[1]", "__init__.__globals__", "format", "upper"]
)
def test_a_variable_gives_away_nothing_of_what_it_is_made_of(path):
    with pytest.raises((MissingHere, Broken)):
        texts.fill_in("{{ name." + path + " }}", TOLD)


def test_what_a_name_holds_is_never_markup_nor_another_template():
    assert texts.fill_in("{{ name }}", TOLD, is_html=True) == "张&lt;b&gt;"
    told = {**TOLD, "name": "{{ available_points }}{% include 'x' %}"}
    assert texts.fill_in("{{ name }}", told) == "{{ available_points }}{% include 'x' %}"


def test_what_a_text_needs_is_told_without_writing_it():
    source = "{% if name %}{{ name }}{% endif %}{% assign x = available_points %}{{ x | money }}"

    assert texts.needed(source) == {"name", "available_points"}
    assert texts.needed("{% if coupon_code") == frozenset()


@pytest.mark.parametrize(
    ("source", "line", "code"),
    [
        ("a\nb {{ nmae }}", 2, "unknown_variable"),
        ("{{ name", 1, "output_not_closed"),
        ("x\n\n{% if name %}y", 3, "block_not_closed"),
        ("{% endif %}", 1, "tag_without_block"),
        ("{{ name | monney }}", 1, "unknown_filter"),
        ("\n{% include 'x' %}", 2, "unknown_tag"),
        ("{% for i in (1..5000) %}{% endfor %}", 1, "range_out_of_bounds"),
        ("{% for i in (1..1000) %}" + "{{ i }}" * 60 + "{% endfor %}", 1, "too_much_in_loops"),
        ("{{ name name }}", 1, "two_words"),
        ("{% if name = 'x' %}y{% endif %}", 1, "single_equals"),
        ("{{ name.first }}", 1, "has_no_parts"),
        ("您好 {name}", 1, "single_braces"),
        ("{% if true %}" * 40 + "{% endif %}" * 40, 1, "too_deep"),
        ("{{ }}", 1, "unreadable"),
    ],
)
def test_a_mistake_is_told_with_its_line(source, line, code):
    found = mistakes(source, known=KNOWN)[0]

    assert (found.line, found.code) == (line, code)


@pytest.mark.parametrize(
    ("language", "given", "shown"),
    [
        ("zh", "2026-12-31", "12月31日"),
        ("zh", "2027-01-05", "2027年1月5日"),
        ("zh", "2025-12-31", "2025年12月31日"),
        ("en", "2026-12-31", "31 December"),
        ("en", "2027-01-05", "5 January 2027"),
        ("zh", Yearly("1992-09-18"), "9月18日"),
        ("en", Yearly("1992-09-18"), "18 September"),
    ],
)
def test_a_day_of_another_year_is_told_with_it_and_a_birthday_never(language, given, shown):
    told = {"language": language, "today": "2026-11-23", "given": given}

    assert texts.fill_in("{{ given | day }}", told) == shown


def test_a_name_that_is_nearly_right_is_offered():
    assert mistakes("{{ coupon_cod }}", known=KNOWN)[0].values["nearest"] == "coupon_code"
    assert mistakes("{{ name | pionts }}", known=KNOWN)[0].values["nearest"] == "points"


def test_a_good_text_has_no_mistake():
    source = "{{ name | default: '您' }} {{ available_points | points }} {{ expiring_on | day }}"

    assert mistakes(source, known=KNOWN) == []


@pytest.mark.parametrize(
    ("text", "units", "parts", "left"),
    [
        ("", 0, 0, 160),
        ("a" * 160, 160, 1, 0),
        ("a" * 161, 161, 2, 145),
        ("[" * 80, 160, 1, 0),
        ("中" * 70, 70, 1, 0),
        ("中" * 71, 71, 2, 63),
        ("中" * 134, 134, 2, 0),
        ("中" * 135, 135, 3, 66),
        ("😀" * 35, 70, 1, 0),
        ("a" * 70 + "，", 71, 2, 63),
        # A sign of two places isn't cut in two: 33 emoji are a part, whose last place stays empty.
        ("😀" * 66, 132, 2, 1),
        ("😀" * 67, 134, 3, 65),
        ("中" * 66 + "😀" + "中" * 66, 134, 3, 66),
        ("中" * 67 + "😀" + "中" * 65, 134, 2, 0),
        ("a" * 152 + "€" + "a" * 152, 306, 3, 152),
        ("a" * 153 + "€" + "a" * 151, 306, 2, 0),
    ],
)
def test_short_messages_are_counted_as_gateways_do(text, units, parts, left):
    found = sms_texts.length(text)

    assert (found.units, found.parts, found.left) == (units, parts, left)


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("thing1", "燕麦拿铁礼盒", "燕麦拿铁礼盒"),
        ("thing1", "一" * 25, "一" * 19 + "…"),
        ("thing2", "两\n行", "两 行"),
        ("date3", "2026-12-31", "2026年12月31日"),
        ("time4", "2026-12-01 15:00", "2026年12月1日 15:00"),
        ("amount5", "¥1,234.50", "¥1234.50"),
        ("number6", "1,280", "1280"),
        ("character_string7", "K7M2Q9XWHT", "K7M2Q9XWHT"),
        ("name8", "王小梅", "王小梅"),
        ("phrase9", "已到期", "已到期"),
    ],
)
def test_what_wechat_takes_is_written_its_way(field, value, shown):
    assert wechat_fields.fit(field, value) == shown


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("thing1", ""),
        ("number1", "12 件"),
        ("date1", "tomorrow"),
        ("amount1", "about 10"),
        ("name1", "一二三四五六七八九十一"),
        ("phrase1", "六个汉字太长"),
        ("character_string1", "有汉字"),
        ("nonsense1", "x"),
        ("thing", "x"),
    ],
)
def test_what_wechat_would_refuse_is_refused_here(field, value):
    with pytest.raises(Unfit):
        wechat_fields.fit(field, value)
