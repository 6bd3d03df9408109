"""Columns and read-only fields of offers."""

from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from campaigns.admin import offer_sentences
from campaigns.admin.offer_effects import Teller
from campaigns.models import Offer
from campaigns.selectors import offer_uses, offers
from campaigns.selectors.offer_uses import MOST, Standing
from campaigns.selectors.offers import Stage
from members.admin import labels

NAMES = (
    "shown_name",
    "shown_kind",
    "shown_code",
    "shown_stage",
    "shown_sentence",
    "shown_period",
    "shown_budget",
    "shown_uses",
    "shown_versions",
)
COLORS = {
    Stage.DRAFT: "warning",
    Stage.WAITING: "warning",
    Stage.SCHEDULED: "info",
    Stage.LIVE: "success",
    Stage.STOPPED: "danger",
}


class OfferCells:
    """For the page of offers. A list reads teller and standings once for all its rows."""

    @display(description=_("offer"), header=True, ordering="name_zh")
    def shown_offer(self, offer: Offer) -> tuple[str, str]:
        return offer.name, str(offer.get_kind_display())

    @display(description=_("offer"))
    def shown_name(self, offer: Offer) -> str:
        return offer.name

    @display(description=_("kind"))
    def shown_kind(self, offer: Offer) -> str:
        return str(offer.get_kind_display())

    @display(description=_("code"))
    def shown_code(self, offer: Offer) -> str:
        values = {"name": offer.code, "number": offer.version}
        return gettext("%(name)s, version %(number)s") % values

    @display(description=_("what it does"))
    def shown_rule(self, offer: Offer) -> SafeString:
        text = offer_sentences.rule(offer, _teller(offer), standing=_standing(offer))
        return format_html('<span class="offer-rule">{}</span>', text)

    @display(description=_("in words"))
    def shown_sentence(self, offer: Offer) -> SafeString:
        # The page's template asks several times for what it shows once.
        if not hasattr(offer, "told"):
            offer.told = offer_sentences.whole(offer, _teller(offer), standing=_standing(offer))
        return format_html('<p class="console-step">{}</p>', offer.told)

    @display(description=_("period"), ordering="valid_from")
    def shown_period(self, offer: Offer) -> str:
        return offer_sentences.period(offer)

    @display(description=_("budget used"))
    def shown_budget(self, offer: Offer) -> Any:
        total, left = offer.budget_amount, _standing(offer).left_amount
        if not total:
            return "–"
        used = max(0, total - (total if left is None else left))
        teller = _teller(offer)
        text = gettext("%(used)s of %(budget)s") % {
            "used": teller.amount(used),
            "budget": teller.amount(total),
        }
        bar = render_to_string("console/progress.html", {"percent": min(100, 100 * used // total)})
        return format_html("{}<br>{}", text, bar)

    @display(description=_("uses"))
    def shown_uses(self, offer: Offer) -> Any:
        """Purchases that it lowered, with a way to each of them."""
        count = _standing(offer).uses
        shown = f"{MOST:,}+" if count > MOST else f"{count:,}"
        if not count:
            return gettext("none yet")
        text = ngettext("%(count)s purchase", "%(count)s purchases", count) % {"count": shown}
        page = reverse("admin:campaigns_offeruse_changelist")
        return format_html('<a class="console-link" href="{}?q={}">{}</a>', page, offer.code, text)

    @display(description=_("versions"))
    def shown_versions(self, offer: Offer) -> Any:
        if not hasattr(offer, "all_versions"):
            offer.all_versions = offers.versions(code=offer.code, at=timezone.now())
        rows = (
            (
                reverse("admin:campaigns_offer_change", args=[one.pk]),
                gettext("Version %(number)s") % {"number": one.version},
                Stage(one.stage).label,
            )
            for one in offer.all_versions
        )
        return format_html_join(
            "", '<p class="console-step"><a class="console-link" href="{}">{}</a>: {}</p>', rows
        )

    @display(description=_("state"), label=COLORS)
    def shown_stage(self, offer: Any) -> labels.Label:
        stage = Stage(getattr(offer, "stage", Stage.DRAFT))
        return labels.label(stage, stage.label)


def _teller(offer: Any) -> Teller:
    if not hasattr(offer, "teller"):
        offer.teller = Teller()
    found: Teller = offer.teller
    return found


def _standing(offer: Any) -> Standing:
    if not hasattr(offer, "standing"):
        offer.standing = offer_uses.standings(codes=[offer.code]).get(offer.code, Standing())
    found: Standing = offer.standing
    return found
