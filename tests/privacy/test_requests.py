"""Requests come in once, with a clock that stays; nobody's wish is done before it was checked."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from campaigns.models import Delivery
from campaigns.services import defaults
from loyalty.models import Order
from members.errors import AlreadyDecided, MemberErased, MemberRestricted, ReasonRequired
from members.models import (
    AuditRecord,
    Disclosure,
    Event,
    Holiday,
    Measure,
    Member,
    PrivacyClock,
    PrivacyRequest,
    Recipient,
    RecipientNotice,
)
from members.selectors import privacy_requests as selectors
from members.services import (
    dispatches,
    members,
    privacy_deeds,
    privacy_requests,
    recipient_notices,
    restrictions,
    working_days,
)
from members.services.privacy_requests import (
    AlreadyAsked,
    Asked,
    IdentityUnchecked,
    NothingToCorrect,
    RequestConflict,
)
from tests import world
from tests.privacy import cases, life

pytestmark = pytest.mark.django_db
NOW = world.NOW


def receive(member, kind="DELETION", *, at=NOW, **options):
    asked = Asked(member_id=member.pk, kind=kind, **{"source": "letter", **options})
    return privacy_requests.receive(asked=asked, at=at)


def test_a_deletion_is_due_after_fifteen_working_days_with_the_chinese_holidays(alice):
    working_days.install()
    at = datetime(2026, 9, 16, 12, tzinfo=timezone.get_default_timezone())

    request = receive(alice, at=at).request

    # 17, 18, Sunday 20, 21–24, 28–30 September; 8, 9, Saturday 10, 12, 13 October.
    assert (request.due_on, request.clock) == (date(2026, 10, 13), "15 wd")


def test_the_day_of_receipt_is_that_of_the_wall(alice):
    # In UTC still 28 February, in Shanghai the first of March.
    request = receive(alice, "ACCESS", at=world.HARD_HOUR).request

    assert request.due_on == date(2026, 3, 31)


def test_changing_a_clock_or_the_calendar_moves_no_request_that_came_before(alice, bob):
    working_days.install()
    first = receive(alice).request
    PrivacyClock.objects.filter(kind="DELETION").update(count=3, unit="DAYS")
    Holiday.objects.create(day=date(2026, 3, 3), name="closed")

    second = receive(bob).request

    first.refresh_from_db()
    assert (first.due_on, first.clock) == (date(2026, 3, 23), "15 wd")
    assert (second.due_on, second.clock) == (date(2026, 3, 5), "3 d")


def test_set_up_again_keeps_what_operators_changed(shop):
    working_days.install()
    PrivacyClock.objects.filter(kind="ACCESS").update(count=20)
    Holiday.objects.filter(day=date(2026, 10, 7)).delete()

    assert working_days.install() == 0

    assert PrivacyClock.objects.get(kind="ACCESS").count == 20
    assert not Holiday.objects.filter(day=date(2026, 10, 7)).exists()


def test_a_year_without_any_entry_warns(shop):
    assert selectors.unknown_years(at=NOW) == [2026]
    working_days.install()
    assert selectors.unknown_years(at=NOW) == []
    assert selectors.unknown_years(at=datetime(2027, 11, 2, tzinfo=NOW.tzinfo)) == [2028]


def test_the_same_number_is_the_same_request(alice, bob):
    first = receive(alice, external_id="L-1")
    again = receive(alice, external_id="L-1", at=NOW + timedelta(days=3))

    assert (first.is_new, again.is_new) == (True, False)
    assert again.request == first.request
    with pytest.raises(RequestConflict):
        receive(bob, external_id="L-1")
    assert Event.objects.filter(type="members.privacy.requested").count() == 1


def test_what_is_open_is_not_asked_for_twice(alice):
    first = receive(alice)
    assert receive(alice).request == first.request
    told = receive(alice, "CORRECTION", details={"name": "张爱莉"})
    assert receive(alice, "CORRECTION", details={"name": "张爱莉"}).request == told.request
    with pytest.raises(AlreadyAsked):
        receive(alice, "CORRECTION", details={"name": "张艾丽"})


def test_a_correction_says_what_is_right(alice):
    with pytest.raises(NothingToCorrect):
        receive(alice, "CORRECTION", details={"shoe_size": 38})
    assert PrivacyRequest.objects.count() == 0


def test_nothing_is_done_before_somebody_checked_who_asks(alice, staff):
    request = receive(alice, "RESTRICTION").request
    with pytest.raises(IdentityUnchecked):
        privacy_deeds.carry_out(request_id=request.pk, at=NOW)
    with pytest.raises(ReasonRequired):
        privacy_requests.verify(request_id=request.pk, how=" ", actor=staff[0], at=NOW)
    assert Member.objects.get(pk=alice.pk).state == "ACTIVE"

    privacy_requests.verify(request_id=request.pk, how="Letter", actor=staff[0], at=NOW)
    done = privacy_deeds.carry_out(request_id=request.pk, at=NOW, actor_id=staff[0].pk)

    assert (done.state, done.verified_how, done.taken_by) == ("DONE", "Letter", staff[0])
    assert Member.objects.get(pk=alice.pk).state == "RESTRICTED"


def test_a_refusal_says_why_and_ends_it(alice, staff):
    request = receive(alice).request
    with pytest.raises(ReasonRequired):
        privacy_requests.refuse(request_id=request.pk, reason="", actor=staff[0], at=NOW)

    privacy_requests.refuse(request_id=request.pk, reason="not yours", actor=staff[0], at=NOW)

    request.refresh_from_db()
    assert (request.state, request.refusal, request.closed_at) == ("REFUSED", "not yours", NOW)
    with pytest.raises(AlreadyDecided):
        privacy_requests.withdraw(request_id=request.pk, at=NOW)
    assert receive(alice).is_new


def test_a_restricted_member_gets_no_messages_and_no_changes_but_orders_count(alice, staff, till):
    defaults.install(at=NOW)
    restrictions.restrict(member_id=alice.pk, at=NOW)

    with pytest.raises(MemberRestricted):
        members.update(member_id=alice.pk, changes={"name": "Al"}, at=NOW)
    bought = till.post("orders", life.order("T-1", life.PHONE))
    while dispatches.drain(at=NOW):
        pass

    assert bought.json()["points"]["earned"] == 9_000
    assert Order.objects.get().member_id == alice.pk
    assert set(Delivery.objects.values_list("state", "reason")) <= {("SKIPPED", "member_state")}
    assert restrictions.lift(member_id=alice.pk, at=NOW).state == "ACTIVE"


def test_a_correction_reaches_the_profile_also_while_restricted_and_recipients_are_told(alice):
    mail = Recipient.objects.create(code="mail", name_en="Mail house", purpose="letters")
    restrictions.restrict(member_id=alice.pk, at=NOW)
    request = cases.asked(alice, "CORRECTION", details={"name": "张爱莉", "birthday": "1991-05-17"})

    done = privacy_deeds.carry_out(request_id=request.pk, at=NOW)

    alice.refresh_from_db()
    assert (alice.name, alice.birthday) == ("张爱莉", date(1991, 5, 17))
    assert done.result == {"fields": ["birthday", "name"], "recipients": 1}
    assert RecipientNotice.objects.get().recipient == mail


def test_no_profiling_removes_what_was_computed(alice):
    Measure.objects.create(member=alice, code="clv", value=9, as_of_on=NOW.date(), updated_at=NOW)
    request = cases.asked(alice, "NO_PROFILING")

    privacy_deeds.carry_out(request_id=request.pk, at=NOW)

    assert Measure.objects.count() == 0
    assert Member.objects.get(pk=alice.pk).is_profiled is False


def test_recipients_are_told_and_their_answers_kept(alice, staff):
    old = Recipient.objects.create(
        code="old", name_en="Former partner", purpose="x", role="CONTROLLER", is_active=False
    )
    Recipient.objects.create(code="other", name_en="Not concerned", purpose="x", role="CONTROLLER")
    Disclosure.objects.create(
        key="d-1", recipient=old, member=alice, purpose="x", legal_basis="x", occurred_at=NOW,
        recorded_at=NOW,
    )  # fmt: skip
    request = cases.asked(alice, "CORRECTION", details={"gender": "OTHER"})
    privacy_deeds.carry_out(request_id=request.pk, at=NOW)
    notice = RecipientNotice.objects.get()

    with pytest.raises(recipient_notices.NotTold):
        recipient_notices.answer(
            notice_id=notice.pk, state="CONFIRMED", answer="done", actor=staff[0], at=NOW
        )
    recipient_notices.tell(notice_id=notice.pk, actor=staff[0], at=NOW)
    recipient_notices.answer(
        notice_id=notice.pk, state="CONFIRMED", answer="done", actor=staff[0], at=NOW
    )

    notice.refresh_from_db()
    assert (notice.recipient, notice.state, notice.answer) == (old, "CONFIRMED", "done")


@pytest.mark.parametrize(
    ("days", "left", "tone"),
    [(11, 6, "calm"), (14, 5, "soon"), (21, 0, "soon"), (22, -1, "overdue")],
)
def test_the_badge_warns_and_then_says_how_late_it_is(alice, days, left, tone):
    request = receive(alice).request
    assert request.due_on == date(2026, 3, 23)

    shown = selectors.Clocks(NOW + timedelta(days=days)).of(request)

    assert (shown.left, shown.tone) == (left, tone)


def test_channels_receive_requests_once(alice, till):
    sent = {"kind": "correction", "external_id": "A-1", "correction": {"name": "张爱莉"}}
    path = f"members/{alice.uid}/privacy-requests"

    first, again = till.post(path, sent), till.post(path, sent)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (first.json()["state"], first.json()["due_on"]) == ("received", "2026-03-23")
    assert "张爱莉" not in first.content.decode()
    request = PrivacyRequest.objects.get()
    assert (request.source, request.details) == ("till", {"name": "张爱莉"})
    assert till.post(path, {"kind": "correction"}).json()["code"] == "nothing_to_correct"
    assert till.post(path, {"kind": "resurrection"}).status_code == 422


def test_an_erased_member_asks_for_nothing(alice, staff, till):
    cases.erase(alice, staff)

    with pytest.raises(MemberErased):
        receive(alice, "ACCESS")
    answer = till.post(f"members/{alice.uid}/privacy-requests", {"kind": "access"})
    assert (answer.status_code, answer.json()["code"]) == (410, "member_erased")


def test_every_step_is_audited_without_personal_data(alice, staff):
    request = receive(alice, "CORRECTION", details={"name": "张爱莉"}).request
    privacy_requests.verify(request_id=request.pk, how="Letter", actor=staff[0], at=NOW)
    privacy_deeds.carry_out(request_id=request.pk, at=NOW, actor_id=staff[0].pk)

    told = list(AuditRecord.objects.order_by("pk").values_list("action", flat=True))
    assert told == ["privacy.received", "privacy.verified", "privacy.done"]
    assert "张爱莉" not in str(list(AuditRecord.objects.values_list("details", "reason")))
