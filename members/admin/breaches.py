"""The breach register: duties with their countdown, and the steps until a breach is closed."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from members.admin import breach_forms, breach_words, confirmations, labels
from members.admin.base import ConsoleAdmin, ReadOnlyInline, operator_of
from members.models import Breach, BreachClock, BreachDuty
from members.models.data_categories import labels as category_labels
from members.selectors import breaches as selectors
from members.services import breaches

SEVERITIES = {"LOW": "info", "MEDIUM": "warning", "HIGH": "danger"}
STATES = {"OPEN": "danger", "CONTAINED": "warning", "CLOSED": "success"}


class BreachDutyInline(ReadOnlyInline):
    model = BreachDuty
    tab = False
    fields = readonly_fields = ("kind", "hours", "due_at", "shown_left", "shown_by", "note")
    ordering = ("due_at", "pk")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("done_by")

    @display(description=_("done by"))
    def shown_by(self, duty: BreachDuty) -> str:
        return duty.done_by.get_username() if duty.done_by else "–"

    @display(description=_("left"))
    def shown_left(self, duty: BreachDuty) -> str:
        return breach_words.left(duty, at=self.admin_site._registry[Breach].now())  # type: ignore[attr-defined]


@admin.register(Breach)
class BreachAdmin(ConsoleAdmin):
    form = breach_forms.BreachForm
    empty_hint = _("Record a breach as soon as it is discovered: its clocks run from then.")
    list_display = (
        "title", "shown_severity", "shown_state", "shown_next", "affected_count", "discovered_at",
    )  # fmt: skip
    list_filter = ("state", "severity")
    ordering = ("-discovered_at",)
    list_select_related = ("recorded_by",)
    inlines = (BreachDutyInline,)
    actions_detail = ("mark_done", "contain", "raise_it", "close_it", "report")
    add_fieldsets = (
        (
            None,
            {
                "fields": (
                    "title", "what_happened", ("severity", "affected_count"),
                    "occurred_at", "discovered_at", "categories",
                )
            },
        ),
    )  # fmt: skip
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("title", "shown_state"),
                    ("shown_severity", "affected_count"),
                    "shown_description",
                    "shown_categories",
                    ("occurred_at", "discovered_at"),
                    ("recorded_at", "shown_by"),
                    ("contained_at", "closed_at"),
                )
            },
        ),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fieldsets if obj else self.add_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = ("shown_description", "shown_categories", "shown_state", "shown_severity")
        return (*shown, "shown_by") if obj else ()

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj else ()

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(next_due_at=selectors.NEXT_DUE_AT)

    def save_model(self, request: HttpRequest, obj: Breach, form: Any, change: bool) -> None:
        found = form.found()
        saved = breaches.record(found=found, actor_id=operator_of(request).pk, at=self.now())
        obj.pk = saved.pk

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_set_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        if not request.user.has_perm("members.change_breach"):
            return False
        living = Breach.objects.exclude(state=Breach.State.CLOSED)
        return object_id is None or living.filter(pk=object_id).exists()

    @display(description=_("severity"), label=SEVERITIES)
    def shown_severity(self, breach: Breach) -> labels.Label:
        return labels.label(breach.severity, breach.get_severity_display())

    @display(description=_("state"), label=STATES)
    def shown_state(self, breach: Breach) -> labels.Label:
        return labels.label(breach.state, breach.get_state_display())

    @display(description=_("next duty"))
    def shown_next(self, breach: Breach) -> str:
        due_at = breach.__dict__.get("next_due_at")
        return breach_words.until(due_at, at=self.now()) if due_at else "–"

    @display(description=_("recorded by"))
    def shown_by(self, breach: Breach) -> str:
        return breach.recorded_by.get_username() if breach.recorded_by else "–"

    @display(description=_("what happened"))
    def shown_description(self, breach: Breach) -> str:
        return str(breach.description)

    @display(description=_("which data"))
    def shown_categories(self, breach: Breach) -> labels.Labels:
        return labels.labels(category_labels(breach.categories))

    # Steps

    @action(
        description=_("Note a duty as done"),
        url_path="mark-done",
        icon="task_alt",
        permissions=["set"],
        dialog=breach_forms.DONE,
    )
    def mark_done(
        self, request: HttpRequest, form: breach_forms.DoneForm, object_id: str
    ) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=breach_forms.DONE,
            run=lambda: breaches.mark_done(
                breach_id=int(object_id),
                kind=form.cleaned_data["kind"],
                note=form.cleaned_data["note"],
                actor_id=operator_of(request).pk,
                at=self.now(),
            ),
            done=str(_("Noted.")),
            to=self._page_of(object_id),
        )

    @action(
        description=_("Contained"),
        url_path="contain",
        icon="shield",
        permissions=["set"],
        dialog=breach_forms.CONTAIN,
    )
    def contain(
        self, request: HttpRequest, form: breach_forms.ContainForm, object_id: str
    ) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=breach_forms.CONTAIN,
            run=lambda: breaches.contain(
                breach_id=int(object_id),
                affected_count=form.cleaned_data["affected_count"],
                actor_id=operator_of(request).pk,
                at=self.now(),
            ),
            done=str(_("The breach is contained; its duties run on.")),
            to=self._page_of(object_id),
        )

    @action(
        description=_("Worse than thought"),
        url_path="raise",
        icon="trending_up",
        permissions=["set"],
        dialog=breach_forms.RAISE,
    )
    def raise_it(
        self, request: HttpRequest, form: breach_forms.RaiseForm, object_id: str
    ) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=breach_forms.RAISE,
            run=lambda: breaches.raise_severity(
                breach_id=int(object_id),
                severity=form.cleaned_data["severity"],
                actor_id=operator_of(request).pk,
                at=self.now(),
            ),
            done=str(_("The duties of the new severity were added.")),
            to=self._page_of(object_id),
        )

    @action(
        description=_("Close the breach"),
        url_path="close",
        icon="check_circle",
        permissions=["set"],
        dialog=breach_forms.CLOSE,
    )
    def close_it(
        self, request: HttpRequest, form: confirmations.ConfirmForm, object_id: str
    ) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=breach_forms.CLOSE,
            run=lambda: breaches.close(
                breach_id=int(object_id), actor_id=operator_of(request).pk, at=self.now()
            ),
            done=str(_("The breach is closed.")),
            to=self._page_of(object_id),
        )

    @action(description=_("Report"), url_path="report-link", icon="print", permissions=["view"])
    def report(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:members_breach_printed", args=[object_id]))

    def get_urls(self) -> list[URLPattern]:
        printed = self.admin_site.admin_view(self.printed)
        own = path("<int:object_id>/printed/", printed, name="members_breach_printed")
        return [own, *super().get_urls()]

    def printed(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The report as a page for the printer: what happened, what was done and when."""
        breach = self.get_object(request, str(object_id))
        if breach is None or not self.has_view_permission(request, breach):
            raise Http404
        at = self.now()
        context = {
            "breach": breach,
            "categories": category_labels(breach.categories),
            "duties": [
                {"duty": duty, "left": breach_words.left(duty, at=at)}
                for duty in selectors.duties(breach_id=breach.pk)
            ],
            "at": at,
            "back": self._page_of(object_id),
        }
        return render(request, "console/breach_report.html", context)

    def _page_of(self, object_id: Any) -> str:
        return reverse("admin:members_breach_change", args=[object_id])


@admin.register(BreachClock)
class BreachClockAdmin(ConsoleAdmin):
    form = breach_forms.ClockForm
    empty_hint = _("Without a clock a breach of this severity has no duties.")
    list_display = ("severity", "kind", "hours")
    list_filter = ("severity",)
    ordering = ("severity", "hours")
    fieldsets = ((None, {"fields": (("severity", "kind"), "hours")}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("severity", "kind") if obj else ()

    def save_model(self, request: HttpRequest, obj: BreachClock, form: Any, change: bool) -> None:
        saved = breaches.set_clock(
            severity=obj.severity,
            kind=obj.kind,
            hours=obj.hours,
            actor_id=operator_of(request).pk,
            at=self.now(),
        )
        obj.pk = saved.pk

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
