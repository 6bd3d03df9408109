"""Appointments: kinds, a store's day with big buttons, the list, and booking from a member."""

from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST
from unfold.decorators import action, display

from members.admin import appointment_days, confirmations, dialogs, labels
from members.admin.appointment_forms import MoveForm, instant_of
from members.admin.base import ConsoleAdmin, KeysetAdmin, operator_of
from members.errors import DomainError
from members.models import Appointment, AppointmentKind, Store
from members.selectors import scopes
from members.services import appointments
from members.services.appointments import Act

COLORS = {
    "BOOKED": "info",
    "ARRIVED": "success",
    "DONE": "success",
    "NO_SHOW": "danger",
    "CANCELED": "warning",
}
SOURCE = "console"
MOVE = {
    "title": _("Move this appointment"),
    "description": _("By the store's clock. The member is reminded of the new time."),
    "form_class": MoveForm,
    "form_submit_text": _("Move"),
}
CANCEL = {
    "title": _("Cancel this appointment"),
    "description": _("The place is free at once. It can't be taken back; book again instead."),
    "form_class": confirmations.ConfirmForm,
    "form_submit_text": _("Cancel the appointment"),
}


@admin.register(AppointmentKind)
class AppointmentKindAdmin(ConsoleAdmin):
    empty_hint = _("Add what can be booked: a consultation, a fitting, a class.")
    list_display = ("shown_name", "code", "minutes", "places", "reminder_hours", "is_active")
    search_fields = ("code", "name_zh", "name_en")
    ordering = ("code",)
    fieldsets = (
        (None, {"fields": (("name_zh", "name_en"), ("code", "is_active"))}),
        (_("How long, how many"), {"fields": (("minutes", "places"),)}),
        (_("Reminder and no-show"), {"fields": (("reminder_hours", "no_show_minutes"),)}),
    )

    @display(description=_("kind"), ordering="name_zh")
    def shown_name(self, kind: AppointmentKind) -> str:
        return kind.name

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("code",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Appointment)
class AppointmentAdmin(KeysetAdmin):
    store_path = "store"
    empty_hint = _("Book the first one from a member's page.")
    list_display = ("member", "kind", "store", "starts_at", "shown_state")
    list_filter = ("state", "kind", "store")
    search_fields = ("=member__card_number",)
    search_help_text = _("Card number")
    list_select_related = ("member", "kind", "store")
    actions_list = ("to_day",)
    actions_detail = ("move", "cancel_it")
    fields = (
        ("member", "state"), ("kind", "store"), ("starts_at", "ends_at"), "guide",
        ("source", "external_id"), ("booked_at", "booked_by"), ("reminded_at", "closed_at"),
    )  # fmt: skip

    @display(description=_("state"), ordering="state", label=COLORS)
    def shown_state(self, appointment: Appointment) -> labels.Label:
        return labels.label(appointment.state, appointment.get_state_display())

    def has_see_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("members.view_appointment")

    def has_book_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("members.change_appointment")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only what is booked is moved or canceled; the service refuses the rest in words."""
        found = Appointment.objects.filter(pk=object_id, state=Appointment.State.BOOKED)
        return super().get_actions_detail(request, object_id) if found.exists() else []

    @action(
        description=_("Day by day"), url_path="to-day", icon="calendar_today", permissions=["see"]
    )
    def to_day(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:members_appointment_day"))

    @action(
        description=_("Move"), url_path="move", icon="event_repeat", permissions=["book"],
        dialog=MOVE,
    )  # fmt: skip
    def move(self, request: HttpRequest, form: MoveForm, object_id: str) -> HttpResponse:
        appointment = self._own(request, int(object_id))
        return confirmations.answer(
            request,
            form=form,
            dialog=MOVE,
            run=lambda: appointments.move(
                act=self._act(request, appointment),
                starts_at=instant_of(form.cleaned_data, appointment.store),
                at=self.now(),
            ),
            done=gettext("Moved."),
            to=reverse("admin:members_appointment_change", args=[object_id]),
        )

    @action(
        description=_("Cancel"), url_path="cancel", icon="event_busy", permissions=["book"],
        dialog=CANCEL,
    )  # fmt: skip
    def cancel_it(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        appointment = self._own(request, int(object_id))
        return confirmations.answer(
            request,
            form=form,
            dialog=CANCEL,
            run=lambda: appointments.change_state(
                act=self._act(request, appointment), state="CANCELED", at=self.now()
            ),
            done=gettext("Canceled."),
            to=reverse("admin:members_appointment_change", args=[object_id]),
        )

    # The day

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("day/", view(require_GET(self.day)), name="members_appointment_day"),
            path(
                "<int:object_id>/mark/",
                view(require_POST(self.mark)),
                name="members_appointment_mark",
            ),
        ]
        return [*own, *super().get_urls()]

    def day(self, request: HttpRequest) -> HttpResponse:
        """Who comes to a store on a day, in order of time."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        stores = list(scopes.scope_for(request.user).stores(Store.objects.order_by("code")))
        asked = request.GET.get("store", "")
        store = next((one for one in stores if one.code == asked), stores[0] if stores else None)
        context = {
            **self.admin_site.each_context(request),
            **appointment_days.context(store, self._day(request), at=self.now()),
            "opts": self.opts,
            "title": gettext("Appointments of the day"),
            "stores": stores,
            "may_mark": request.user.has_perm("members.change_appointment"),
        }
        return TemplateResponse(request, "console/appointment_day.html", context)

    def mark(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Arrived, done, or didn't come: one tap."""
        if not request.user.has_perm("members.change_appointment"):
            raise PermissionDenied
        appointment = self._own(request, object_id)
        act = self._act(request, appointment)
        try:
            appointments.change_state(act=act, state=request.POST.get("state", ""), at=self.now())
        except DomainError as error:
            messages.error(request, dialogs.refusal(error))
        day = localtime(appointment.starts_at, appointment_days.zone_of(appointment)).date()
        page = reverse("admin:members_appointment_day")
        return HttpResponseRedirect(f"{page}?store={appointment.store.code}&day={day:%Y-%m-%d}")

    def _day(self, request: HttpRequest) -> date | None:
        try:
            return date.fromisoformat(request.GET.get("day", ""))
        except ValueError:
            return None

    def _own(self, request: HttpRequest, object_id: int) -> Appointment:
        """One of the operator's stores; of others there is none."""
        found: Appointment | None = (
            self.get_queryset(request)
            .select_related("store", "kind", "member__key")
            .filter(pk=object_id)
            .first()
        )
        if found is None:
            raise Http404
        return found

    def _act(self, request: HttpRequest, appointment: Appointment) -> Act:
        return Act(
            appointment_uid=appointment.uid,
            occurred_at=self.now(),
            source=SOURCE,
            actor_id=operator_of(request).pk,
        )
