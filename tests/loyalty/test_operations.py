"""Points for many members: previewed, run once, undone by compensating entries."""

from datetime import timedelta

import pytest

from loyalty.models import LedgerEntry, Lot, Operation, OperationRow, OperationUpload
from loyalty.selectors import ledger_checks
from loyalty.selectors import operations as selector
from loyalty.services import operations
from members.models import ApprovalRequest, Job, Tag, User
from members.services import approvals, jobs, tags
from tests import world
from tests.loyalty import till
from tests.loyalty.operators import LIST, draft, previewed, run, work
from tests.loyalty.till import NOW, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(shop):
    """May adjust 10,000 points alone."""
    return world.operator("chief", role="administrator")


def told(operation):
    return [
        (row.number, row.state, row.points, row.error) for row in operation.rows.order_by("number")
    ]


def test_a_preview_says_what_is_wrong_with_which_row_and_writes_nothing(alice, bob, chief):
    rows = [
        ["手机号", "积分", "有效期至"],
        ["13800138000", "120", "2027-12-31"],
        ["13900139000", "1.5"],
        ["13700137000", "10"],
        ["no phone", "10"],
        [],
        ["+86 138 0013 8000", "30"],
        ["13900139000", "10", "2026-02-30"],
        ["13900139000", "10", "2026-11-20"],
        ["13900139000", "0"],
        ["13900139000", "10,000,001"],
    ]
    made = previewed(chief, rows)
    assert told(made) == [
        (2, "READY", 120, ""),
        (3, "REFUSED", 0, "points_wrong"),
        (4, "REFUSED", 0, "no_member"),
        (5, "REFUSED", 0, "invalid_identity"),
        (7, "REFUSED", 0, "twice:2"),
        (8, "REFUSED", 0, "day_wrong"),
        (9, "REFUSED", 0, "day_past"),
        (10, "REFUSED", 0, "points_wrong"),
        (11, "REFUSED", 0, "points_wrong"),
    ]
    assert (made.state, made.members_count, made.total_points, made.refused_count) == (
        "PREVIEWED", 1, 120, 8,
    )  # fmt: skip
    assert made.rows.get(number=2).expires_at == at("2028-01-01")
    assert LedgerEntry.objects.count() == 0
    # The phones are gone with the file.
    assert OperationUpload.objects.count() == 0


def test_a_run_gives_each_row_a_lot_and_its_sums_agree(alice, bob, chief):
    done = run(chief, LIST)
    assert (done.state, done.members_count, done.total_points) == ("DONE", 2, 1_120)
    entries = LedgerEntry.objects.filter(source_type="OPERATION", source_id=done.pk)
    assert sorted(entries.values_list("kind", "points", "key", "actor_id")) == [
        ("EARN", 120, f"operation:{done.pk}:2:earn", chief.pk),
        ("EARN", 1_000, f"operation:{done.pk}:3:earn", chief.pk),
    ]
    assert Lot.objects.get(member_id=alice.pk).expires_at == at("2027-11-22")
    agreed = selector.reconciliation(operation=done)
    assert (agreed.rows, agreed.points, agreed.agrees) == (2, 1_120, True)
    assert done.job.result["agrees"] is True
    assert ledger_checks.findings() == []


def test_a_second_run_of_the_same_rows_gives_nothing_more(alice, bob, chief):
    done = run(chief, LIST)
    with pytest.raises(operations.NotInThatState):
        operations.start(operation_id=done.pk, reason="", actor=chief, at=NOW)
    Job.objects.filter(pk=done.job_id).update(state="QUEUED")
    Operation.objects.filter(pk=done.pk).update(state="RUNNING")
    work(done)
    assert (till.balances(alice), till.balances(bob)) == ((0, 120, 0), (0, 1_000, 0))


def test_a_canceled_run_goes_on_where_it_stopped(alice, bob, chief, monkeypatch):
    monkeypatch.setattr("loyalty.services.operation_runs.CHUNK", 1)
    made = previewed(chief, LIST)
    operations.start(operation_id=made.pk, reason="", actor=chief, at=NOW)
    made.refresh_from_db()
    clock = iter([NOW] * 5)

    def canceled_after_one_chunk():
        when = next(clock)
        if OperationRow.objects.filter(state="DONE").exists():
            Job.objects.filter(pk=made.job_id).update(state="CANCELING")
        return when

    jobs.run(job_id=made.job_id, clock=canceled_after_one_chunk)
    made.refresh_from_db()
    assert (made.state, made.job.state) == ("RUNNING", "CANCELED")
    assert [state for _number, state, _points, _error in told(made)] == ["DONE", "READY"]

    operations.go_on(operation_id=made.pk, actor=chief, at=NOW)
    assert work(made).state == "DONE"
    assert (till.balances(alice), till.balances(bob)) == ((0, 120, 0), (0, 1_000, 0))
    assert selector.reconciliation(operation=made).agrees


