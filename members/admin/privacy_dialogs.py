"""The dialog on the member's page that receives a privacy request."""

from datetime import datetime, time
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.admin import privacy_forms
from members.models import Member, User
from members.registry import member_page
from members.registry.member_page import Action, Outcome
from members.services import privacy_requests, submissions
from members.services.privacy_requests import Asked

SOURCE = "console"


def register() -> None:
    """Called by `apps.ready`."""
    member_page.add_action(
        Action(
            code="receive_privacy",
            title=gettext_lazy("Privacy request"),
            description=gettext_lazy(
                "What the member asks for by right. Its clock runs from the day after receipt."
            ),
            submit_text=gettext_lazy("Receive"),
            icon="shield_person",
            permission="members.add_privacyrequest",
            form_class=privacy_forms.ReceiveForm,
            run=_receive,
            order=90,
        )
    )


def _receive(*, member: Member, cleaned: dict[str, Any], actor: User, at: datetime) -> Outcome:
    asked = Asked(
        member_id=member.pk,
        kind=cleaned["kind"],
        source=SOURCE,
        details=privacy_forms.correction(cleaned),
        received_at=_instant(cleaned["received_on"]),
    )
    sent = submissions.run_once(
        uid=cleaned["submission"],
        action="members.privacy.receive",
        actor_id=actor.pk,
        at=at,
        do=lambda: privacy_requests.receive(asked=asked, at=at, actor_id=actor.pk),
        member_of=lambda received: member.pk,
    )
    if sent.result is None or not sent.result.is_new:
        return Outcome(text=_("This was asked for already; the first request counts."))
    due = sent.result.request.due_on
    return Outcome(text=_("Received. It must be answered by %(day)s.") % {"day": due.isoformat()})


def _instant(day: Any) -> datetime | None:
    """The beginning of that day on the wall; None for today."""
    if day is None:
        return None
    return datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())
