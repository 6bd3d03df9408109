"""Columns and read-only fields of batches of codes."""

from collections.abc import Sequence
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from loyalty.models import Coupon, CouponBatch
from loyalty.selectors import coupon_batches
from members.admin import labels
from members.models import Job, User

NAMES = ("shown_state", "shown_progress", "shown_by", "shown_states")
MAKING, STOPPED, READY, VOID = "MAKING", "STOPPED", "READY", "VOID"
STATES: dict[str, Any] = {
    MAKING: _("Being made"),
    STOPPED: _("Stopped before its end"),
    READY: _("Ready"),
    VOID: _("Void"),
}
COLORS = {MAKING: "primary", STOPPED: "warning", READY: "success", VOID: "danger"}
_ENDED = (Job.State.DONE, Job.State.FAILED, Job.State.CANCELED)


class CouponBatchCells:
    """For the page of batches."""

    @display(description=_("what for"))
    def shown_what(self, batch: CouponBatch) -> str:
        return batch.note or str(batch.type)

    @display(description=_("state"), label=COLORS)
    def shown_state(self, batch: CouponBatch) -> labels.Label:
        code = state(batch)
        return labels.label(code, STATES[code])

    @display(description=_("made"))
    def shown_progress(self, batch: CouponBatch) -> str:
        shown = render_to_string(
            "console/progress.html", {"percent": 100 * batch.made_count // batch.count}
        )
        if state(batch) != MAKING:
            return shown
        # static/console/waiting.js shows the page anew while there is one of these.
        return format_html("<span data-waits>{}</span>", shown)

    @display(description=_("made by"))
    def shown_by(self, batch: CouponBatch) -> str:
        if "maker" not in batch.__dict__:
            read([batch])
        return str(batch.__dict__["maker"] or "–")

    @display(description=_("what became of them"))
    def shown_states(self, batch: CouponBatch) -> str:
        # The page's template asks several times for what it shows once.
        if "drawn" not in batch.__dict__:
            found = coupon_batches.states(batch_id=batch.pk)
            tiles = [
                {"label": str(label), "value": f"{found[code]:,}"}
                for code, label in Coupon.State.choices
                if code in found
            ]
            missing = batch.count - batch.made_count
            if missing:
                tiles.append({"label": gettext("Not made yet"), "value": f"{missing:,}"})
            drawn = render_to_string("console/coupon_figures.html", {"tiles": tiles})
            batch.__dict__["drawn"] = drawn
        return str(batch.__dict__["drawn"])


def read(batches: Sequence[CouponBatch]) -> None:
    """Who made each of them, and how their jobs stand; two queries for all."""
    makers = User.objects.in_bulk({batch.actor_id for batch in batches} - {None})
    jobs = Job.objects.filter(pk__in={batch.job_id for batch in batches} - {None})
    states = dict(jobs.values_list("pk", "state"))
    for batch in batches:
        maker = makers.get(batch.actor_id or 0)
        batch.__dict__["maker"] = maker.get_username() if maker else ""
        batch.__dict__["job_state"] = states.get(batch.job_id or 0, "")


def state(batch: CouponBatch) -> str:
    """One of `STATES`; a void batch is nothing else any more."""
    if batch.voided_at is not None:
        return VOID
    if batch.made_count >= batch.count:
        return READY
    if "job_state" not in batch.__dict__:
        read([batch])
    return STOPPED if batch.__dict__["job_state"] in _ENDED else MAKING
