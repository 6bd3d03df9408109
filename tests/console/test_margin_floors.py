"""Margin floors in the console: of a product or a category, as words, refused at their fields."""

import pytest

from campaigns.models import MarginFloor
from loyalty.models import Product
from tests.console import staff

pytestmark = pytest.mark.django_db
LIST = "/console/campaigns/marginfloor/"


@pytest.fixture
def manager(shop):
    Product.objects.create(sku="CREAM", name_en="Day cream", category="face")
    return staff.logged_in("li", "marketing_manager")


def form(**changes):
    return {"sku": "", "category": "", "floor_amount": "", "cost_percent": "", **changes}


def test_a_floor_is_of_a_product_or_a_category(manager):
    manager.post(f"{LIST}add/", form(sku="CREAM", floor_amount="50.00", cost_percent="110"))
    manager.post(f"{LIST}add/", form(category="face", cost_percent="100"))

    rows = MarginFloor.objects.values_list("sku", "category", "floor_amount", "cost_percent")
    assert sorted(rows) == [("", "face", None, 100), ("CREAM", "", 5_000, 110)]
    listed = staff.text(manager.get(LIST))
    assert "Day cream" in listed
    assert "¥50.00 a piece, and never below 110 % of cost" in listed
    assert "every product of the category" in listed


@pytest.mark.parametrize(
    ("field", "changes", "refusal"),
    [
        ("sku", {"floor_amount": "5"}, "Name a product or a category."),
        ("category", {"sku": "CREAM", "category": "face", "floor_amount": "5"}, "not both"),
        ("sku", {"sku": "MUG", "floor_amount": "5"}, "no product with this number"),
        ("floor_amount", {"category": "face"}, "an amount or a part of cost"),
        ("floor_amount", {"category": "face", "floor_amount": "-1"}, "greater than or equal"),
        ("cost_percent", {"category": "face", "cost_percent": "1001"}, "less than or equal"),
        ("category", {"category": "hair", "floor_amount": "5"}, "has a floor already"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(manager, field, changes, refusal):
    MarginFloor.objects.create(category="hair", floor_amount=1)

    answer = manager.post(f"{LIST}add/", form(**changes))

    assert refusal in staff.text(answer)
    assert next(iter(answer.context["adminform"].form.errors)) == field
    assert MarginFloor.objects.count() == 1


def test_a_floor_is_changed_and_taken_away_by_0(manager):
    floor = MarginFloor.objects.create(category="hair", floor_amount=1_000)

    manager.post(f"{LIST}{floor.pk}/change/", {"floor_amount": "0", "cost_percent": ""})

    floor.refresh_from_db()
    assert (floor.category, floor.floor_amount) == ("hair", 0)
    assert "no floor any more" in staff.text(manager.get(LIST))
    assert manager.post(f"{LIST}{floor.pk}/delete/", {"post": "yes"}).status_code == 403


def test_without_floors_the_list_says_what_that_means(manager):
    assert "discounts may go down to 0" in staff.text(manager.get(LIST))
