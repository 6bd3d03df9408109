"""A new service case, from a member's page, the counter's card or the inbox."""

import uuid
from datetime import datetime
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.admin import dialogs
from members.admin.base import operator_of
from members.admin.service_case_forms import OpenDialog, OpenForm
from members.errors import DomainError
from members.models import Member, ServiceCase, User
from members.registry import member_page
from members.registry.member_page import Action, Outcome
from members.sealing import masking
from members.selectors import members, scopes
from members.selectors.scopes import Scope
from members.services import service_cases, submissions
from members.services.service_case_changes import Doing
from members.services.service_cases import CaseOpening, Opened
from members.services.submissions import Sent

ACTION = "members.service_case.open"
TEMPLATE = "console/service_open.html"
# A working day, as a cart of the till.
_SEEN_SECONDS = 12 * 60 * 60


def register() -> None:
    """Called by `apps.ready`."""
    member_page.add_action(
        Action(
            code="open_case",
            title=gettext_lazy("Open a case"),
            description=gettext_lazy(
                "What the member asks or complains about; the clock of the first answer starts."
            ),
            submit_text=gettext_lazy("Open it"),
            icon="support_agent",
            permission="members.add_servicecase",
            form_class=OpenDialog,
            run=_run,
            order=5,
        )
    )


def page(request: HttpRequest, *, context: dict[str, Any], at: datetime) -> HttpResponse:
    """The form, and once it is sent the case. `member` in the address is an id, no card."""
    operator = operator_of(request)
    member = _asked(request)
    form = OpenForm(request.POST or None, operator=operator, initial={"submission": uuid.uuid4()})
    shown = {
        **context,
        "title": _("Open a case"),
        "form": form,
        "member": member,
        "masked_name": "" if member is None else masking.name(member.name),
    }
    if request.method == "POST" and form.is_valid():
        try:
            sent = _open(member, form.cleaned_data, operator, at)
        except DomainError as error:
            shown["refusal"] = dialogs.refusal(error)
        else:
            return HttpResponseRedirect(_next(sent))
    return TemplateResponse(request, TEMPLATE, shown)


def _run(*, member: Member, cleaned: dict[str, Any], actor: User, at: datetime) -> Outcome:
    sent = _open(member, cleaned, actor, at)
    if sent.result is None:
        return Outcome(text=_("This was sent twice; one case was opened."))
    return Outcome(text=_("Case #%(number)s is open.") % {"number": sent.result.case.pk})


def _open(
    member: Member | None, cleaned: dict[str, Any], actor: User, at: datetime
) -> Sent[Opened]:
    opening = CaseOpening(
        topic=cleaned["topic"].code,
        medium=cleaned["medium"],
        subject=cleaned["subject"],
        kind=cleaned["kind"],
        member_id=None if member is None else member.pk,
        store_id=cleaned["store"].pk if cleaned["store"] else None,
        text=cleaned["text"],
        answer=cleaned["answer"],
        order_reference=cleaned["order_reference"],
    )
    return submissions.run_once(
        uid=cleaned["submission"],
        action=ACTION,
        actor_id=actor.pk,
        at=at,
        do=lambda: service_cases.open_case(
            opening=opening, doing=Doing(at=at, actor_id=actor.pk, source="console")
        ),
        member_of=lambda opened: opened.case.member_id,
    )


def address(*, member: Member, operator: User) -> str:
    """Where this operator opens a case of a member who stands before them, from whatever store."""
    seen = signing.dumps(str(member.uid), salt=_salt(operator))
    return f"{reverse('admin:members_servicecase_add')}?{urlencode({'member': seen})}"


def _asked(request: HttpRequest) -> Member | None:
    """The member whose case it is: one of the operator's stores by their id, any other by what
    the counter's card led to, since an id alone shows no one else's members."""
    told, operator = request.GET.get("member", ""), operator_of(request)
    scope = scopes.scope_for(operator)
    try:
        seen = signing.loads(told, salt=_salt(operator), max_age=_SEEN_SECONDS)
        told, scope = seen, Scope()
    except signing.BadSignature:
        pass
    try:
        found = members.by_uid(uid=uuid.UUID(told))
    except (ValueError, DomainError):
        return None
    return found if scope.contains(found.store_id) else None


def _salt(operator: User) -> str:
    return f"members.admin.service_openings:{operator.pk}"


def _next(sent: Sent[Opened]) -> str:
    if sent.result is None:
        return reverse("admin:members_servicecase_changelist")
    return case_page(sent.result.case)


def case_page(case: ServiceCase) -> str:
    return reverse("admin:members_servicecase_change", args=[case.pk])
