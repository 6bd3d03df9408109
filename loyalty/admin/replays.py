"""“What if”: drafts replayed over past orders as a job; nobody's points change."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from loyalty.admin import amount_fields, replay_figures
from loyalty.models import EarningRule
from loyalty.services import replays
from members.admin import dialogs
from members.admin.base import operator_of
from members.errors import DomainError
from members.models import Job
from members.services import jobs

TEMPLATE = "console/replays.html"
EARLIER = 10
_DEFAULT_DAYS = 30


class ReplayForm(forms.Form):
    """Which drafts over which days, both included as people say them."""

    drafts = forms.ModelMultipleChoiceField(
        label=_("Drafts"),
        queryset=EarningRule.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Each in place of the published version of its rule."),
    )
    from_on = forms.DateField(
        label=_("From"), widget=UnfoldAdminTextInputWidget(attrs={"type": "date"})
    )
    last_on = forms.DateField(
        label=_("Through"), widget=UnfoldAdminTextInputWidget(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, at: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        fields["drafts"].queryset = EarningRule.objects.filter(
            program__is_current=True, state=EarningRule.State.DRAFT
        ).order_by("code")
        today = timezone.localtime(at).date()
        fields["from_on"].initial = today - timedelta(days=_DEFAULT_DAYS)
        fields["last_on"].initial = today - timedelta(days=1)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        start, end = cleaned.get("from_on"), cleaned.get("last_on")
        if start and end and end < start:
            self.add_error("last_on", gettext("The last day must not be before the first."))
        return cleaned


def page(request: HttpRequest, *, at: datetime) -> HttpResponse:
    """The form, the replay that is looked at, and earlier ones."""
    may_start = request.user.has_perm("loyalty.change_earningrule")
    form = ReplayForm(request.POST if _asks(request, "start") else None, at=at)
    job = _job(request)
    refusal = ""
    if request.method == "POST":
        if not may_start:
            raise PermissionDenied
        try:
            done = _do(request, form, job, at)
        except DomainError as error:
            refusal = dialogs.refusal(error)
        else:
            if done is not None:
                return HttpResponseRedirect(f"{_here()}?job={done.pk}")
    if job is not None and request.GET.get("as") == "csv":
        return _file(job)
    context = {
        **admin.site.each_context(request),
        "title": gettext("What if these rules had been there?"),
        "here": _here(),
        "form": form,
        "may_start": may_start,
        "has_drafts": bool(form.fields["drafts"].queryset),  # type: ignore[attr-defined]
        "refusal": refusal,
        **_shown(job),
    }
    return TemplateResponse(request, TEMPLATE, context)


def _do(request: HttpRequest, form: ReplayForm, job: Job | None, at: datetime) -> Job | None:
    """The job that was started, canceled or gone on with; None where the form is refused."""
    if job is not None and _asks(request, "cancel"):
        return jobs.cancel(job_id=job.pk, at=at)
    if job is not None and _asks(request, "resume"):
        return replays.resume(job_id=job.pk, at=at)
    if not _asks(request, "start") or not form.is_valid():
        return None
    return replays.start(
        draft_ids=[rule.pk for rule in form.cleaned_data["drafts"]],
        from_on=form.cleaned_data["from_on"],
        until_on=form.cleaned_data["last_on"] + timedelta(days=1),
        actor=operator_of(request),
        at=at,
    )


def _shown(job: Job | None) -> dict[str, Any]:
    earlier = list(Job.objects.filter(kind=replays.KIND).order_by("-pk")[:EARLIER])
    names = _names([*earlier, *([job] if job else [])])
    shown: dict[str, Any] = {"earlier": [replay_figures.row(one, names) for one in earlier]}
    if job is not None:
        message = gettext(job.message) if job.message else ""
        shown["job"] = replay_figures.card(job, names, amount_fields.currency(), message)
    return shown


def _names(found: list[Job]) -> dict[int, str]:
    """Names of the drafts that these jobs replay, with their versions."""
    ids = {int(pk) for job in found for pk in job.params.get("drafts", ())}
    return {
        rule.pk: f"{rule.name} v{rule.version}" for rule in EarningRule.objects.filter(pk__in=ids)
    }


def _job(request: HttpRequest) -> Job | None:
    asked = request.GET.get("job", "")
    if not asked.isdecimal() or len(asked) > 18:
        return None
    return get_object_or_404(Job, pk=int(asked), kind=replays.KIND)


def _file(job: Job) -> HttpResponse:
    # Spreadsheets read UTF-8 only with its mark.
    text = "\ufeff" + replay_figures.as_csv(job, amount_fields.currency())
    answer = HttpResponse(text, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="what-if-{job.pk}.csv"'
    return answer


def _asks(request: HttpRequest, deed: str) -> bool:
    return request.method == "POST" and request.POST.get("do") == deed


def _here() -> str:
    return reverse("admin:loyalty_earningrule_what_if")
