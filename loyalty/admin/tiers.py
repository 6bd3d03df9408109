"""Tiers, lowest first, as sentences; changed thresholds show who would move before they hold."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from loyalty.admin import tier_forms, tier_sentences
from loyalty.admin.cells import badge
from loyalty.models import Program, Tier
from loyalty.selectors import tier_moves
from loyalty.selectors.tier_moves import Move, Moves
from loyalty.services import tier_terms
from members.admin.base import ConsoleAdmin
from members.models import Member

# The name of the button that saves what the page of moves has shown.
SEEN = "_moves_seen"


@admin.register(Tier)
class TierAdmin(ConsoleAdmin):
    class Media:
        css = {"all": ("console/member.css",)}

    form = tier_forms.TierForm
    empty_hint = _("Add the tier where everyone starts (rank 0), then the higher ones.")
    list_display = ("shown_name", "rank", "shown_needs", "shown_gives", "code")
    list_select_related = ("program",)
    ordering = ("rank",)
    fieldsets = (
        (None, {"fields": (("name_zh", "name_en"), ("code", "rank"), ("program", "color"))}),
        (
            _("Who reaches it"),
            {
                "fields": (
                    ("spend_amount", "orders_count"),
                    ("qualifying_points", "clv_amount"),
                    ("match", "is_invite_only"),
                )
            },
        ),
        (
            _("How many may hold it"),
            {
                "fields": (("cap_percent", "cap_count"),),
                "description": _(
                    "Empty: no limit. With one, the best by the first measure above hold it; they "
                    "are drawn anew each night."
                ),
            },
        ),
        (_("For points"), {"fields": ("price_points",)}),
        (
            _("What it gives, and how it ends"),
            {"fields": (("coefficient_percent", "gift_points"), "never_downgrade")},
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # Events, orders and members refer to code and rank.
        return ("code", "rank", "program") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        shown = None
        if request.method == "POST" and SEEN not in request.POST:
            shown = self._moves_page(request, object_id)
        return shown or super().changeform_view(request, object_id, form_url, extra_context)

    def _moves_page(self, request: HttpRequest, object_id: str | None) -> HttpResponse | None:
        """Who would move, when what was filled in is sound and may move somebody."""
        tier = self.get_object(request, object_id) if object_id else None
        may = (
            self.has_change_permission(request, tier) if tier else self.has_add_permission(request)
        )
        program = Program.objects.filter(is_current=True).first()
        if not may or program is None or (object_id and tier is None):
            return None
        form = self.get_form(request, tier, change=tier is not None)(request.POST, instance=tier)
        if not form.is_valid() or not tier_forms.moves_anybody(form):
            return None
        changed: Tier = form.instance
        if changed.program_id != program.pk:
            return None
        before = tier_terms.of_program(program)
        changed.pk = changed.pk or 0
        after = tier_terms.of_program(program, [*tier_forms.present(changed.pk), changed])
        moves = tier_moves.moves(before=before, after=after, at=self.now())
        return TemplateResponse(
            request,
            "console/tier_moves.html",
            {
                **self.admin_site.each_context(request),
                "title": gettext("Who would move"),
                "opts": self.model._meta,
                "tier": changed,
                "needs": tier_sentences.needs(changed),
                "moves": moves,
                "parts": _parts(moves) if moves else (),
                "fields": _fields(request),
                "seen": SEEN,
                "back": reverse("admin:loyalty_tier_changelist"),
            },
        )

    @display(description=_("tier"))
    def shown_name(self, tier: Tier) -> Any:
        return badge(tier)

    @display(description=_("who reaches it"))
    def shown_needs(self, tier: Tier) -> str:
        return tier_sentences.needs(tier)

    @display(description=_("what it gives"))
    def shown_gives(self, tier: Tier) -> str:
        return tier_sentences.gives(tier)


def _fields(request: HttpRequest) -> list[tuple[str, str]]:
    """What was filled in, to be sent again with the confirmation."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken"
        for value in values
    ]


def _parts(moves: Moves) -> list[dict[str, Any]]:
    """Both tables: who rises at the next review, who falls when their term ends."""
    return [
        {
            "title": gettext("At the next review, tonight"),
            "empty": gettext("Nobody moves at once."),
            "rows": _rows(moves.at_once),
            "total": moves.up_count,
        },
        {
            "title": gettext("When their term ends, if they buy nothing more"),
            "empty": gettext("Nobody would fall."),
            "rows": _rows(moves.at_term_end),
            "total": moves.down_count,
        },
    ]


def _rows(moves: tuple[Move, ...]) -> list[dict[str, Any]]:
    codes = {level.code for move in moves for level in (move.from_level, move.to_level)}
    names = {tier.code: tier for tier in Tier.objects.filter(code__in=codes)}
    cards = dict(
        Member.objects.filter(pk__in=[pk for move in moves for pk in move.member_ids]).values_list(
            "pk", "card_number"
        )
    )
    return [
        {
            "from": names.get(move.from_level.code, move.from_level.code),
            "to": names.get(move.to_level.code, move.to_level.code),
            "count": move.count,
            "anyway": move.anyway_count,
            "cards": [_masked(cards[pk]) for pk in move.member_ids if pk in cards],
        }
        for move in moves
    ]


def _masked(card: str) -> str:
    """A card by its last four digits."""
    return f"···{card[-4:]}"
