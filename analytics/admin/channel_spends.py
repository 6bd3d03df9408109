"""What is spent to bring members in: entered here, or read from a file."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import ForeignKey, QuerySet, Value
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from analytics.admin.channel_spend_forms import ChannelSpendForm, ImportForm
from analytics.models import ChannelSpend
from analytics.services import channel_spends
from loyalty.admin.amount_fields import currency
from loyalty.rules import money
from members.admin import dialogs
from members.admin.base import ConsoleAdmin, operator_of
from members.errors import DomainError
from members.selectors import scopes

ADD = "analytics.add_channelspend"


@admin.register(ChannelSpend)
class ChannelSpendAdmin(ConsoleAdmin):
    form = ChannelSpendForm
    store_path = "store"
    empty_hint = gettext_lazy(
        "Enter what an advertisement, a poster or a fair cost, or import a file: the dashboard "
        "“Acquisition” says what each new member cost."
    )
    list_display = (
        "shown_days", "channel", "store", "placement", "shown_amount", "number", "created_by",
    )  # fmt: skip
    list_display_links = ("shown_days",)
    list_filter = ("channel",)
    list_select_related = ("channel", "store", "created_by")
    search_fields = ("=number", "placement__istartswith", "note__icontains")
    search_help_text = gettext_lazy("Number, placement or a word of the note")
    date_hierarchy = "from_on"
    ordering = ("-from_on", "-id")
    actions_list = ("import_file",)
    fieldsets = (
        (None, {"fields": (("channel", "store"), "placement")}),
        (gettext_lazy("When and how much"), {"fields": (("from_on", "to_on"), "amount")}),
        (gettext_lazy("Notes"), {"fields": ("note", "number")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ChannelSpend]:
        # One query per page, not one per row.
        queryset: QuerySet[ChannelSpend] = super().get_queryset(request)
        return queryset.annotate(currency=Value(currency()))

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "import/",
            self.admin_site.admin_view(self.import_page),
            name="analytics_channelspend_import_page",
        )
        return [own, *super().get_urls()]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Whoever works for some stores enters what these spent."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        scope = scopes.scope_for(request.user)
        if field is not None and db_field.name == "store" and not scope.is_whole_chain:
            field.queryset = scope.stores(field.queryset)
            field.required = True
        return field

    def save_model(self, request: HttpRequest, obj: ChannelSpend, form: Any, change: bool) -> None:
        if not change:
            obj.created_by, obj.created_at = operator_of(request), self.now()
        super().save_model(request, obj, form, change)

    @action(
        description=gettext_lazy("Import a file"),
        url_path="import-file",
        icon="upload_file",
        permissions=["add"],
    )
    def import_file(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:analytics_channelspend_import_page"))

    def import_page(self, request: HttpRequest) -> HttpResponse:
        """The form; a file that can be read becomes a job, whose page tells of each row."""
        if not request.user.has_perm(ADD):
            raise PermissionDenied
        if request.method != "POST":
            return self._import_page(request, ImportForm())
        form = ImportForm(request.POST, request.FILES)
        if form.is_valid() and (answer := self._begun(request, form)):
            return answer
        return self._import_page(request, form)

    def _begun(self, request: HttpRequest, form: ImportForm) -> HttpResponse | None:
        try:
            job = channel_spends.begin_import(
                rows=form.cleaned_data["file"],
                store_ids=scopes.scope_for(request.user).store_ids,
                actor_id=operator_of(request).pk,
                at=self.now(),
            )
        except DomainError as refused:
            form.add_error("file", dialogs.refusal(refused))
            return None
        self.message_user(request, _("The file is being read; what is wrong stands below."))
        return HttpResponseRedirect(reverse("admin:members_job_change", args=[job.pk]))

    def _import_page(self, request: HttpRequest, form: ImportForm) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Import channel spends"),
            "form": form,
            "back": reverse("admin:analytics_channelspend_changelist"),
        }
        return TemplateResponse(request, "console/spend_import.html", context)

    @display(description=gettext_lazy("days"), ordering="from_on")
    def shown_days(self, spend: ChannelSpend) -> str:
        return str(spend)

    @display(description=gettext_lazy("amount"), ordering="amount")
    def shown_amount(self, spend: ChannelSpend) -> str:
        return money.text(spend.amount, spend.currency)
