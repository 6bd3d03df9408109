"""“Try it” pages: lines, place, buyer and drafts, and below them what the trial tells."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from loyalty.admin.dry_run_forms import LINES, MOST_LINES, BasketForm
from loyalty.models import Program
from members.admin import dialogs
from members.admin.base import operator_of
from members.errors import DomainError

MORE = "more"


@dataclass(frozen=True)
class TrialPage:
    """What one such page is made of. `place` and `buyer` name fields of `form`; `known` feeds the
    lists below the fields; `results` judges the valid form and lines, and may refuse."""

    template: str
    title: str
    form: type[BasketForm]
    lines: Any
    place: tuple[str, ...]
    buyer: tuple[str, ...]
    known: Callable[[], dict[str, list[tuple[str, str]]]]
    results: Callable[[Any, Any], list[Any]]


def show(request: HttpRequest, page: TrialPage, *, at: datetime) -> HttpResponse:
    """The form, and below it what was asked for."""
    is_sent = request.method == "POST" and MORE not in request.POST
    form: Any = page.form(
        request.POST if request.method == "POST" else None,
        operator=operator_of(request),
        at=at,
        initial={"drafts": _asked_drafts(request)},
    )
    lines = _lines(request, page.lines)
    has_tags = bool(form.fields["tags"].queryset)
    context = {
        **admin.site.each_context(request),
        "title": page.title,
        "form": form,
        "lines": lines,
        "place": [form[name] for name in page.place],
        "buyer": [form[name] for name in page.buyer if name != "tags" or has_tags],
        "known": page.known(),
        "may_add": lines.total_form_count() < MOST_LINES,
        "has_drafts": bool(form.fields["drafts"].queryset),
    }
    if is_sent and form.is_valid() and lines.is_valid():
        try:
            context["results"] = page.results(form, lines)
        except DomainError as error:
            context["refusal"] = dialogs.refusal(error)
    return TemplateResponse(request, page.template, context)


def moment(form: BasketForm) -> datetime:
    """The day and hour on the store's wall, of a valid form."""
    store = form.cleaned_data["store"]
    program = Program.objects.filter(is_current=True).values_list("time_zone", flat=True).first()
    zone = ZoneInfo(store.time_zone or program or "UTC")
    return datetime.combine(
        form.cleaned_data["day"], time(form.cleaned_data["hour"]), zone
    ).astimezone(UTC)


def _lines(request: HttpRequest, formset: Any) -> Any:
    """The lines as sent; with more of them where that was asked for."""
    if request.method != "POST":
        return formset(prefix="line")
    sent = request.POST.copy()
    if MORE in sent:
        count = sent.get("line-TOTAL_FORMS", "")
        total = int(count) if count.isdecimal() and len(count) < 4 else LINES
        sent["line-TOTAL_FORMS"] = str(min(MOST_LINES, total + LINES))
    return formset(sent, prefix="line")


def _asked_drafts(request: HttpRequest) -> list[int]:
    asked = request.GET.get("drafts", "").split(",")
    return [int(one) for one in asked if one.isdecimal() and len(one) < 19]
