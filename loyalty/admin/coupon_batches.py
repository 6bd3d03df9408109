"""Batches of codes: how far they are made, what became of them, as a file, for print, withdrawn."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.enums import ActionVariant

from loyalty.admin import coupon_batch_cells, coupon_files, coupon_prints
from loyalty.admin.coupon_batch_cells import NAMES as READ_ONLY
from loyalty.admin.coupon_batch_cells import CouponBatchCells
from loyalty.admin.coupon_type_dialogs import WhyForm
from loyalty.models import CouponBatch
from loyalty.services import coupon_batches
from members.admin import confirmations
from members.admin.base import KeysetAdmin, KeysetChangeList, operator_of
from members.services import audit

VOID = {
    "title": _("Void this batch"),
    "description": _(
        "Its unused codes are refused from this moment on, for good. What was used stays as it is."
    ),
    "form_class": WhyForm,
    "form_submit_text": _("Void the batch"),
}
GO_ON = {
    "title": _("Make the rest"),
    "description": _("Makes the codes that are missing, in the background."),
    "form_class": confirmations.ConfirmForm,
    "form_submit_text": _("Go on"),
}
_FILES = ("print_codes", "csv_file", "xlsx_file")
_PREFIX = "loyalty_couponbatch_"


class CouponBatchChangeList(KeysetChangeList):
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        coupon_batch_cells.read(self.result_list)


@admin.register(CouponBatch)
class CouponBatchAdmin(CouponBatchCells, KeysetAdmin):
    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["console/coupons.css"]}
        js = ("console/waiting.js",)

    empty_hint = _("Open a coupon type that is live and press “Make codes”.")
    list_display = (
        "shown_what", "type", "count", "shown_state", "shown_progress", "shown_by", "created_at",
    )  # fmt: skip
    list_display_links = ("shown_what",)
    list_select_related = ("type",)
    search_fields = ("note", "type__code")
    search_help_text = _("What for, or code of the type")
    fields = (
        ("type", "note"),
        ("count", "shown_state"),
        ("shown_by", "created_at"),
        "shown_progress",
        "shown_states",
    )
    readonly_fields = READ_ONLY
    actions_detail = ("print_codes", "csv_file", "xlsx_file", "show_coupons", "go_on", "void_it")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeysetChangeList]:
        return CouponBatchChangeList

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """What fits the batch; the service refuses the rest in words."""
        batch = CouponBatch.objects.filter(pk=object_id).first()
        offered = _offered(batch) if batch else frozenset()
        found = super().get_actions_detail(request, object_id)
        return [one for one in found if one.action_name.removeprefix(_PREFIX) in offered]

    def has_codes_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whoever holds a code may use it: codes are for those who make them."""
        return request.user.has_perm("loyalty.add_couponbatch")

    @action(description=_("Print"), url_path="print", icon="print", permissions=["codes"])
    def print_codes(self, request: HttpRequest, object_id: str) -> HttpResponse:
        batch = self._batch(object_id)
        asked = request.GET
        shown = coupon_prints.context(
            batch, layout_code=asked.get("as", ""), page=asked.get("page", "1"), at=self.now()
        )
        self._note(request, batch, "printed", page=shown["page"].number)
        back = {"back": _page(batch.pk), "title": gettext("Print codes")}
        return TemplateResponse(request, "console/coupon_print.html", {**shown, **back})

    @action(description=_("CSV"), url_path="csv", icon="download", permissions=["codes"])
    def csv_file(self, request: HttpRequest, object_id: str) -> HttpResponse:
        batch = self._batch(object_id)
        self._note(request, batch, "exported", kind="csv")
        lines = coupon_files.as_csv(batch)
        answer: Any = StreamingHttpResponse(lines, content_type=coupon_files.CSV)
        name = coupon_files.name(batch, "csv")
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer  # type: ignore[no-any-return]

    @action(description=_("Excel"), url_path="xlsx", icon="table", permissions=["codes"])
    def xlsx_file(self, request: HttpRequest, object_id: str) -> HttpResponse:
        batch = self._batch(object_id)
        self._note(request, batch, "exported", kind="xlsx")
        answer: Any = FileResponse(
            coupon_files.as_xlsx(batch),
            as_attachment=True,
            filename=coupon_files.name(batch, "xlsx"),
            content_type=coupon_files.XLSX,
        )
        return answer  # type: ignore[no-any-return]

    @action(
        description=_("Coupons"),
        url_path="coupons",
        icon="confirmation_number",
        permissions=["loyalty.view_coupon"],
    )
    def show_coupons(self, request: HttpRequest, object_id: str) -> HttpResponse:
        there = reverse("admin:loyalty_coupon_changelist")
        url = f"{there}?batch__id__exact={int(object_id)}"
        return HttpResponse(status=302, headers={"Location": url})

    @action(
        description=_("Make the rest"),
        url_path="go-on",
        icon="resume",
        permissions=["codes"],
        dialog=GO_ON,
    )
    def go_on(
        self, request: HttpRequest, form: confirmations.ConfirmForm, object_id: str
    ) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=GO_ON,
            run=lambda: coupon_batches.go_on(
                batch_id=int(object_id), at=self.now(), actor_id=operator_of(request).pk
            ),
            done=gettext("The codes are being made."),
            to=_page(object_id),
        )

    @action(
        description=_("Void"),
        url_path="void",
        icon="block",
        variant=ActionVariant.DANGER,
        permissions=["loyalty.change_couponbatch"],
        dialog=VOID,
    )
    def void_it(self, request: HttpRequest, form: WhyForm, object_id: str) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=VOID,
            run=lambda: coupon_batches.void(
                batch_id=int(object_id),
                reason=form.cleaned_data["note"],
                at=self.now(),
                actor_id=operator_of(request).pk,
            ),
            done=gettext("Its unused codes are refused from now on."),
            to=_page(object_id),
        )

    def _batch(self, object_id: str) -> CouponBatch:
        return get_object_or_404(CouponBatch.objects.select_related("type"), pk=object_id)

    def _note(self, request: HttpRequest, batch: CouponBatch, what: str, **details: Any) -> None:
        """Codes that left the console are as good as money: who took them is kept."""
        audit.record(
            action=f"coupon_batch.{what}",
            at=self.now(),
            actor_id=operator_of(request).pk,
            details={"batch": batch.pk, **details},
        )


def _offered(batch: CouponBatch) -> frozenset[str]:
    if batch.voided_at is not None:
        return frozenset({"show_coupons"})
    is_stopped = coupon_batch_cells.state(batch) == coupon_batch_cells.STOPPED
    return frozenset({*_FILES, "show_coupons", "void_it", *(("go_on",) if is_stopped else ())})


def _page(batch_id: Any) -> str:
    return reverse("admin:loyalty_couponbatch_change", args=[batch_id])
