"""Benefits: drafted in a form with their rules, live with a second person's consent."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import action, display

from loyalty.admin import benefit_sentences
from loyalty.admin.benefit_forms import (
    PUBLISH,
    STOP,
    BenefitForm,
    BenefitRuleForm,
    BenefitRuleFormSet,
)
from loyalty.models import Benefit, BenefitRule
from loyalty.selectors import benefit_figures
from loyalty.services import benefits
from members.admin import labels, publishing
from members.admin.base import ConsoleChangeList
from members.admin.publishing import PublishedAdmin

_State = Benefit.State
COLORS = {"DRAFT": "warning", "LIVE": "success", "STOPPED": "info", "LOW": "danger"}
_WORDS = ["name_zh", "name_en", "description_zh", "description_en", "priority"]


class NeedsWorkFilter(admin.SimpleListFilter):
    """Those whose mean rating is under the programme's mark."""

    title = _("ratings")
    parameter_name = "rated"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("low", _("Needs work"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(pk__in=benefit_figures.flagged()) if self.value() else queryset


class BenefitChangeList(ConsoleChangeList):
    """Ratings are read once for the page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(self.result_list)  # type: ignore[has-type]
        found = benefit_figures.ratings(benefit_ids=[row.pk for row in rows])
        for row in rows:
            row.rated = found.get(row.pk, benefit_figures.Ratings())
        self.result_list = rows


class BenefitRuleInline(TabularInline):
    model = BenefitRule
    form = BenefitRuleForm
    formset = BenefitRuleFormSet
    fields = ("audience", "tier", "tag", "quota")
    extra = 0
    hide_title = True
    max_num = 50
    ordering = ("pk",)
    verbose_name = _("group of members")
    verbose_name_plural = _("who has it, and how often in a period")

    # Rules are part of their benefit: whoever may change that may change them.

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("loyalty.view_benefit")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perms(["loyalty.add_benefit", "loyalty.change_benefit"])

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(Benefit)
class BenefitAdmin(PublishedAdmin):
    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["console/coupons.css"]}

    form = BenefitForm
    inlines = (BenefitRuleInline,)
    offered: ClassVar[dict[str, frozenset[str]]] = {
        _State.DRAFT: frozenset({"publish"}),
        _State.LIVE: frozenset({"show_uses", "stop"}),
        _State.STOPPED: frozenset({"show_uses"}),
    }
    actions_detail = ("publish", "show_uses", "stop")
    empty_hint = _(
        "Add a benefit, such as free cleaning twice a month for Gold. A second person approves "
        "it; then members see it in the app, and staff use it at the counter."
    )
    list_display = ("shown_title", "shown_what", "shown_rating", "shown_state")
    list_filter = ("state", "kind", NeedsWorkFilter)
    list_per_page = 20
    list_select_related = ("coupon_type", "badge")
    search_fields = ("code", "name_zh", "name_en")
    search_help_text = _("Name or code")
    ordering = ("-priority", "code")
    autocomplete_fields = ("stores",)
    fieldsets = (
        (None, {"fields": (("name_zh", "name_en"), ("code", "kind"))}),
        (_("As members read it"), {"fields": ("description_zh", "description_en", "priority")}),
        (
            _("What it brings"),
            {
                "fields": (
                    ("off_basis_points", "min_spend_amount"), "gift_sku", "badge", "coupon_type",
                )
            },
        ),
        (_("How it is given"), {"fields": (("giving", "every"), "claim_days")}),
        (
            _("What else holds"),
            {
                "fields": (
                    "in_birthday_month",
                    ("cap_percent", "cap_count"),
                    "valid_from",
                    "valid_until",
                    "stores",
                )
            },
        ),
    )  # fmt: skip
    published_fieldsets = (
        (None, {"fields": (("name_zh", "name_en"), ("shown_code", "shown_state"))}),
        (_("The benefit"), {"fields": ("shown_sentence",)}),
        (_("As members read it"), {"fields": ("description_zh", "description_en", "priority")}),
        (_("What became of it"), {"fields": ("shown_figures",)}),
    )
    readonly_fields = ("shown_code", "shown_state", "shown_sentence", "shown_figures")

    publish = publishing.publish_action(
        PUBLISH,
        lambda benefit_id, **said: benefits.ask_to_publish(benefit_id=benefit_id, **said),
    )
    stop = publishing.stop_action(
        STOP,
        lambda benefit_id, **said: benefits.stop(benefit_id=benefit_id, **said),
        title=_("Stop"),
        done=_("Nobody has it by tier or tag any more."),
    )

    @action(
        description=_("Uses"),
        url_path="uses",
        icon="receipt_long",
        permissions=["loyalty.view_benefituse"],
    )
    def show_uses(self, request: HttpRequest, object_id: str) -> HttpResponse:
        there = reverse("admin:loyalty_benefituse_changelist")
        return HttpResponseRedirect(f"{there}?benefit__id__exact={int(object_id)}")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Benefit]:
        queryset: QuerySet[Benefit] = super().get_queryset(request)
        return queryset.prefetch_related("stores", "rules__tier", "rules__tag")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ConsoleChangeList]:
        return BenefitChangeList

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A draft that was saved says what it would promise: what the approver will read."""
        found = super().get_fieldsets(request, obj)
        if obj is None or not publishing.is_draft(obj) or found is self.published_fieldsets:
            return found
        told = (_("What it says, as it was saved"), {"fields": ("shown_sentence",)})
        return (*found, told)

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if publishing.is_draft(obj) else ()

    def save_model(self, request: HttpRequest, obj: Benefit, form: Any, change: bool) -> None:
        if not change:
            obj.created_at = self.now()
        elif not publishing.is_draft(obj):
            # It may have been stopped since the page was opened.
            obj.save(update_fields=_WORDS)
            return
        super().save_model(request, obj, form, change)

    def spoken(self, request: HttpRequest, object_id: int | None = None) -> HttpResponse:
        """The form as it stands, as a sentence; who has it is told below it."""
        found = None if object_id is None else get_object_or_404(Benefit, pk=object_id)
        if not self.has_set_permission(request) or not publishing.is_draft(found):
            return JsonResponse({"sentence": "", "problems": []}, status=403)
        form = self.get_form(request, found, change=found is not None)(request.POST, instance=found)
        if not form.is_valid():
            return JsonResponse({"sentence": "", "problems": []})
        rules = None if found is not None else ()
        sentence = benefit_sentences.whole(form.instance, rules)
        return JsonResponse({"sentence": sentence, "problems": []})

    @display(description=_("benefit"), header=True)
    def shown_title(self, benefit: Benefit) -> list[str]:
        return [benefit.name, benefit.code]

    @display(description=_("code"))
    def shown_code(self, benefit: Benefit) -> str:
        return benefit.code

    @display(description=_("what it brings, and to whom"))
    def shown_what(self, benefit: Benefit) -> str:
        return benefit_sentences.whole(benefit)

    @display(description=_("the whole benefit"))
    def shown_sentence(self, benefit: Benefit) -> SafeString:
        return format_html('<p class="console-step">{}</p>', benefit_sentences.whole(benefit))

    @display(description=_("state"), ordering="state", label=COLORS)
    def shown_state(self, benefit: Benefit) -> labels.Label:
        return labels.label(benefit.state, benefit.get_state_display())

    @display(description=_("mean rating (how many)"), label=COLORS)
    def shown_rating(self, benefit: Any) -> Any:
        rated = benefit.__dict__.get("rated", benefit_figures.Ratings())
        if rated.mean is None:
            return "–"
        text = f"{rated.mean:.1f} ({rated.count:,})"
        return labels.label("LOW" if rated.is_flagged else "LIVE", text)

    @display(description=_("what became of it"))
    def shown_figures(self, benefit: Benefit) -> SafeString:
        if "drawn" not in benefit.__dict__:
            benefit.__dict__["drawn"] = render_to_string(
                "console/benefit_figures.html",
                {
                    "redemption": benefit_figures.redemption(benefit=benefit, at=timezone.now()),
                    "rated": benefit_figures.ratings(benefit_ids=[benefit.pk]).get(benefit.pk),
                    "low": benefit_figures.low_ratings(benefit_id=benefit.pk),
                },
            )
        return SafeString(benefit.__dict__["drawn"])
