"""Batches of codes at the console: made by a job, taken out as a file or on paper, called back."""

import csv
import io
import re
import zipfile
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from loyalty.admin import coupon_prints
from loyalty.models import Coupon, CouponBatch, CouponType
from loyalty.services import coupon_types
from members.models import AuditRecord
from members.services import jobs
from tests import world
from tests.console import staff

pytestmark = pytest.mark.django_db
LIST = "/console/loyalty/couponbatch/"


@pytest.fixture
def manager(shop):
    return staff.logged_in("li", "marketing_manager")


@pytest.fixture
def spring(shop):
    made = CouponType.objects.create(
        code="spring", name_en="=Spring", amount=2_000, validity="FIXED",
        valid_until=world.NOW + timedelta(days=30), stock_count=1_000,
    )  # fmt: skip
    return coupon_types.go_live(type_id=made.pk)


def ask(browser, spring, **posted):
    url = reverse("admin:loyalty_coupontype_make_codes", args=[spring.pk])
    sent = {"_form_submitted": "on", "submission": uuid4(), "count": 30, "note": "Door"}
    return browser.post(url, {**sent, **posted})


def make(browser, spring, **posted):
    ask(browser, spring, **posted)
    batch = CouponBatch.objects.latest("pk")
    jobs.run(job_id=batch.job_id, clock=lambda: world.NOW)
    batch.refresh_from_db()
    return batch


def act(browser, batch, name, **posted):
    url = reverse(f"admin:loyalty_couponbatch_{name}", args=[batch.pk])
    return browser.post(url, {"_form_submitted": "on", **posted})


def page(browser, batch, name="change", query=""):
    return browser.get(reverse(f"admin:loyalty_couponbatch_{name}", args=[batch.pk]) + query)


def taken(answer):
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def test_a_dialog_makes_codes_in_the_background(manager, spring):
    answer = ask(manager, spring)

    batch = CouponBatch.objects.get()
    assert answer["HX-Redirect"] == reverse("admin:loyalty_couponbatch_change", args=[batch.pk])
    assert (batch.count, batch.note, batch.made_count) == (30, "Door", 0)
    shown = staff.text(page(manager, batch))
    assert "Being made" in shown
    assert "data-waits" in shown

    jobs.run(job_id=batch.job_id, clock=lambda: world.NOW)

    shown = staff.text(page(manager, batch))
    assert "Ready" in shown
    assert "data-waits" not in shown
    assert Coupon.objects.filter(batch=batch, state="ISSUED").count() == 30
    assert "Door" in staff.text(manager.get(LIST))


def test_a_dialog_sent_twice_makes_one_batch(manager, spring):
    once = uuid4()

    ask(manager, spring, submission=once)
    ask(manager, spring, submission=once)

    assert CouponBatch.objects.count() == 1


@pytest.mark.parametrize(
    ("posted", "told"),
    [
        ({"count": 100_001}, "Ensure this value is less than or equal to 100000."),
        ({"count": 0}, "Ensure this value is greater than or equal to 1."),
        ({"note": ""}, "This field is required."),
        ({"count": 1_001}, "None of these are left."),
    ],
)
def test_what_can_not_be_made_is_told_and_makes_nothing(manager, spring, posted, told):
    assert told in staff.text(ask(manager, spring, **posted))
    assert not CouponBatch.objects.exists()


def test_codes_leave_as_csv_without_formulas(manager, spring):
    batch = make(manager, spring, note="@door")

    text = taken(page(manager, batch, "csv_file")).decode("utf-8-sig")

    head, *rows = csv.reader(io.StringIO(text))
    assert head == [
        "Code", "Coupon type", "What for", "State", "Valid from", "Valid until", "Used at",
    ]  # fmt: skip
    codes = list(Coupon.objects.order_by("pk").values_list("code", flat=True))
    assert [row[0] for row in rows] == codes
    assert rows[0][1:] == ["'=Spring", "'@door", "Issued", "", "2026-04-01 14:00", ""]


