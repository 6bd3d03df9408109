"""Offers as the console's form sends them."""

from typing import Any

from django.urls import reverse

from campaigns.models import Offer

LIST = "/console/campaigns/offer/"
SKINCARE = {"field": "line.category", "op": "eq", "value": "skincare"}
STEP = {"min_amount": 10_000, "amount": 2_000}


def rows(name: str, *filled: dict[str, str]) -> dict[str, str]:
    """Rows of a form as the browser sends them."""
    sent = {f"{name}-TOTAL_FORMS": str(len(filled)), f"{name}-INITIAL_FORMS": "0"}
    for number, row in enumerate(filled):
        sent |= {f"{name}-{number}-{field}": value for field, value in row.items()}
    return sent


def form(
    *, steps: Any = ({"min_amount": "100.00", "amount": "20.00"},), parts: Any = (), **changes: Any
) -> dict[str, Any]:
    """Spend 100, save 20, from now on."""
    return {
        "kind": "STEPPED",
        "name_zh": "",
        "name_en": "Spring",
        "code": "spring",
        "form": "AMOUNT_OFF",
        "condition": "",
        "stacking": "STACKABLE",
        "valid_from_0": "2026-03-02",
        "valid_from_1": "14:00:00",
        "valid_until_0": "",
        "valid_until_1": "",
        "nth": "2",
        "min_quantity": "0",
        **rows("steps", *steps),
        **rows("parts", *parts),
        **changes,
    }


def saved(browser: Any, **changes: Any) -> Offer:
    answer = browser.post(f"{LIST}add/", form(**changes))
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    return Offer.objects.get()


def send(browser: Any, name: str, row: Offer, **fields: str) -> Any:
    """A dialog of the offer's page."""
    path = reverse(f"admin:campaigns_offer_{name}", args=[row.pk])
    return browser.post(path, {"_form_submitted": "True", **fields})


def shown(text: str) -> str:
    return text.replace("&#x27;", "'").replace("&amp;", "&")
