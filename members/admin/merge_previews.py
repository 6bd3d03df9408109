"""The preview of a merge: both cards beside each other, and how the survivor would be afterwards.
Nothing is merged here: it asks a second person, who sees the same page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget

from members.admin import dialogs
from members.admin.base import operator_of
from members.errors import DomainError
from members.models import Member
from members.registry import merge_page
from members.registry.merge_page import Line
from members.selectors import scopes
from members.services import merge_requests, merges

TEMPLATE = "console/merge_preview.html"
MAY_ASK = "members.add_membermerge"


class MergeForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy(
            "Why these two are one person. The second person and the auditor read it; "
            "no names or phone numbers, please."
        ),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )


@dataclass(frozen=True)
class Row:
    """One fact of both cards, and of the survivor afterwards; "" where nobody knows."""

    label: str
    survivor: str
    retired: str
    after: str

    @property
    def is_changed(self) -> bool:
        return bool(self.after) and self.after != self.survivor


def url(survivor_id: int, retired_id: int) -> str:
    return reverse("admin:members_membermerge_preview", args=[survivor_id, retired_id])


def page(request: HttpRequest, survivor_id: int, retired_id: int, *, at: datetime) -> HttpResponse:
    """Both cards, and the form that asks for the merge where the operator may."""
    survivor, retired = _visible(request, survivor_id), _visible(request, retired_id)
    form = MergeForm(request.POST or None)
    may_ask = request.user.has_perm(MAY_ASK)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Merge two cards"),
        "survivor": survivor,
        "retired": retired,
        "form": form if may_ask else None,
        "swap": url(retired.pk, survivor.pk),
        "pages": [
            reverse("admin:members_member_change", args=[one.pk]) for one in (survivor, retired)
        ],
    }
    after = None
    try:
        if may_ask and request.method == "POST" and form.is_valid():
            return _ask(request, survivor, retired, form.cleaned_data["reason"], at)
        after = merges.preview(
            survivor_id=survivor.pk,
            retired_id=retired.pk,
            at=at,
            look=lambda one: _facts([one.pk], at),
        )
        if may_ask:
            # Said before somebody writes a reason in vain.
            merge_requests.refuse_second(survivor_id=survivor.pk, retired_id=retired.pk, at=at)
    except DomainError as error:
        why = merge_page.OBSTACLES.get(str(error.details.get("reason", "")))
        context["refusal"] = why or dialogs.refusal(error)
    context["sections"] = _sections(survivor.pk, retired.pk, after or {}, at)
    return TemplateResponse(request, TEMPLATE, context)


def _ask(
    request: HttpRequest, survivor: Member, retired: Member, reason: str, at: datetime
) -> HttpResponse:
    merge_requests.ask(
        survivor_id=survivor.pk,
        retired_id=retired.pk,
        reason=reason,
        maker=operator_of(request),
        at=at,
    )
    messages.success(request, _("Another person was asked to approve it."))
    return HttpResponseRedirect(reverse("admin:members_member_change", args=[survivor.pk]))


def _visible(request: HttpRequest, member_id: int) -> Member:
    """The member, if the operator may see it; else it doesn't exist."""
    member = Member.objects.filter(pk=member_id).first()
    if member is None or not scopes.scope_for(request.user).contains(member.store_id):
        raise Http404
    return member


Facts = dict[str, dict[int, list[Line]]]


def _facts(member_ids: list[int], at: datetime) -> Facts:
    return {
        section.code: {key: list(lines) for key, lines in section.lines(member_ids, at).items()}
        for section in merge_page.sections()
    }


def _sections(
    survivor_id: int, retired_id: int, after: Facts, at: datetime
) -> list[tuple[str, list[Row]]]:
    now = _facts([survivor_id, retired_id], at)
    return [
        (
            str(section.title),
            _rows(
                now[section.code].get(survivor_id, []),
                now[section.code].get(retired_id, []),
                after.get(section.code, {}).get(survivor_id, []),
            ),
        )
        for section in merge_page.sections()
    ]


def _rows(survivor: list[Line], retired: list[Line], after: list[Line]) -> list[Row]:
    """Lines with the same label beside each other, in the order in which they first come."""
    columns = [{str(line.label): str(line.text) for line in lines} for lines in (survivor, retired)]
    ahead = {str(line.label): str(line.text) for line in after}
    labels = dict.fromkeys(label for column in (*columns, ahead) for label in column)
    return [
        Row(
            label,
            columns[0].get(label, "–"),
            columns[1].get(label, "–"),
            ahead.get(label, columns[0].get(label, "–")) if after else "",
        )
        for label in labels
    ]
