"""Booking and moving: a day and a time by the store's clock."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from members.admin.dialogs import DialogForm
from members.models import AppointmentKind, Member, Store, User
from members.registry import member_page
from members.registry.member_page import Action, Outcome
from members.selectors import appointments as selector
from members.selectors import scopes
from members.services import appointments
from members.services.appointment_refusals import UnknownAppointmentStore
from members.services.appointments import Booking

SOURCE = "console"


def _day_field() -> forms.DateField:
    return forms.DateField(
        label=_("Day"), widget=UnfoldAdminTextInputWidget(attrs={"type": "date"})
    )


def _time_field() -> forms.TimeField:
    return forms.TimeField(
        label=_("Time"),
        help_text=_("By the store's clock."),
        widget=UnfoldAdminTextInputWidget(attrs={"type": "time"}),
    )


class MoveForm(DialogForm):
    day = _day_field()
    time = _time_field()


class BookForm(DialogForm):
    kind = forms.ModelChoiceField(
        label=_("What for"),
        queryset=AppointmentKind.objects.filter(is_active=True).order_by("code"),
        widget=UnfoldAdminSelectWidget,
    )
    store = forms.ModelChoiceField(
        label=_("Store"),
        queryset=Store.objects.filter(is_active=True).order_by("code"),
        widget=UnfoldAdminSelectWidget,
    )
    day = _day_field()
    time = _time_field()
    guide = forms.CharField(
        label=_("With whom"), required=False, max_length=40, widget=UnfoldAdminTextInputWidget
    )


def instant_of(cleaned: dict[str, Any], store: Store) -> datetime:
    return datetime.combine(cleaned["day"], cleaned["time"], selector.zone_of(store))


def register() -> None:
    """Called by `apps.ready`."""
    member_page.add_action(
        Action(
            code="book_appointment",
            title=_("Book an appointment"),
            description=_("A visit to a store; the member is reminded in time."),
            submit_text=_("Book"),
            icon="event",
            permission="members.add_appointment",
            form_class=BookForm,
            run=_book,
            order=50,
        )
    )


def _book(*, member: Member, cleaned: dict[str, Any], actor: User, at: datetime) -> Outcome:
    store: Store = cleaned["store"]
    if not scopes.scope_for(actor).contains(store.pk):
        raise UnknownAppointmentStore
    booking = Booking(
        member_id=member.pk,
        kind_code=cleaned["kind"].code,
        store_code=store.code,
        starts_at=instant_of(cleaned, store),
        guide=cleaned["guide"],
        source=SOURCE,
        # The form's own number: sent twice it books once.
        external_id=cleaned["submission"].hex,
        occurred_at=at,
        actor_id=actor.pk,
    )
    appointments.book(booking=booking, at=at)
    told = {"kind": cleaned["kind"].name, "store": store.name, "day": cleaned["day"]}
    return Outcome(text=_g("%(kind)s at %(store)s on %(day)s is booked.") % told)
