"""Whoever works for one store sees, by any id in any place, nothing that belongs to another one.

Generated over all pages of the console and all calls of the API that name an object: a new page of
rows that lead to a store or a member says how (`store_path`), or stands here with a reason.
"""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client as Browser
from django.urls import get_resolver, reverse

from loyalty.models import Order
from members.api import authentication
from members.models import Member, Store, User
from tests import world
from tests.console import stock

pytestmark = pytest.mark.django_db
# Narrowed by the page itself; here is where a row's store is found.
OTHERWISE = {
    "campaigns.OfferUse": "",
    "members.ApiClient": "stores",
    "members.ApprovalRequest": "member__store",
    "members.Community": "store",
    "members.DuplicateCandidate": "first__store",
    "members.MemberMerge": "survivor__store",
    "members.User": "stores",
}
# The whole chain's, though a column names a store or a member.
OF_THE_CHAIN = {
    "campaigns.Offer": "an offer may be limited to stores; every till quotes by it",
    "loyalty.CouponType": "as offers",
    "loyalty.EarningRule": "as offers",
}
PAGES = {model._meta.label: page for model, page in admin.site._registry.items()}
HIDDEN = {302, 403, 404, 405}


def path_of(label: str) -> str:
    return PAGES[label].store_path or OTHERWISE.get(label, "")


def leads_to_a_store(model: Any) -> bool:
    related = {field.related_model for field in model._meta.get_fields() if field.concrete}
    return bool(related & {Store, Member}) or model in (Store, Member)


def test_every_page_of_rows_that_lead_to_a_store_says_how():
    silent = {
        label
        for label, page in PAGES.items()
        if leads_to_a_store(page.model) and not page.store_path
    }

    assert silent - OTHERWISE.keys() - OF_THE_CHAIN.keys() == set()


@pytest.fixture
def browsers(keys_made: None, empty_cache: None) -> dict[str, Browser]:
    """Of one person per store, with every right there is but no whole chain."""
    authentication.forget()
    world.open_shop()
    stock.fill()
    return {code: _browser(code) for code in ("SH01", "BJ01")}


def _browser(code: str) -> Browser:
    user = world.operator(f"of-{code}", store_codes=[code])
    User.objects.filter(pk=user.pk).update(is_staff=True)
    user.user_permissions.set(Permission.objects.all())
    browser = Browser(raise_request_exception=False)
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def rows_of(label: str, code: str) -> Any:
    """Rows of that store alone."""
    path = path_of(label)
    rows = PAGES[label].model._default_manager.all()
    return rows.filter(code=code) if path == "pk" else rows.filter(**{f"{path}__code": code})


def addresses(label: str, row: Any) -> list[str]:
    """The row's page, its history, and each deed on it."""
    page = PAGES[label]
    name = f"{page.opts.app_label}_{page.opts.model_name}"
    deeds = [f"admin:{name}_{deed}" for deed in page.actions_detail]
    own = [f"admin:{name}_change", f"admin:{name}_history", f"admin:{name}_delete"]
    return [reverse(one, args=[row.pk]) for one in (*own, *deeds)]


def test_no_page_history_or_deed_opens_what_belongs_to_another_store(browsers):
    opened, seen = {}, set()
    for label in PAGES:
        if not path_of(label):
            continue
        for code, other in (("SH01", "BJ01"), ("BJ01", "SH01")):
            row = rows_of(label, code).order_by("pk").last()
            if row is None:
                continue
            seen.add(label)
            answers = {one: browsers[other].get(one) for one in addresses(label, row)}
            opened |= {
                one: a.status_code for one, a in answers.items() if a.status_code not in HIDDEN
            }

    assert opened == {}
    assert len(seen) >= 14


def test_no_list_shows_what_belongs_to_another_store_however_one_asks(browsers):
    shown = {}
    for label, page in PAGES.items():
        if not path_of(label):
            continue
        name = f"admin:{page.opts.app_label}_{page.opts.model_name}_changelist"
        for code, other in (("SH01", "BJ01"), ("BJ01", "SH01")):
            pks = list(rows_of(label, code).values_list("pk", flat=True)[:50])
            if not pks:
                continue
            for query in ({}, {"id__in": ",".join(map(str, pks))}, {"id__exact": pks[0]}):
                answer = browsers[other].get(reverse(name), query, follow=True)
                listed = {one.pk for one in answer.context["cl"].result_list}
                if listed & set(pks):
                    shown[(label, other, str(query))] = listed & set(pks)

    assert shown == {}


def test_box_palette_and_suggestions_name_no_member_order_or_store_of_another_store(browsers):
    member = Member.objects.filter(store__code="BJ01").first()
    order = Order.objects.filter(store__code="BJ01").first()
    assert member is not None
    assert order is not None
    browser = browsers["SH01"]

    for text in (member.card_number, order.external_id):
        found = browser.post("/console/search/", {"s": text}).content.decode()
        assert f"/{member.pk}/change/" not in found
        assert f"/{order.pk}/change/" not in found
    assert (
        browser.post(reverse("admin:members_counter_card"), {"member": member.uid}).status_code
        == 404
    )
    search = browser.post(reverse("admin:members_member_search"), {"text": member.card_number})
    assert search["Location"].endswith("id__in=0")
    suggested = browser.get(
        reverse("admin:autocomplete"),
        {"app_label": "members", "model_name": "user", "field_name": "stores", "term": ""},
    )
    assert "三里屯" not in suggested.content.decode()
    assert "Sanlitun" not in suggested.content.decode()


# The API


def test_a_client_of_one_store_reads_no_order_of_another_one(browsers):
    till = world.till(source="till", store_codes=["SH01"])
    order = Order.objects.filter(store__code="BJ01").first()
    assert order is not None
    order_calls = [
        ("get", f"orders/{order.uid}"),
        ("post", f"orders/{order.uid}/refunds/preview"),
        ("post", f"orders/{order.uid}/refunds"),
        ("post", f"orders/{order.uid}/completion"),
    ]

    answers = {
        path: till.get(path) if method == "get" else till.post(path, {"external_id": "x"})
        for method, path in order_calls
    }

    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(
        answers, 404
    )


def test_urls_with_ids_are_known_to_this_file():
    """A new call that names an object of a store is tried above, or is one of these."""
    names = {
        f"api:{pattern.name}"
        for outer in get_resolver().url_patterns
        if getattr(outer, "namespace", "") == "api"
        for pattern in outer.url_patterns
        if getattr(getattr(pattern, "pattern", None), "converters", None)
    }
    of_orders = {name for name in names if name.startswith("api:order")}
    # A member is served in every store: who knows the id or the whole phone number may read.
    of_members = {name for name in names if name.startswith("api:member")}
    # Ids that only who made them knows, or codes that are money to whoever holds them.
    of_bearers = {
        name
        for name in names
        if name.startswith(("api:hold-", "api:coupon-", "api:quote-", "api:me-"))
    }

    assert names - of_orders - of_members - of_bearers == set()
