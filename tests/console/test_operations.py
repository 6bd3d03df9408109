"""Points for many members at the console: made by a form, run, undone; limits and behaviors."""

import io
import uuid

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from loyalty.models import AdjustmentLimit, BehaviorRule, Operation, Program
from loyalty.services import behavior_plans
from members.models import AuditRecord, Job
from members.services import jobs
from tests import world
from tests.console import staff
from tests.loyalty import till

pytestmark = pytest.mark.django_db
PAGE = "/console/loyalty/operation/"


@pytest.fixture
def chief(shop):
    return staff.logged_in("chief", "administrator")


def work():
    for job in Job.objects.filter(state="QUEUED"):
        jobs.run(job_id=job.pk, clock=lambda: world.NOW)


def sheet(*rows):
    """An XLSX file, phones and points as numbers, as people type them."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    page = book.add_worksheet()
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    book.close()
    return SimpleUploadedFile("list.xlsx", file.getvalue())


def made(browser, **fields):
    sent = {"kind": "GRANT", "reason": "campaign", "who": "list", **fields}
    answer = browser.post(f"{PAGE}add/", sent)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    work()
    return Operation.objects.get()


def deed(browser, operation, name, **fields):
    sent = {"_form_submitted": "on", **fields}
    answer = browser.post(f"{PAGE}{operation.pk}/{name}/", sent)
    assert answer.status_code == 200
    work()
    operation.refresh_from_db()


def test_a_spreadsheet_is_previewed_run_and_undone(chief, alice, bob):
    file = sheet(
        ["手机号", "积分"], [13800138000, 120], ["13900139000", 80], ["13700137000", 5], ["x", 5]
    )
    operation = made(chief, file=file)
    shown = staff.text(chief.get(f"{PAGE}{operation.pk}/change/"))
    assert "No member has this card, phone or id." in shown
    assert alice.card_number in shown
    assert (operation.members_count, operation.total_points, operation.refused_count) == (
        2, 200, 2,
    )  # fmt: skip

    deed(chief, operation, "run", note="")
    assert (till.balances(alice), till.balances(bob)) == ((0, 120, 0), (0, 80, 0))
    shown = staff.text(chief.get(f"{PAGE}{operation.pk}/change/"))
    assert "2 rows and 200 points: the same in the ledger." in shown
    timeline = staff.text(chief.get(staff.page(alice)))
    assert "120 points given, together with other members" in timeline

    deed(chief, operation, "undo", submission=str(uuid.uuid4()), reason="wrong", owes="on")
    assert operation.state == "UNDONE"
    assert (till.balances(alice), till.balances(bob)) == ((0, 0, 0), (0, 0, 0))


def test_the_refused_rows_are_a_file(chief, alice):
    operation = made(chief, file=SimpleUploadedFile("list.csv", b"phone;points\n13700137000;5\n"))
    answer = chief.get(f"{PAGE}{operation.pk}/errors/")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines == [
        "\ufeffrow,code,what_is_wrong",
        '2,no_member,"No member has this card, phone or id."',
    ]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Choose one."),
        ({"who": "all"}, "Say how many points each gets."),
        ({"who": "tag", "points": 5}, "Choose one."),
        ({"kind": "EXTEND", "who": "all"}, "Say through which day"),
        ({"file": SimpleUploadedFile("a.xlsx", b"PK nonsense")}, "This is no CSV or XLSX file"),
        ({"who": "all", "points": 0}, "greater than or equal to 1"),
    ],
)
def test_what_is_missing_is_said_beside_the_field_and_makes_nothing(chief, fields, words):
    sent = {"kind": "GRANT", "reason": "campaign", "who": "list", **fields}
    assert words in staff.text(chief.post(f"{PAGE}add/", sent))
    assert Operation.objects.count() == 0


def test_an_administrator_lowers_a_limit_and_the_trail_has_both_figures(chief):
    limit = AdjustmentLimit.objects.get(role__name="customer_service")
    path = f"/console/loyalty/adjustmentlimit/{limit.pk}/change/"
    assert chief.post(path, {"points": "300"}).status_code == 302
    limit.refresh_from_db()
    assert limit.points == 300
    record = AuditRecord.objects.get(action="adjustment_limit.set")
    assert record.details == {"role": "customer_service", "before": 500, "after": 300}


def test_below_zero_needs_the_choice_of_a_debt(chief, alice):
    path = f"/console/members/member/{alice.pk}/adjust-points/"
    sent = {"_form_submitted": "on", "points": "-50", "reason": "correction", "note": ""}
    refused = chief.post(path, {**sent, "submission": str(uuid.uuid4())})
    assert "does not have so many points" in staff.text(refused)
    assert till.balances(alice) == (0, 0, 0)
    chief.post(path, {**sent, "submission": str(uuid.uuid4()), "may_owe": "on"})
    assert till.balances(alice) == (0, 0, 50)


@pytest.fixture
def rule(chief):
    behavior_plans.set_up(program=Program.objects.get(), at=world.OPENED)
    return BehaviorRule.objects.get(code="check-in")


def test_a_behavior_reads_as_a_sentence_and_its_streak_is_typed_as_text(chief, rule):
    shown = staff.text(chief.get("/console/loyalty/behaviorrule/"))
    assert "5 points once a day; on day 7 in a row 20 points more" in shown
    sent = {
        "name_zh": "签到", "name_en": "Check-in", "points": "5", "qualifying_points": "0",
        "streak": "30：100， 7:20", "valid_from_0": "2025-01-01", "valid_from_1": "00:00",
        "is_active": "on",
    }  # fmt: skip
    path = f"/console/loyalty/behaviorrule/{rule.pk}/change/"
    assert chief.post(path, sent).status_code == 302
    rule.refresh_from_db()
    assert rule.streak == {"7": 20, "30": 100}
    assert "Write the day in a row" in staff.text(chief.post(path, {**sent, "streak": "seven"}))


def test_the_members_page_shows_streak_profile_and_what_counted(chief, rule, alice):
    shown = staff.text(chief.get(staff.page(alice, "behaviors")))
    assert "Check-ins in a row" in shown
    assert "missing:" not in shown
    bob = world.register(world.BOB)
    shown = staff.text(chief.get(staff.page(bob, "behaviors")))
    assert "missing: birthday, gender" in shown
    assert "Registered" in shown
