"""Surveys, communities and appointments, made by their services."""

from datetime import datetime, timedelta
from typing import Any

from members.models import AppointmentKind, Community, Survey
from members.services import appointments, communities, surveys
from members.services.appointments import Booking
from members.services.communities import Joining
from members.services.surveys import Reply
from tests import world

ROWS = 12
ASKED = [
    {"kind": "SCORE", "text_zh": "推荐我们吗？", "text_en": "Would you recommend us?"},
    {
        "kind": "CHOICE",
        "code": "q1",
        "text_zh": "最喜欢什么？",
        "text_en": "What do you like best?",
        "options": [
            {"code": "1", "text_zh": "服务", "text_en": "Service"},
            {"code": "2", "text_zh": "价格", "text_en": "Prices"},
        ],
    },
    {"kind": "TEXT", "code": "q2", "text_zh": "还有什么？", "text_en": "Anything else?"},
]


def fill(people: list[Any], at: datetime) -> None:
    """Twelve of each, in both stores where they have one."""
    boss = world.operator("surveys", role="marketer")
    kind = AppointmentKind.objects.create(code="fitting", name_en="Fitting", places=ROWS)
    for number, member in enumerate(people):
        draft = Survey.objects.create(
            code=f"s-{number}", name_en=f"Survey {number}", kind="NPS", questions=ASKED
        )
        survey = surveys.open_now(survey_id=draft.pk, actor_id=boss.pk, at=at)
        for subject in ("", "benefit:tea"):
            surveys.answer(reply=_reply(survey, member, number, subject, at), at=at)
        club = Community.objects.create(
            code=f"c-{number}", name_en=f"Club {number}", platform="WECHAT", created_at=at
        )
        inviter = people[number - 1] if number else None
        joining = Joining(
            community_code=club.code,
            member_id=member.pk,
            invited_by_id=inviter.pk if inviter else None,
            occurred_at=at,
        )
        communities.join(joining=joining, at=at)
        AppointmentKind.objects.create(code=f"k-{number}", name_en=f"Kind {number}")
        booking = Booking(
            member_id=member.pk,
            kind_code=kind.code,
            store_code="SH01" if number % 2 == 0 else "BJ01",
            starts_at=at + timedelta(hours=number),
            occurred_at=at,
        )
        appointments.book(booking=booking, at=at)


def _reply(survey: Survey, member: Any, number: int, subject: str, at: datetime) -> Reply:
    return Reply(
        survey_uid=survey.uid,
        member_id=member.pk,
        subject=subject,
        score=number % 11,
        answers={"q1": "1", "q2": "Nice"},
        occurred_at=at,
    )
