"""Policy texts are published once, and consents name one that the member could have read."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction

from members.models import AuditRecord, Consent, PolicyDocument
from members.selectors import policies as selectors
from members.selectors.policies import UnknownPolicyVersion
from members.services import consents, policies
from members.services.consents import ConsentGiven, Occasion
from members.services.policies import (
    PolicyIncomplete,
    PolicyInForceSince,
    PolicyPublished,
    Text,
)
from tests import world

pytestmark = pytest.mark.django_db
FIRST = Text(
    kind="PRIVACY",
    version="2026-01",
    language="zh-hans",
    title="隐私政策",
    text="我们收集手机号。\n用于积分。",
    effective_at=world.NOW - timedelta(days=30),
)
SECOND = replace(FIRST, version="2026-04", text="新的", effective_at=world.NOW + timedelta(days=30))


def publish(text):
    return policies.publish(text=text, at=world.NOW)


def say(member, version, *, is_granted=True):
    given = [ConsentGiven("MARKETING", "SMS", is_granted, version)]
    occasion = Occasion(occurred_at=world.NOW, source="till")
    return consents.record(member=member, given=given, occasion=occasion, at=world.NOW)


def test_the_hash_is_that_of_the_text_whatever_ends_its_lines(shop):
    row = publish(replace(FIRST, text="我们收集手机号。\r\n用于积分。\r\n"))

    expected = hashlib.sha256("我们收集手机号。\n用于积分。".encode()).hexdigest()
    assert row.sha256 == expected
    assert publish(FIRST) == row
    assert AuditRecord.objects.filter(action="policy.publish").count() == 1


def test_a_published_version_never_says_anything_else(shop):
    row = publish(FIRST)

    with pytest.raises(PolicyPublished):
        publish(replace(FIRST, text="etwas anderes"))
    with pytest.raises(ProgrammingError), transaction.atomic():
        PolicyDocument.objects.update(text="changed")
    assert PolicyDocument.objects.get().sha256 == row.sha256


def test_a_version_holds_from_one_instant_in_all_languages(shop):
    publish(FIRST)
    english = replace(FIRST, language="en", title="Privacy policy", text="We collect phones.")

    with pytest.raises(PolicyInForceSince):
        publish(replace(english, effective_at=world.NOW))
    assert PolicyDocument.objects.count() == 1
    publish(english)
    assert [row.language for row in selectors.texts(at=world.NOW)] == ["en", "zh-hans"]


@pytest.mark.parametrize(
    "bad",
    [{"text": " "}, {"title": ""}, {"version": ""}, {"language": "xx"}, {"kind": "OTHER"}],
    ids=str,
)
def test_an_incomplete_text_is_refused(shop, bad):
    with pytest.raises(PolicyIncomplete):
        publish(replace(FIRST, **bad))
    assert not PolicyDocument.objects.exists()


def test_the_last_one_that_has_begun_is_in_force(shop):
    publish(FIRST)
    publish(SECOND)

    def held(at):
        return selectors.in_force(kind="PRIVACY", at=at)

    assert held(FIRST.effective_at - timedelta(microseconds=1)) is None
    assert held(FIRST.effective_at) == "2026-01"
    assert held(SECOND.effective_at - timedelta(microseconds=1)) == "2026-01"
    assert held(SECOND.effective_at) == "2026-04"


def test_before_the_first_text_the_setting_names_the_version(shop, settings):
    settings.POLICY_VERSION = "s-1"
    assert selectors.current_version(at=world.NOW) == "s-1"

    publish(FIRST)
    assert selectors.current_version(at=world.NOW) == "2026-01"


def test_while_nothing_is_published_consents_name_what_they_like(alice):
    say(alice, "whatever")

    assert Consent.objects.get().policy_version == "whatever"


def test_a_consent_to_an_unknown_version_is_refused_and_changes_nothing(alice):
    publish(FIRST)

    with pytest.raises(UnknownPolicyVersion) as refused:
        say(alice, "2025-99")
    assert refused.value.details == {"versions": ["2025-99"]}
    assert not Consent.objects.exists()
    say(alice, "2026-01")
    assert Consent.objects.get().is_granted


def test_a_withdrawal_is_never_refused(alice):
    publish(FIRST)

    say(alice, "2025-99", is_granted=False)

    assert not Consent.objects.get().is_granted


def test_known_versions_cost_no_query(alice, django_assert_num_queries):
    publish(FIRST)
    selectors.check_known(["2026-01"], at=world.NOW)

    with django_assert_num_queries(0):
        selectors.check_known(["2026-01"], at=world.NOW)
