"""Addresses that nothing is sent to any more: found by the address, lifted with a reason."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from campaigns.admin import delivery_words
from campaigns.models import Suppression
from campaigns.selectors import suppressions as selector
from campaigns.services import suppressions
from campaigns.services.suppressions import ByHand
from campaigns.transports.registry import TRANSPORTS
from members.admin import confirmations, drawn, labels
from members.admin.base import KeysetAdmin, operator_of
from members.admin.dialogs import ReasonForm
from members.admin.filters import InstantsFilter
from members.errors import DomainError
from members.models import Consent
from members.sealing import masking
from members.sealing.keys import KeyShredded
from members.services import identities
from members.services.identities import IdentityClaim

COLORS = {"BOUNCED": "warning", "COMPLAINED": "danger", "UNSUBSCRIBED": "info", "BY_HAND": "info"}


class AddForm(ReasonForm):
    """An address as somebody says or writes it."""

    medium = forms.ChoiceField(label=_("Channel"), widget=UnfoldAdminSelectWidget)
    address = forms.CharField(
        label=_("Address"),
        max_length=254,
        help_text=_("An e-mail address, a phone number. It is kept as a mark, not as a text."),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    field_order = ("medium", "address", "reason")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        media = dict(Consent.Medium.choices)
        field: Any = self.fields["medium"]
        field.choices = [(one, media.get(one, one)) for one in selector.media_with_addresses()]


ADD = {
    "title": _("Suppress an address"),
    "description": _(
        "Nothing is sent there by this channel any more, neither marketing nor service, whoever "
        "has the address."
    ),
    "form_class": AddForm,
    "form_submit_text": _("Suppress"),
}
LIFT = {
    "title": _("Send to this address again"),
    "description": _(
        "Only where you know that it works, or that its owner wants it. A new bounce or complaint "
        "suppresses it again. What the member allows is another thing, and stays as it is."
    ),
    "form_class": ReasonForm,
    "form_submit_text": _("Lift it"),
}


@admin.register(Suppression)
class SuppressionAdmin(KeysetAdmin):
    empty_hint = _("No address is suppressed: none came back for good, and nobody complained.")
    list_display = ("created_at", "shown_medium", "shown_card", "shown_reason", "note", "actor")
    list_filter = ("reason", "medium", ("created_at", InstantsFilter))
    list_select_related = ("actor",)
    list_before_template = "console/suppression_search.html"
    search_fields = ()
    fields = (
        ("shown_medium", "shown_reason"),
        "shown_holders",
        ("created_at", "actor"),
        "note",
        "delivery",
    )
    readonly_fields = ("shown_medium", "shown_reason", "shown_holders")
    actions_list = ("suppress",)
    actions_row = ("lift",)
    actions_detail = ("lift",)

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["console/member.css"]}

    def get_urls(self) -> list[URLPattern]:
        search = self.admin_site.admin_view(require_POST(self.search_view))
        return [path("search/", search, name="campaigns_suppression_search"), *super().get_urls()]

    def search_view(self, request: HttpRequest) -> HttpResponse:
        """By the whole address, however it is written; a part of one finds nobody. By POST, since
        our own addresses are logged."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        wanted = _of_address(request.POST.get("text", "").strip()[:254])
        ids = [str(pk) for pk in Suppression.objects.filter(wanted).values_list("pk", flat=True)]
        if not ids:
            messages.info(request, gettext("This address isn't suppressed."))
        if len(ids) == 1:
            return HttpResponseRedirect(reverse("admin:campaigns_suppression_change", args=ids))
        listed = ",".join(ids) or "0"
        return HttpResponseRedirect(
            f"{reverse('admin:campaigns_suppression_changelist')}?id__in={listed}"
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Suppression]:
        found: QuerySet[Suppression] = super().get_queryset(request)
        return selector.with_cards(found)

    def has_suppress_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("campaigns.change_suppression")

    def has_lift_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("campaigns.change_suppression")

    @display(description=_("channel"))
    def shown_medium(self, row: Suppression) -> str:
        return delivery_words.medium(row.medium)

    @display(description=_("reason"), label=COLORS)
    def shown_reason(self, row: Suppression) -> labels.Label:
        return labels.label(row.reason, row.get_reason_display())

    @display(description=_("card"))
    def shown_card(self, row: Any) -> str:
        return row.card_number or "–"

    @display(description=_("whose it is now"))
    def shown_holders(self, row: Suppression) -> str:
        return drawn.once(row, "holders", lambda: _holders(row)) or "–"  # type: ignore[no-any-return]

    @action(
        description=_("Suppress an address"),
        url_path="suppress",
        icon="block",
        permissions=["suppress"],
        dialog=ADD,
    )
    def suppress(self, request: HttpRequest, form: AddForm) -> HttpResponse:
        cleaned = form.cleaned_data
        by_hand = ByHand(
            medium=cleaned["medium"], address=cleaned["address"], reason=cleaned["reason"]
        )
        return confirmations.answer(
            request,
            form=form,
            dialog=ADD,
            run=lambda: suppressions.add(
                by_hand=by_hand, actor_id=operator_of(request).pk, at=self.now()
            ),
            done=gettext("Nothing is sent to this address any more."),
            to=reverse("admin:campaigns_suppression_changelist"),
        )

    @action(
        description=_("Send there again"),
        url_path="lift",
        icon="undo",
        permissions=["lift"],
        dialog=LIFT,
    )
    def lift(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=LIFT,
            run=lambda: suppressions.lift(
                suppression_id=int(object_id),
                reason=form.cleaned_data["reason"],
                actor_id=operator_of(request).pk,
                at=self.now(),
            ),
            done=gettext("Messages go to this address again."),
            to=reverse("admin:campaigns_suppression_changelist"),
        )


def _of_address(text: str) -> Q:
    """Rows of whatever address this text is, on the media that have such addresses."""
    found = Q(pk__in=[])
    for medium in selector.media_with_addresses():
        transport = TRANSPORTS[medium]
        try:
            claim = IdentityClaim(transport.identity_kind, text, transport.issuer())
            (prepared,) = identities.prepare([claim])
        except DomainError:
            continue
        found |= Q(medium=medium, digest=prepared.digest)
    return found


def _holders(row: Suppression) -> str:
    """The card and the masked address of each member who has it now."""
    told = []
    for one in selector.holders(row):
        try:
            told.append((one.member.card_number, masking.mask(one.kind, one.value)))
        except KeyShredded:
            continue
    return format_html_join(", ", "{} ({})", told)
