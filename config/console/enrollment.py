"""Enrolling at the counter: one short form, and what is done with it."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Channel, Consent, Member, Store, User
from members.sealing import normalize
from members.selectors import policies, scopes
from members.services import members, submissions
from members.services.members import ConsentGiven, IdentityClaim, Registration

ACTION = "console.counter.enroll"
PLACEMENT = "counter"


@dataclass(frozen=True)
class Question:
    """A consent that the clerk asks for, in the words to be said aloud."""

    field: str
    purpose: str
    medium: str
    label: Any


QUESTIONS = (
    Question(
        "offers_sms",
        Consent.Purpose.MARKETING,
        Consent.Medium.SMS,
        gettext_lazy("“May we send you offers by text message?”"),
    ),
    Question(
        "offers_inbox",
        Consent.Purpose.MARKETING,
        Consent.Medium.INBOX,
        gettext_lazy("“May we show you offers in the app?”"),
    ),
    Question(
        "service_sms",
        Consent.Purpose.SERVICE,
        Consent.Medium.SMS,
        gettext_lazy("“Shall we tell you by text message before your points expire?”"),
    ),
)


class EnrollForm(forms.Form):
    """Phone, name, store and consents. `submission` makes a double click one enrollment."""

    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("May be left out; you see it masked afterwards."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    store = forms.ModelChoiceField(label=gettext_lazy("Store"), queryset=Store.objects.none())

    def __init__(self, *args: Any, operator: User, **options: Any) -> None:
        super().__init__(*args, **options)
        stores = list(stores_of(operator)[:2])
        store = self.fields["store"]
        store.queryset = stores_of(operator)  # type: ignore[attr-defined]
        # Who works for one store enrolls there; anybody else says where.
        store.empty_label = None if len(stores) == 1 else "—"  # type: ignore[attr-defined]
        for question in QUESTIONS:
            self.fields[question.field] = forms.BooleanField(label=question.label, required=False)

    @property
    def questions(self) -> list[forms.BoundField]:
        return [self[question.field] for question in QUESTIONS]

    def clean_phone(self) -> str:
        try:
            return normalize.phone(self.cleaned_data["phone"])
        except normalize.BadIdentity:
            raise forms.ValidationError(
                _("This is no complete phone number. Please check the digits.")
            ) from None


@dataclass(frozen=True)
class Enrolled:
    """The member; `is_new` is false where the phone was known already."""

    member: Member
    is_new: bool


def stores_of(operator: User) -> QuerySet[Store]:
    """The open stores that the operator works for."""
    return scopes.scope_for(operator).stores(Store.objects.filter(is_active=True)).order_by("pk")


def enroll(*, cleaned: dict[str, Any], actor: User, at: datetime) -> Enrolled:
    """The member with this phone, registered now unless the shop knows them.

    Raises: IdentityConflict and what else `members.register` refuses.
    """
    sent = submissions.run_once(
        uid=cleaned["submission"],
        action=ACTION,
        actor_id=actor.pk,
        at=at,
        do=lambda: members.register(
            registration=_registration(cleaned, at), at=at, actor_id=actor.pk
        ),
        member_of=lambda registered: registered.member.pk,
    )
    if sent.result is None:
        return Enrolled(Member.objects.get(pk=sent.member_id), is_new=True)
    return Enrolled(sent.result.member, sent.result.is_new)


def _registration(cleaned: dict[str, Any], at: datetime) -> Registration:
    version = policies.current_version(at=at)
    return Registration(
        identities=(IdentityClaim(kind="PHONE", value=cleaned["phone"]),),
        name=cleaned["name"].strip(),
        channel=channel_code(),
        store=cleaned["store"].code,
        placement=PLACEMENT,
        consents=tuple(
            ConsentGiven(question.purpose, question.medium, True, version)
            for question in QUESTIONS
            if cleaned[question.field]
        ),
    )


def channel_code() -> str:
    """The shop's till channel: the counter stands beside it."""
    tills = Channel.objects.filter(kind=Channel.Kind.POS).order_by("pk")
    return tills.values_list("code", flat=True).first() or ""
