"""Points that checkouts keep aside: who holds how many until when, and how it ended."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from loyalty.models import Hold
from loyalty.services import holds
from loyalty.services.documents import Source
from members.admin import dialogs, labels
from members.admin.base import KeysetAdmin, operator_of
from members.admin.filters import InstantsFilter
from members.errors import DomainError
from members.models import Member
from members.services import audit, submissions

_TONES = {"OPEN": "info", "CAPTURED": "success", "RELEASED": "default", "EXPIRED": "warning"}
RELEASE_DIALOG = {
    "title": _("Release these points"),
    "description": _("The member can use them again at once; the checkout can't spend them."),
    "form_class": dialogs.ReasonForm,
    "form_submit_text": _("Release"),
}


@admin.register(Hold)
class HoldAdmin(KeysetAdmin):
    store_path = "member__store"
    empty_hint = _("Tills and shops hold points through the API while a customer pays.")
    list_display = (
        "external_id",
        "created_at",
        "member",
        "points",
        "captured_points",
        "expires_at",
        "shown_state",
    )
    list_filter = ("state", ("created_at", InstantsFilter))
    list_select_related = ("member",)
    search_fields = ("external_id",)
    search_help_text = _("Hold number or card number, in full")
    fields = (
        ("external_id", "source"),
        ("member", "shown_state"),
        ("created_at", "expires_at", "resolved_at"),
        ("points", "captured_points"),
    )
    readonly_fields = ("shown_state",)
    actions_detail = ("release",)

    @action(
        description=_("Release"),
        url_path="release",
        icon="lock_open",
        permissions=["loyalty.change_hold"],
        dialog=RELEASE_DIALOG,
    )
    def release(
        self, request: HttpRequest, form: dialogs.ReasonForm, object_id: str
    ) -> HttpResponse:
        hold = get_object_or_404(self.get_queryset(request), pk=object_id)
        try:
            self._release(request, hold, form)
        except DomainError as error:
            return dialogs.refused(request, RELEASE_DIALOG, form, error)
        messages.success(request, gettext("The points are free again."))
        return dialogs.go_to(reverse("admin:loyalty_hold_change", args=[hold.pk]))

    def _release(self, request: HttpRequest, hold: Hold, form: dialogs.ReasonForm) -> None:
        """In the name of the hold's own source, which alone may resolve it; once for each form."""
        at, operator = self.now(), operator_of(request)

        def do() -> None:
            source = Source(name=hold.source, actor_id=operator.pk)
            holds.release(hold_uid=hold.uid, source=source, at=at)
            audit.record(
                action="hold.released",
                at=at,
                actor_id=operator.pk,
                member_id=hold.member_id,
                reason=form.cleaned_data["reason"],
                details={"hold": str(hold.uid)},
            )

        submissions.run_once(
            uid=form.cleaned_data["submission"],
            action="loyalty.hold.release",
            actor_id=operator.pk,
            at=at,
            do=do,
            member_of=lambda _done: hold.member_id,
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        cards = Member.objects.filter(card_number=text.upper()).values("pk")
        return queryset.filter(external_id=text) | queryset.filter(member_id__in=cards), False

    @display(description=_("state"), label=_TONES)
    def shown_state(self, hold: Hold) -> labels.Label:
        """As it is now: one whose time is over holds nothing, whether or not it was written."""
        state = Hold.State(hold.state)
        if state == Hold.State.OPEN and hold.expires_at <= self.now():
            state = Hold.State.EXPIRED
        return labels.label(state.value, state.label)
