"""Tabs of the member's page that need nothing but members: timeline, consents, profile,
approvals."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from members.admin import sentences as own_sentences
from members.models import ApprovalRequest, Consent, Member
from members.registry import panels, sentences
from members.registry.panels import Panel
from members.sealing import masking
from members.selectors import consents, pages, timeline

PAGE = 30


def register() -> None:
    """Called by `apps.ready`."""
    own_sentences.register()
    for panel in (
        Panel("timeline", _("Timeline"), "console/panels/timeline.html", _timeline, 10),
        Panel(
            "consents",
            _("Consents"),
            "console/panels/consents.html",
            _consents,
            60,
            "members.view_consent",
        ),
        Panel("profile", _("Profile"), "console/panels/profile.html", _profile, 70),
        Panel(
            "approvals",
            _("Approvals"),
            "console/panels/approvals.html",
            _approvals,
            80,
            "members.view_approvalrequest",
        ),
    ):
        panels.add_member_panel(panel)


def before_id(request: HttpRequest) -> int | None:
    """Where the page asked for begins; nonsense begins at the top."""
    before = request.GET.get("before", "")
    return int(before) if before.isdecimal() and len(before) < 19 else None


def _timeline(*, member: Member, request: HttpRequest, at: datetime) -> dict[str, Any]:
    page = timeline.timeline(member_id=member.pk, before_id=before_id(request), limit=PAGE)
    # Facts come late too: a page goes by when they were recorded, and reads by when they happened.
    rows = sorted(page.rows, key=lambda event: (event.occurred_at, event.pk), reverse=True)
    told = [{"event": event, "sentence": sentence} for event, sentence in sentences.tell(rows)]
    return {"told": told, "next_before_id": page.next_before_id}


def _consents(*, member: Member, request: HttpRequest, at: datetime) -> dict[str, Any]:
    current = {(row.purpose, row.medium): row for row in consents.current(member_id=member.pk)}
    rows = [
        {
            "purpose": purpose.label,
            "cells": [current.get((purpose.value, medium.value)) for medium in Consent.Medium],
        }
        for purpose in Consent.Purpose
    ]
    history = Consent.objects.filter(member=member).select_related("actor")
    page = pages.newest_first(history, before_id=before_id(request), limit=PAGE)
    return {
        "media": [medium.label for medium in Consent.Medium],
        "rows": rows,
        "history": page.rows,
        "next_before_id": page.next_before_id,
    }


def _profile(*, member: Member, request: HttpRequest, at: datetime) -> dict[str, Any]:
    identities = member.identities.select_related("member__key").order_by("kind", "pk")
    return {
        "identities": [
            {"row": row, "masked": masking.mask(row.kind, row.value)} for row in identities
        ],
        "birthday": masking.birthday(member.birthday),
        "tags": [row.tag for row in member.member_tags.select_related("tag")],
    }


def _approvals(*, member: Member, request: HttpRequest, at: datetime) -> dict[str, Any]:
    requests = ApprovalRequest.objects.filter(member=member).select_related("maker", "checker")
    page = pages.newest_first(requests, before_id=before_id(request), limit=PAGE)
    rows = [{"request": row, "label": _action_label(row)} for row in page.rows]
    return {"rows": rows, "next_before_id": page.next_before_id}


def _action_label(request: ApprovalRequest) -> str:
    executor = panels.EXECUTORS.get(request.action)
    return str(executor.label) if executor else request.action
