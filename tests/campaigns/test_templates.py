"""Texts: variables, amounts, languages, and limits on what an operator may type."""

import pytest

from campaigns.models import MessageTemplate
from campaigns.services import defaults, templates
from campaigns.services.templates import BrokenTemplate, MissingVariable, render, write

UPGRADE = {
    "currency": "CNY",
    "card_number": "88000001",
    "tier": "金卡",
    "coefficient": "1.5",
    "available_points": 12_345,
    "available_amount": 12_345,
}


def test_points_and_money_are_written_as_members_read_them():
    source = "{{ available_points | points }} = {{ available_amount | money }}"

    assert render(source, UPGRADE) == "12,345 = ¥123.45"
    assert render(source, {**UPGRADE, "currency": "USD"}) == "12,345 = $123.45"


def test_the_default_text_speaks_chinese_and_english():
    template = MessageTemplate(**defaults._TEMPLATE)

    chinese = write(template=template, language="zh-hans", variables=UPGRADE)
    english = write(template=template, language="en", variables={**UPGRADE, "tier": "Gold"})

    assert chinese.subject == "恭喜您升级为金卡会员"
    assert "积分按 1.5 倍累计" in chinese.body
    assert "12,345 可用积分，可抵 ¥123.45" in chinese.body
    assert english.subject == "Congratulations: you are now Gold"
    assert "12,345 points to spend, worth ¥123.45" in english.body


def test_a_language_without_a_text_gets_the_other_one():
    template = MessageTemplate(subject_zh="你好", body_zh="你好")

    assert write(template=template, language="en", variables={}).body == "你好"


@pytest.mark.parametrize(
    "source",
    [
        "{{ nickname }}",
        "{{ member.name }}",
        "{{ nickname | points }}",
    ],
)
def test_an_unknown_variable_is_an_error_and_never_a_gap(source):
    with pytest.raises(MissingVariable):
        render(source, UPGRADE)


def test_a_text_may_ask_whether_something_is_known_and_say_something_else():
    assert render("{{ nickname | default: 'you' }}", UPGRADE) == "you"
    assert render("{% if nickname %}{{ nickname }}{% else %}you{% endif %}", UPGRADE) == "you"


@pytest.mark.parametrize(
    "source",
    [
        "{% for i in (1..100000) %}x{% endfor %}",
        "{% for i in (1..900) %}{% for j in (1..900) %}x{% endfor %}{% endfor %}",
        "{% for i in (1..900) %}01234567890123456789{% endfor %}",
        "{% assign a = 'xxxxxxxxxx' %}" + "{% assign a = a | append: a %}" * 20,
        "{% if true %}" * 40 + "{% endif %}" * 40,
        "{% include 'secrets' %}",
        "{% render 'secrets' %}",
        "{{ tier",
        "{% nonsense %}",
        "{{ tier | nonsense }}",
        "{{ 1 | divided_by: 0 }}",
        "{{ tier | money }}",
    ],
)
def test_a_text_that_is_wrong_or_grows_over_the_limits_is_refused(source):
    with pytest.raises(BrokenTemplate):
        render(source, UPGRADE)


def test_an_object_gives_away_nothing_but_its_items():
    for path in ("__class__", "__init__.__globals__", "format"):
        with pytest.raises((MissingVariable, BrokenTemplate)):
            render("{{ tier." + path + " }}", UPGRADE)


def test_markup_is_escaped_in_html_and_left_alone_in_plain_text():
    variables = {"name": "<b>张 & Co</b>"}

    assert render("{{ name }}", variables) == "<b>张 & Co</b>"
    assert render("{{ name }}", variables, is_html=True) == "&lt;b&gt;张 &amp; Co&lt;/b&gt;"


def test_a_subject_is_one_line_so_that_no_header_can_be_slipped_in():
    template = MessageTemplate(subject_en="Hello\n{{ name }}", body_en="x")

    text = write(template=template, language="en", variables={"name": "A\r\nBcc: b@example.org"})

    assert text.subject == "Hello A Bcc: b@example.org"


@pytest.mark.parametrize(("subject", "body"), [("x" * 201, "x"), ("x", "x" * 4_001), ("x", " \n ")])
def test_a_text_that_has_no_room_or_says_nothing_is_refused(subject, body):
    template = MessageTemplate(subject_en=subject, body_en=body)

    with pytest.raises(BrokenTemplate):
        templates.write(template=template, language="en", variables={})
