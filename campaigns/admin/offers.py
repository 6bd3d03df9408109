"""Offers as sentences; what is published stays as it is."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import action

from campaigns.admin import offer_dialogs, offer_sentences, offer_trials
from campaigns.admin.offer_cells import NAMES as READ_ONLY
from campaigns.admin.offer_cells import OfferCells
from campaigns.admin.offer_effects import Teller
from campaigns.admin.offer_forms import OfferForm
from campaigns.models import Offer
from campaigns.selectors import offer_uses
from campaigns.selectors import offers as selectors
from campaigns.selectors.offer_uses import Standing
from campaigns.selectors.offers import Stage
from campaigns.services import offers
from loyalty.admin import cart_fields
from members.admin import condition_fields, publishing
from members.admin.base import ConsoleChangeList
from members.admin.publishing import VersionedAdmin

OFFERED: dict[str, frozenset[str]] = {
    Stage.DRAFT: frozenset({"publish", "try_draft"}),
    Stage.WAITING: frozenset({"try_draft"}),
    Stage.SCHEDULED: frozenset({"new_version", "stop"}),
    Stage.LIVE: frozenset({"new_version", "stop"}),
    Stage.ENDED: frozenset({"new_version"}),
    Stage.REPLACED: frozenset(),
    Stage.STOPPED: frozenset({"new_version"}),
}


class StageFilter(DropdownFilter):
    title = _("state")
    parameter_name = "stage"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Stage.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(stage=self.value()) if self.value() in Stage else queryset


class OfferChangeList(ConsoleChangeList):
    """What sentences name, uses and budgets are read once for the page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        teller = Teller()
        standings = offer_uses.standings(codes=[offer.code for offer in self.result_list])
        for offer in self.result_list:
            offer.teller = teller
            offer.standing = standings.get(offer.code, Standing())


@admin.register(Offer)
class OfferAdmin(OfferCells, VersionedAdmin):
    form = OfferForm
    offered = OFFERED
    empty_hint = _("Add an offer, try it on a cart, then ask a second person to publish it.")
    list_display = (
        "shown_offer",
        "shown_rule",
        "shown_period",
        "shown_budget",
        "shown_uses",
        "shown_stage",
    )
    list_filter = (StageFilter, "kind")
    search_fields = ("code", "name_zh", "name_en")
    ordering = (F("valid_from").desc(), "code", "-version")
    autocomplete_fields = ("stores",)
    fieldsets = (
        (_("What it is"), {"fields": ("kind", ("name_zh", "name_en"), ("code", "shown_stage"))}),
        (
            _("What it does"),
            {
                "fields": (
                    "form",
                    ("amount", "off_basis_points"),
                    "steps",
                    "is_repeated",
                    "parts",
                    ("nth", "multiplier_percent"),
                    ("cap_amount", "max_times"),
                )
            },
        ),
        (
            _("For which goods and purchases"),
            {"fields": ("condition", ("min_amount", "min_quantity"), "stores")},
        ),
        (_("Together with others"), {"fields": ("stacking", "stacking_group")}),
        (
            _("How often"),
            {"fields": (("limit_member", "limit_member_day"), ("limit_count", "budget_amount"))},
        ),
        (_("When"), {"fields": ("valid_from", "valid_until")}),
    )
    published_fieldsets = (
        (None, {"fields": (("shown_name", "shown_stage"), ("shown_kind", "shown_code"))}),
        (_("The offer"), {"fields": ("shown_sentence",)}),
        (_("Budget and uses"), {"fields": (("shown_budget", "shown_uses"),)}),
        (_("Versions"), {"fields": ("shown_versions",)}),
    )
    readonly_fields = READ_ONLY
    actions_list = ("try_it",)
    actions_detail = ("publish", "new_version", "try_draft", "stop")

    class Media:
        css: ClassVar = {"all": ("console/offers.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        queryset: QuerySet[Offer] = super().get_queryset(request)
        return selectors.with_stage(queryset.prefetch_related("stores"), at=self.now())

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ConsoleChangeList]:
        return OfferChangeList

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"valid_from": self.now().replace(second=0, microsecond=0)}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.readonly_fields, "code") if obj else self.readonly_fields

    def save_model(self, request: HttpRequest, obj: Offer, form: Any, change: bool) -> None:
        if not change:
            obj.version = offers.next_version(code=obj.code)
        super().save_model(request, obj, form, change)

    def spoken(self, request: HttpRequest, object_id: int | None = None) -> HttpResponse:
        """The form as it stands, as a sentence, and what is wrong with a condition of it: the
        scope, or that of a bundle's part."""
        offer = None if object_id is None else get_object_or_404(Offer, pk=object_id)
        if not self.has_set_permission(request):
            return JsonResponse({"sentence": "", "problems": []}, status=403)
        name = request.POST.get("condition_name", "condition")
        text = request.POST.get(name, "")
        if name != "condition":
            return JsonResponse(condition_fields.spoken(text, cart_fields.LINES_VOCABULARY))
        told = condition_fields.spoken(text, cart_fields.VOCABULARY)
        form = self.get_form(request, offer, change=offer is not None)(request.POST, instance=offer)
        if not told["problems"] and form.is_valid():
            stores = form.cleaned_data.get("stores", ())
            told["sentence"] = offer_sentences.whole(form.instance, stores=stores)
        return JsonResponse(told)

    def state_of(self, object_id: Any) -> str:
        found = selectors.with_stage(Offer.objects.filter(pk=object_id), at=self.now()).first()
        return found.stage if found else ""

    publish = publishing.publish_action(
        offer_dialogs.PUBLISH,
        lambda offer_id, **said: offers.ask_to_publish(offer_id=offer_id, **said),
    )
    new_version = publishing.renew_action(
        offer_dialogs.RENEW,
        lambda offer_id, *, at: offers.new_version(offer_id=offer_id, at=at),
    )
    stop = publishing.stop_action(
        offer_dialogs.STOP,
        lambda offer_id, **said: offers.stop(offer_id=offer_id, **said),
        title=_("Stop now"),
        done=_("The offer lowers nothing any more."),
    )

    @action(description=_("Try it"), url_path="try", icon="science", permissions=["view"])
    def try_it(self, request: HttpRequest) -> HttpResponse:
        return offer_trials.page(request, at=self.now())

    @action(description=_("Try it"), url_path="try-draft", icon="science", permissions=["view"])
    def try_draft(self, request: HttpRequest, object_id: str) -> HttpResponse:
        there = reverse("admin:campaigns_offer_try_it")
        return HttpResponseRedirect(f"{there}?drafts={int(object_id)}")
