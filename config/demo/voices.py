"""Surveys, communities and appointments in the demo: some answers, invitations, a day's visits."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from campaigns.services import defaults
from members.models import Appointment, AppointmentKind, Community, Member, Store, Survey
from members.services import appointments, communities, influence, surveys
from members.services.appointment_refusals import TimeFull
from members.services.appointments import Booking
from members.services.communities import Joining
from members.services.surveys import Reply

_NPS, _RATING = "nps-autumn", "benefits"
_ASKED = {
    _NPS: [
        {
            "kind": "SCORE",
            "text_zh": "您有多大可能向朋友推荐我们？",
            "text_en": "How likely are you to recommend us to a friend?",
        },
        {
            "kind": "CHOICE",
            "code": "q1",
            "text_zh": "您最满意的是什么？",
            "text_en": "What do you like best?",
            "options": [
                {"code": "1", "text_zh": "服务", "text_en": "Service"},
                {"code": "2", "text_zh": "价格", "text_en": "Prices"},
                {"code": "3", "text_zh": "品种", "text_en": "Choice of goods"},
            ],
        },
        {"kind": "TEXT", "code": "q2", "text_zh": "还想说什么？", "text_en": "Anything else?"},
    ],
    _RATING: [{"kind": "SCORE", "text_zh": "这项权益打几分？", "text_en": "How is this benefit?"}],
}
_NAMES = {_NPS: ("秋季推荐意愿", "Autumn recommendation"), _RATING: ("权益评分", "Benefits rated")}
_SCORES = (9, 10, 8, 9, 6, 10, 7, 9, 3, 8, 10, 9)
_WORDS = ("结账很快。", "停车位太少。", "希望多些有机蔬菜。")
_SUBJECTS = {"benefit:birthday-gift": 0, "benefit:free-parking": -3}
_ANSWERING, _DAYS = 60, 75


def run(*, members: Sequence[Member], at: datetime) -> None:
    """Of these members; bears being run again."""
    defaults.install_reminder(at=at - timedelta(days=30))
    _survey(_NPS, Survey.Kind.NPS, at)
    _survey(_RATING, Survey.Kind.RATING, at)
    for number, member in enumerate(members[:_ANSWERING]):
        _answer(number, member, at)
    _communities(members[:20], at)
    _visits(members[:12], at)
    for _changed in influence.publish(at=at):
        pass


def _survey(code: str, kind: str, at: datetime) -> None:
    name_zh, name_en = _NAMES[code]
    opened_at = at - timedelta(days=_DAYS)
    Survey.objects.get_or_create(
        code=code,
        defaults={
            "kind": kind,
            "name_zh": name_zh,
            "name_en": name_en,
            "questions": _ASKED[code],
            "state": Survey.State.OPEN,
            "opens_at": opened_at,
        },
    )


def _answer(number: int, member: Member, at: datetime) -> None:
    """Nobody's clock: each answered on a day of their own, the same in every run."""
    survey = Survey.objects.get(code=_NPS)
    opened_at = survey.opens_at or at
    answered_at = opened_at + timedelta(days=number % _DAYS, hours=number % 9)
    score = _SCORES[number % len(_SCORES)]
    answers = {"q1": str(1 + number % 3)}
    if number % 8 == 0:
        answers["q2"] = _WORDS[number // 8 % len(_WORDS)]
    _say(survey, member, score, answered_at, answers=answers)
    rating = Survey.objects.get(code=_RATING)
    for subject, worse in _SUBJECTS.items():
        _say(rating, member, max(1, score + worse), answered_at, subject=subject)


def _say(
    survey: Survey,
    member: Member,
    score: int,
    answered_at: datetime,
    *,
    subject: str = "",
    answers: dict[str, str] | None = None,
) -> None:
    reply = Reply(
        survey_uid=survey.uid,
        member_id=member.pk,
        score=score,
        subject=subject,
        answers=dict(answers or {}),
        channel="mini-program",
        store_id=member.store_id,
        occurred_at=answered_at,
        source="demo",
    )
    surveys.answer(reply=reply, at=answered_at)


def _communities(members: Sequence[Member], at: datetime) -> None:
    """One member brings three, of whom one brings others."""
    began = at - timedelta(days=20)
    club, _made = Community.objects.get_or_create(
        code="fresh-club",
        defaults={
            "name_zh": "生鲜爱好者群",
            "name_en": "Fresh food lovers",
            "platform": Community.Platform.WECHAT,
            "capacity": 200,
            "invitation_goal": 3,
            "created_at": began,
        },
    )
    for number, member in enumerate(members):
        inviter = None if number == 0 else members[0 if number < 8 else 1 + number % 3]
        joining = Joining(
            community_code=club.code,
            member_id=member.pk,
            invited_by_id=None if inviter is None else inviter.pk,
            occurred_at=began + timedelta(hours=number),
            source="demo",
        )
        communities.join(joining=joining, at=began + timedelta(hours=number))


def _visits(members: Sequence[Member], at: datetime) -> None:
    """Visits to the first stores, from this hour on, one each half hour."""
    kind, _made = AppointmentKind.objects.get_or_create(
        code="nutrition",
        defaults={"name_zh": "营养咨询", "name_en": "Nutrition advice", "places": 2},
    )
    first = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    stores = list(Store.objects.order_by("code")[:2])
    for number, member in enumerate(members if stores else ()):
        booking = Booking(
            member_id=member.pk,
            kind_code=kind.code,
            store_code=stores[number % len(stores)].code,
            starts_at=first + timedelta(minutes=30 * (number // 2)),
            source="demo",
            external_id=f"visit-{number}",
            occurred_at=at,
        )
        if not _is_booked(booking):
            _book(booking, at)


def _is_booked(booking: Booking) -> bool:
    found = Appointment.objects.filter(source=booking.source, external_id=booking.external_id)
    return found.exists()


def _book(booking: Booking, at: datetime) -> None:
    try:
        appointments.book(booking=booking, at=at)
    except TimeFull:
        return
