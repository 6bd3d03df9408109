"""Whoever works for one store sees, by any id in any place, nothing that belongs to another one.

Generated over all pages of the console and all calls of the API that name an object: a new page of
rows that lead to a store or a member says how (`store_path`), or stands here with a reason.
"""

from itertools import chain
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
from tests.loyalty import till as tills

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
    "campaigns.Campaign": "a pilot's stores say whose members it is for; marketers see it whole",
    "campaigns.Offer": "an offer may be limited to stores; every till quotes by it",
    "loyalty.Benefit": "as offers",
    "loyalty.CouponType": "as offers",
    "loyalty.EarningRule": "as offers",
    "loyalty.Reward": "as offers",
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
    rows = PAGES[label].model._default_manager.order_by("-pk")
    return rows.filter(code=code) if path == "pk" else rows.filter(**{f"{path}__code": code})


def foreign(label: str) -> tuple[list[Any], str]:
    """Rows of one store, and the other store: who works there must not see them."""
    for code, other in (("BJ01", "SH01"), ("SH01", "BJ01")):
        if rows := list(rows_of(label, code)[:20]):
            return rows, other
    return [], ""


def addresses(label: str, row: Any) -> list[str]:
    """The row's page, its history, and each deed on it."""
    page = PAGES[label]
    name = f"{page.opts.app_label}_{page.opts.model_name}"
    # Some stand in a menu of their own.
    named = [
        one.get("items", ()) if isinstance(one, dict) else (one,) for one in page.actions_detail
    ]
    deeds = [f"admin:{name}_{deed}" for deed in chain.from_iterable(named)]
    return [
        reverse(one, args=[row.pk])
        for one in (f"admin:{name}_change", f"admin:{name}_history", *deeds)
    ]


def test_no_page_history_deed_or_list_shows_what_belongs_to_another_store(browsers):
    opened: dict[str, int] = {}
    listed: dict[str, set[int]] = {}
    seen: set[str] = set()
    for label, page in PAGES.items():
        rows, other = foreign(label) if path_of(label) else ([], "")
        if not rows:
            continue
        seen.add(label)
        browser = browsers[other]
        answers = {one: browser.get(one).status_code for one in addresses(label, rows[0])}
        opened |= {one: status for one, status in answers.items() if status not in HIDDEN}
        name = f"admin:{page.opts.app_label}_{page.opts.model_name}_changelist"
        pks = {row.pk for row in rows}
        asked = browser.get(reverse(name), {"id__in": ",".join(map(str, pks))}, follow=True)
        if shown := pks & {one.pk for one in asked.context["cl"].result_list}:
            listed[label] = shown

    assert opened == {}
    assert listed == {}
    assert len(seen) >= 14
    _box_palette_and_suggestions_name_nothing(browsers["SH01"])


def _box_palette_and_suggestions_name_nothing(browser: Browser) -> None:
    member = Member.objects.filter(store__code="BJ01").first()
    order = Order.objects.filter(store__code="BJ01").first()
    assert member is not None
    assert order is not None
    for text in (member.card_number, order.external_id):
        found = browser.post("/console/search/", {"s": text}).content.decode()
        assert reverse("admin:members_member_change", args=[member.pk]) not in found
        assert reverse("admin:loyalty_order_change", args=[order.pk]) not in found
    card = browser.post(reverse("admin:members_counter_card"), {"member": member.uid})
    assert card.status_code == 404
    search = browser.post(reverse("admin:members_member_search"), {"text": member.card_number})
    assert search["Location"].endswith("id__in=0")
    suggested = browser.get(
        reverse("admin:autocomplete"),
        {"app_label": "members", "model_name": "user", "field_name": "stores", "term": ""},
    )
    assert "三里屯" not in suggested.content.decode()
    assert "Sanlitun" not in suggested.content.decode()


# The API


def test_a_client_of_one_store_reads_no_order_of_another_one(keys_made, empty_cache):
    authentication.forget()
    world.open_shop()
    world.register(world.BOB)
    sold = tills.sell("B-1", tills.line("1", 90_000), phone="13900139000", store="BJ01")
    uid = Order.objects.get(external_id="B-1").uid
    client = world.till(source="shanghai", store_codes=["SH01"])
    refund = {
        "external_id": "R-1",
        "occurred_at": world.NOW.isoformat(),
        "lines": [{"line_id": "1", "quantity": "1", "refund_amount": 100}],
    }

    answers = {
        "order": client.get(f"orders/{uid}"),
        "preview": client.post(f"orders/{uid}/refunds/preview", refund),
        "refund": client.post(f"orders/{uid}/refunds", refund),
    }

    assert sold
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(
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
        if name.startswith(("api:hold-", "api:coupon-", "api:quote-", "api:me-", "api:redemption"))
    }

    # Groups that marketers made over the whole chain, and whether a member is in one; its rewards.
    of_the_chain = {name for name in names if name.startswith(("api:segment", "api:reward"))}

    assert names - of_orders - of_members - of_bearers - of_the_chain == set()
