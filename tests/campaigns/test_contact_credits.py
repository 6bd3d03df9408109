"""Messages that members grant one by one: noted once, and never used twice."""

from collections import Counter

import pytest

from campaigns.models import ContactCredit
from campaigns.services import contact_credits
from campaigns.services.contact_credits import Grant, NotACount
from tests.campaigns.shop import NOW
from tests.parallel import at_once

ORDER = "tmpl-order"


def grant(member, *, count=1, key="k-1", template=ORDER):
    given = Grant(
        member_id=member.pk,
        medium="WECHAT",
        template=template,
        count=count,
        source="mini",
        key=key,
    )
    return contact_credits.grant(grant=given, at=NOW)


def named(member, template=ORDER):
    return {"member_id": member.pk, "medium": "WECHAT", "template": template}


@pytest.mark.django_db
def test_the_same_grant_again_counts_once(alice):
    assert [grant(alice), grant(alice), grant(alice, key="k-2", count=2)] == [1, 1, 3]
    assert [grant(alice, key=""), grant(alice, key="")] == [4, 5]


@pytest.mark.django_db
def test_a_credit_is_for_one_template_and_one_message(alice):
    grant(alice)

    assert not contact_credits.take(**named(alice, "tmpl-other"), at=NOW)
    assert contact_credits.take(**named(alice), at=NOW)
    assert not contact_credits.take(**named(alice), at=NOW)
    assert contact_credits.give_back(**named(alice), at=NOW)
    assert contact_credits.left(**named(alice)) == 1


@pytest.mark.django_db
def test_taking_back_leaves_nothing(alice):
    grant(alice, count=5)

    assert grant(alice, count=0, key="k-2") == 0
    assert not contact_credits.take(**named(alice), at=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize("count", [-1, 21])
def test_a_grant_of_too_many_is_refused(alice, count):
    with pytest.raises(NotACount):
        grant(alice, count=count)
    assert ContactCredit.objects.count() == 0


@pytest.mark.django_db
def test_nobody_hoards_more_than_a_thousand(alice):
    grant(alice)
    ContactCredit.objects.update(left_count=995)

    assert grant(alice, count=20, key="k-2") == 1_000


@pytest.mark.django_db(transaction=True)
def test_of_six_who_take_the_last_two_credits_at_once_two_get_one(alice):
    grant(alice, count=2)

    def take():
        return contact_credits.take(**named(alice), at=NOW)

    assert Counter(at_once(*[take] * 6)) == {False: 4, True: 2}
    assert contact_credits.left(**named(alice)) == 0