def test_more_points_than_one_may_adjust_alone_wait_for_a_second_person(alice, bob, chief):
    made = previewed(chief, [["phone", "points"], ["13800138000", "10001"]])
    asked = operations.start(operation_id=made.pk, reason="", actor=chief, at=NOW).approval
    assert (asked.status, made.rows.get().state) == (ApprovalRequest.Status.PENDING, "READY")
    with pytest.raises(operations.NotInThatState):
        operations.start(operation_id=made.pk, reason="", actor=chief, at=NOW)

    checker = User.objects.create_superuser("checker")
    approvals.approve(request_id=asked.pk, checker=checker, at=NOW)
    assert work(made).state == "DONE"
    assert till.balances(alice) == (0, 10_001, 0)


def test_what_was_turned_down_can_be_asked_for_again(alice, chief):
    made = previewed(chief, [["phone", "points"], ["13800138000", "10001"]])
    asked = operations.start(operation_id=made.pk, reason="", actor=chief, at=NOW).approval
    approvals.withdraw(request_id=asked.pk, maker=chief, at=NOW)
    again = operations.start(operation_id=made.pk, reason="", actor=chief, at=NOW).approval
    assert again.pk != asked.pk


def test_for_a_tag_a_tier_or_everybody(alice, bob, chief):
    Tag.objects.create(code="vip", name_en="VIP")
    tags.change(member=alice, give_codes=["vip"], take_codes=[], at=NOW)
    for audience, count in (({"tag": "vip"}, 1), ({"tier": "member"}, 2), ({"all": True}, 2)):
        made = previewed(chief, audience=audience, points=10)
        assert (made.members_count, made.total_points) == (count, 10 * count)
    run(chief, audience={"tag": "vip"}, points=10)
    assert (till.balances(alice), till.balances(bob)) == ((0, 10, 0), (0, 0, 0))


def test_opening_balances_say_so_in_the_ledger(alice, chief):
    run(chief, [["card", "points"], [alice.card_number, "777"]], kind="OPENING")
    assert LedgerEntry.objects.get().reason == "opening"
    assert till.balances(alice) == (0, 777, 0)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (draft(audience={"all": True}), operations.OperationIncomplete),
        (draft(points=10), operations.OperationIncomplete),
        (draft(kind="EXTEND", audience={"all": True}), operations.OperationIncomplete),
        (
            draft(kind="EXTEND", audience={"all": True}, expires_at=NOW),
            operations.OperationIncomplete,
        ),
        (draft([["phone"]] * 200_002), operations.TooManyRows),
    ],
)
def test_what_is_incomplete_is_refused_and_makes_nothing(chief, wrong, error):
    with pytest.raises(error):
        operations.create(draft=wrong, actor=chief, at=NOW)
    assert (Operation.objects.count(), Job.objects.count()) == (0, 0)


def test_a_list_without_headings_is_refused_with_what_was_found(alice, chief):
    made = previewed(chief, [["13800138000", "100"]])
    assert (made.state, made.job.state) == ("DRAFT", "FAILED")
    assert "first row must name the columns" in made.job.message


def test_nothing_to_do_is_not_run(alice, chief):
    made = previewed(chief, [["phone", "points"], ["13700137000", "10"]])
    with pytest.raises(operations.NothingToDo):
        operations.start(operation_id=made.pk, reason="", actor=chief, at=NOW)


def test_the_errors_can_be_exported_safely(alice, chief):
    made = previewed(chief, [["phone", "points"], ["13700137000", "10"]])
    lines = list(selector.refused_csv(operation=made, say=lambda code: f"={code}"))
    assert lines == ["row,code,what_is_wrong\r\n", "2,no_member,'=no_member\r\n"]


@pytest.mark.parametrize(
    "cell", ["=1", "+1", "-1", "@A1", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠A1"]
)
def test_a_cell_that_begins_like_a_formula_is_text_in_wide_letters_too(cell):
    assert selector.safe(cell) == f"'{cell}"


def test_a_job_whose_worker_died_is_gone_on_with_by_the_sweep(alice, bob, chief):
    made = previewed(chief, LIST)
    operations.start(operation_id=made.pk, reason="", actor=chief, at=NOW)
    made.refresh_from_db()
    Job.objects.filter(pk=made.job_id).update(state="RUNNING", heartbeat_at=NOW)
    later = NOW + timedelta(minutes=6)
    assert jobs.resume(at=later) == [made.job_id]
    assert work(made, later).state == "DONE"
    assert till.balances(bob) == (0, 1_000, 0)