def test_codes_leave_as_a_workbook_of_text(manager, spring):
    batch = make(manager, spring)

    book = zipfile.ZipFile(io.BytesIO(taken(page(manager, batch, "xlsx_file"))))

    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert len(re.findall(r"<row ", sheet)) == 31
    assert "<f>" not in sheet
    assert Coupon.objects.earliest("pk").code in sheet
    assert "=Spring" in sheet


def test_who_took_codes_out_is_kept(manager, spring):
    batch = make(manager, spring)

    taken(page(manager, batch, "csv_file"))
    page(manager, batch, "print_codes")

    kept = AuditRecord.objects.filter(action__startswith="coupon_batch.").order_by("pk")
    assert [(row.action, row.details) for row in kept] == [
        ("coupon_batch.exported", {"batch": batch.pk, "kind": "csv"}),
        ("coupon_batch.printed", {"batch": batch.pk, "page": 1}),
    ]


def test_unused_codes_are_printed_by_the_sheet(manager, spring):
    batch = make(manager, spring)
    used = Coupon.objects.earliest("pk")
    Coupon.objects.filter(pk=used.pk).update(state="VOID", ended_at=world.NOW)

    shown = staff.text(page(manager, batch, "print_codes"))

    assert shown.count('class="print-sheet"') == 2
    assert shown.count('class="print-qr"') == shown.count('class="print-bars"') == 29
    assert f"<code>{used.code[:4]}-" not in shown
    assert "1–29 of 29 unused codes" in shown
    assert "valid until 1 Apr 2026, 14:00" in shown


def test_a_page_of_print_is_bounded(manager, spring):
    batch = make(manager, spring, count=125)

    assert staff.text(page(manager, batch, "print_codes")).count("print-qr") == 120
    assert staff.text(page(manager, batch, "print_codes", "?page=2")).count("print-qr") == 5
    assert staff.text(page(manager, batch, "print_codes", "?as=cards")).count("print-qr") == 100
    assert staff.text(page(manager, batch, "print_codes", "?page=x&as=y")).count("print-qr") == 120


def test_a_barcode_draws_each_bar_once():
    drawn = coupon_prints.bars("AB")

    # Start B, A, B, check sum, stop with its last bar: 4 × 11 + 13 modules, and the quiet zones.
    assert (drawn.width, drawn.height) == (57 + 20, 1)
    assert drawn.path.startswith("M10 0h2v1h-2z")
    assert drawn.path.count("M") == 4 * 3 + 4


def test_a_qr_code_has_its_quiet_zone():
    drawn = coupon_prints.qr("7K2M9QDX3F22")

    assert (drawn.width, drawn.height) == (21 + 8, 21 + 8)
    assert drawn.path.startswith("M4 4h7v1h-7z")


def test_a_void_batch_is_called_back_and_not_handed_out(manager, spring):
    batch = make(manager, spring)

    act(manager, batch, "void_it", note="Leaflets were lost")

    batch.refresh_from_db()
    assert batch.voided_at == world.NOW
    shown = staff.text(page(manager, batch))
    assert "Void" in shown
    assert f"{batch.pk}/csv/" not in shown
    kept = AuditRecord.objects.get(action="coupon_batch.voided")
    assert kept.reason == "Leaflets were lost"


def test_a_batch_asks_why_it_is_voided(manager, spring):
    batch = make(manager, spring)

    assert "This field is required." in staff.text(act(manager, batch, "void_it", note=""))
    batch.refresh_from_db()
    assert batch.voided_at is None


@pytest.mark.parametrize("role", ["marketer", "analyst", "auditor"])
def test_others_see_batches_and_no_code(manager, spring, role):
    batch = make(manager, spring)
    browser = staff.logged_in("zhao", role)

    shown = staff.text(page(browser, batch))

    assert "Door" in shown
    for name in ("csv_file", "xlsx_file", "print_codes"):
        assert page(browser, batch, name).status_code == 403
    assert act(browser, batch, "void_it", note="No").status_code == 403
    assert ask(browser, spring).status_code == 403


@pytest.mark.parametrize("role", ["clerk", "store_manager", "customer_service"])
def test_the_till_sees_no_batches(shop, role):
    assert staff.logged_in("zhao", role).get(LIST).status_code == 403
