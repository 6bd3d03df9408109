"""The rewards catalogue: drafted in a form, put in with a second consent, then as it is."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import action

from loyalty.admin import reward_sentences
from loyalty.admin.reward_cells import NAMES as READ_ONLY
from loyalty.admin.reward_cells import RewardCells
from loyalty.admin.reward_forms import PUBLISH, STOCK, STOP, RewardForm, StockForm
from loyalty.models import Reward, RewardTier
from loyalty.selectors import rewards as selector
from loyalty.services import rewards
from members.admin import confirmations, publishing
from members.admin.base import ConsoleChangeList, operator_of
from members.admin.publishing import PublishedAdmin

_State = Reward.State
_WORDS = ["name_zh", "name_en", "description_zh", "description_en", "image_url", "position"]


class RewardChangeList(ConsoleChangeList):
    """Counts are read once for the page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(self.result_list)  # type: ignore[has-type]
        counted = selector.counts(reward_ids=[row.pk for row in rows])
        left = selector.left_counts(rewards=rows, at=self.model_admin.now())
        for row in rows:
            row.redeemed_count, row.left_count = counted.get(row.pk, 0), left.get(row.pk)
        self.result_list = rows


class RewardTierInline(TabularInline):
    """Whoever may draft a reward says for which tiers."""

    model = RewardTier
    fields = ("tier", "price_points", "limit_member")
    extra = 0
    hide_title = True
    verbose_name_plural = _("for these tiers only; none: for everybody")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("loyalty.change_reward")

    has_change_permission = has_delete_permission = has_view_permission = has_add_permission


@admin.register(Reward)
class RewardAdmin(RewardCells, PublishedAdmin):
    class Media:
        css: ClassVar[dict[str, list[str]]] = {
            "all": ["console/member.css", "console/coupons.css", "console/rewards.css"]
        }

    form = RewardForm
    offered: ClassVar[dict[str, frozenset[str]]] = {
        _State.DRAFT: frozenset({"publish"}),
        _State.LIVE: frozenset({"change_stock", "show_redemptions", "stop"}),
        _State.STOPPED: frozenset({"show_redemptions"}),
    }
    actions_detail = ("publish", "change_stock", "show_redemptions", "stop")
    empty_hint = _(
        "Add a reward, such as a mug for 300 points. A second person approves it; then members "
        "redeem it in the app, and staff at the counter."
    )
    list_display = (
        "shown_title", "kind", "shown_what", "shown_redeemed", "shown_left", "shown_state",
    )  # fmt: skip
    list_filter = ("state", "kind")
    list_per_page = 20
    search_fields = ("code", "name_zh", "name_en")
    search_help_text = _("Name, or code of the reward")
    ordering = ("position", "-pk")
    autocomplete_fields = ("stores",)
    readonly_fields = READ_ONLY
    inlines = (RewardTierInline,)
    fieldsets = (
        (None, {"fields": (("name_zh", "name_en"), ("code", "kind"), "coupon_type", "sku")}),
        (_("In the catalogue"), {"fields": (
            "description_zh", "description_en", "image_url", "position",
        )}),
        (_("What it costs"), {"fields": (("price_points", "price_amount"), "payment_minutes")}),
        (_("How many, and when"), {"fields": (
            "stock_count", ("limit_member", "limit_every"), "valid_from", "valid_until",
        )}),
        (_("Pick-up"), {"fields": ("stores", "pickup_days", "returns_points")}),
        (_("As a member sees it"), {"fields": ("shown_preview",)}),
    )  # fmt: skip
    published_fieldsets = (
        (None, {"fields": (("name_zh", "name_en"), ("shown_code", "shown_state"))}),
        (_("The reward"), {"fields": ("shown_sentence", "shown_terms", "shown_left")}),
        (_("In the catalogue"), {"fields": (
            "description_zh", "description_en", "image_url", "position",
        )}),
        (_("What became of it"), {"fields": ("shown_figures",)}),
        (_("As a member sees it"), {"fields": ("shown_preview",)}),
    )  # fmt: skip

    publish = publishing.publish_action(
        PUBLISH,
        lambda reward_id, **said: rewards.ask_to_publish(reward_id=reward_id, **said),
    )
    stop = publishing.stop_action(
        STOP,
        lambda reward_id, **said: rewards.stop(reward_id=reward_id, **said),
        title=_("Stop"),
        done=_("Nobody can redeem it any more; what was redeemed before goes on."),
    )

    @action(
        description=_("Stock"),
        url_path="stock",
        icon="inventory",
        permissions=["set"],
        dialog=STOCK,
    )
    def change_stock(self, request: HttpRequest, form: StockForm, object_id: str) -> HttpResponse:
        found = get_object_or_404(Reward, pk=object_id)
        return confirmations.answer(
            request,
            form=form,
            dialog=STOCK,
            run=lambda: rewards.change_stock(
                reward_id=found.pk,
                stock_count=form.cleaned_data["stock_count"],
                reason=form.cleaned_data["reason"],
                actor=operator_of(request),
                at=self.now(),
            ),
            done=gettext("The stock is as you said."),
            to=self.page_of(object_id),
        )

    @action(
        description=_("Redemptions"),
        url_path="redemptions",
        icon="shopping_bag",
        permissions=["loyalty.view_redemption"],
    )
    def show_redemptions(self, request: HttpRequest, object_id: str) -> HttpResponse:
        there = reverse("admin:loyalty_redemption_changelist")
        return HttpResponseRedirect(f"{there}?reward__id__exact={int(object_id)}")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reward]:
        queryset: QuerySet[Reward] = super().get_queryset(request)
        return queryset.select_related("coupon_type")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "image_url":
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ConsoleChangeList]:
        return RewardChangeList

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if publishing.is_draft(obj) else ()

    def save_model(self, request: HttpRequest, obj: Reward, form: Any, change: bool) -> None:
        if not change:
            obj.created_at = self.now()
        elif not publishing.is_draft(obj):
            # Its stock may have been changed since the page was opened.
            obj.save(update_fields=_WORDS)
            return
        super().save_model(request, obj, form, change)

    def spoken(self, request: HttpRequest, object_id: int | None = None) -> HttpResponse:
        """The form as it stands, as a sentence."""
        found = None if object_id is None else get_object_or_404(Reward, pk=object_id)
        if not self.has_set_permission(request) or not publishing.is_draft(found):
            return JsonResponse({"sentence": "", "problems": []}, status=403)
        form = self.get_form(request, found, change=found is not None)(request.POST, instance=found)
        sentence = reward_sentences.whole(form.instance) if form.is_valid() else ""
        return JsonResponse({"sentence": sentence, "problems": []})
