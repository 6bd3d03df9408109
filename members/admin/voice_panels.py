"""Tabs of the member's page: what they said, where they are in, when they come."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from members.admin import appointment_forms, communities
from members.admin.members import masked_name
from members.models import Member
from members.registry import panels
from members.registry.panels import Panel
from members.rules import appointments as appointment_rules
from members.selectors import appointments, measures, merges, surveys
from members.selectors import communities as community_selector
from members.services import influence

MOST = 50


def register() -> None:
    """Called by `apps.ready`."""
    appointment_forms.register()
    communities.register()
    for code, title, context, order, permission in (
        ("appointments", _("Appointments"), _appointments, 52, "members.view_appointment"),
        ("communities", _("Communities"), _communities, 54, "members.view_communitymembership"),
        ("surveys", _("Surveys"), _surveys, 56, "members.view_survey"),
    ):
        panels.add_member_panel(
            Panel(code, title, f"console/panels/{code}.html", context, order, permission)
        )


def _appointments(*, member: Member, request: HttpRequest, at: datetime) -> dict[str, Any]:
    found = appointments.of_member(member_ids=[member.pk], limit=MOST)
    rows = [
        {"row": one, "starts_at": localtime(one.starts_at, appointments.zone_of(one.store))}
        for one in found
    ]
    taking = appointment_rules.TAKING
    return {
        "ahead": [row for row in reversed(rows) if row["row"].state in taking],
        "past": [row for row in rows if row["row"].state not in taking],
    }


def _communities(*, member: Member, request: HttpRequest, at: datetime) -> dict[str, Any]:
    published = measures.values(code=influence.CODE, member_ids=[member.pk])
    tree = community_selector.tree(member_id=member.pk)
    return {
        "memberships": community_selector.of_member(member_ids=[member.pk]),
        "invitations": community_selector.invitations_of(member_id=member.pk),
        "tree": [{"row": one, "who": masked_name(one.member)} for one in tree],
        "influence": published.get(member.pk, 0),
    }


def _surveys(*, member: Member, request: HttpRequest, at: datetime) -> dict[str, Any]:
    person = merges.one_person(member_id=member.pk, at=at)
    return {"rows": list(surveys.responses_of(member_ids=sorted(person)).defer("answers")[:MOST])}
