"""Weights of benefits in their list: figures are checked there as on the page of one."""

import pytest

from loyalty.models import BenefitWeight
from tests.console import staff

pytestmark = pytest.mark.django_db
LIST = "/console/loyalty/benefitweight/"


def test_a_weight_keeps_its_days_and_its_bounds_also_in_the_list(shop):
    weight = BenefitWeight.objects.create(signal="ENDS", days=14, points=20)
    manager = staff.logged_in("li", "marketing_manager")

    def save(days, points):
        sent = {
            "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-id": str(weight.pk),
            "form-0-days": days, "form-0-points": points, "_save": "1",
        }  # fmt: skip
        return manager.post(LIST, sent)

    assert "Say within how many days: 1 to 3,650." in staff.text(save("", "20"))
    assert "At most 1,000,000 either way." in staff.text(save("14", "1000001"))
    weight.refresh_from_db()
    assert (weight.days, weight.points) == (14, 20)
    assert save("7", "-5").status_code == 302
    weight.refresh_from_db()
    assert (weight.days, weight.points) == (7, -5)
