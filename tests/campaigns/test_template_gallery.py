"""Ready texts: each can be written in both languages, and stays what operators made of it."""

import pytest

from campaigns.models import MessageTemplate
from campaigns.registry import variables as registry
from campaigns.registry.ready_texts import READY
from campaigns.rules import sms_texts
from campaigns.services import template_checks, template_gallery, templates
from campaigns.services.templates import MissingVariable
from members.errors import NotFound

CODES = (
    *("first-order", "profile", "birthday", "viewed-not-bought", "cart-not-paid", "repurchase"),
    *("points-lapsing", "benefit-lapsing", "tier-near", "tier-upgraded", "dormant-60"),
    *("dormant-90", "health-fallen", "referral-ladder", "community-invitation", "flash-sale"),
    *("sign-up-gift", "survey-after-service", "sale-day"),
)


def told(language, **without):
    return {"currency": "CNY", **registry.samples(language), **without}


def test_there_is_a_text_for_every_recipe():
    assert set(READY) == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_ready_text_has_no_mistake_and_is_at_most_four_short_messages(code):
    texts = template_gallery.frozen(code)

    assert template_checks.problems(texts) == []
    for language in ("zh-hans", "en"):
        text = templates.write_frozen(texts=texts, language=language, variables=told(language))
        assert text.subject
        assert 1 <= sms_texts.length(text.body).parts <= 4
        # English keeps to the alphabet of which 160 signs are one message.
        plain = text.subject + text.body.replace("¥", "")
        assert language != "en" or not sms_texts.length(plain).is_unicode


@pytest.mark.parametrize("code", CODES)
def test_a_member_without_name_store_or_coupon_is_written_to_as_well(code):
    texts = template_gallery.frozen(code)
    lacking = {"name", "store", "coupon", "coupon_code", "coupon_until", "product_price"}

    for language in ("zh-hans", "en"):
        variables = {name: value for name, value in told(language).items() if name not in lacking}
        body = templates.write_frozen(texts=texts, language=language, variables=variables).body
        assert "券码" not in body
        assert "code K7" not in body


def test_what_it_is_about_is_never_left_out():
    texts = template_gallery.frozen("points-lapsing")

    with pytest.raises(MissingVariable):
        templates.write_frozen(texts=texts, language="en", variables={"currency": "CNY"})


@pytest.mark.django_db
def test_installing_again_keeps_what_an_operator_changed():
    template = template_gallery.install("birthday")
    assert template.code == "recipe-birthday"
    MessageTemplate.objects.filter(pk=template.pk).update(subject_en="Ours")

    assert template_gallery.install("birthday").subject_en == "Ours"
    assert len(template_gallery.install_all()) == MessageTemplate.objects.count() == 19
    with pytest.raises(NotFound):
        template_gallery.install("nonsense")
