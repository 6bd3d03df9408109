"""The member list and the member's page (360°). Both only read; dialogs call services."""

from datetime import datetime
from types import MethodType
from typing import Any, ClassVar

import phonenumbers
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import action, display

from members.admin import dialogs
from members.admin.base import KeysetAdmin, KeysetChangeList, operator_of
from members.errors import DomainError
from members.models import Member
from members.registry import member_page, panels
from members.registry.member_page import Column
from members.sealing import masking
from members.selectors import members, scopes
from members.services import reveals

STATE_COLORS = {
    Member.State.ACTIVE.label: "success",
    Member.State.RESTRICTED.label: "warning",
    Member.State.MERGED.label: "info",
    Member.State.ERASED.label: "danger",
}
REVEAL_DIALOG = {
    "title": _("Show the phone number"),
    "description": _("You see it once, here. Say why you need it."),
    "form_class": dialogs.ReasonForm,
    "form_submit_text": _("Show"),
}
# Of the dialogs on the page so many stand by themselves; the others are in a menu.
FIRST_ACTIONS = 4
CELLS = "_cells_of_other_apps"
COLUMN = "column_"


class MemberChangeList(KeysetChangeList):
    """Lets each column of another app fill its cells for the whole page at once."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        at = self.model_admin.now()
        cells = {one.code: one.values(self.result_list, at) for one in member_page.columns()}
        for member in self.result_list:
            member.__dict__[CELLS] = cells


@admin.register(Member)
class MemberAdmin(KeysetAdmin):
    """Members of the operator's stores; what higher apps know of them comes by registries."""

    store_path = "store"
    list_before_template = "console/member_search.html"
    list_filter = ("state", "channel", "store")
    list_select_related = ("key", "store", "channel")
    list_display_links = ("who",)
    search_fields = ()
    empty_hint = _("Enroll the first member at the counter (F2).")

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["console/member.css"]}

    # What other apps add is asked for late: they register it after this module was imported.

    @property
    def actions_detail(self) -> tuple[Any, ...]:
        codes = ["reveal_phone", *(spec.code for spec in member_page.actions())]
        # A page is narrower than all of them beside each other.
        others = {"title": _("More"), "icon": "more_horiz", "items": codes[FIRST_ACTIONS:]}
        return (*codes[:FIRST_ACTIONS], others)

    def __getattr__(self, name: str) -> Any:
        if name in member_page.ACTIONS:
            return MethodType(dialogs.member_action(member_page.ACTIONS[name]), self)
        code = name.removeprefix(COLUMN)
        if code != name and code in member_page.COLUMNS:
            return MethodType(_column(member_page.COLUMNS[code]), self)
        raise AttributeError(name)

    # The list

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeysetChangeList]:
        return MemberChangeList

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        added = [f"{COLUMN}{column.code}" for column in member_page.columns()]
        return ["who", *added, "store", "joined", "state_label"]

    def get_queryset(self, request: HttpRequest) -> Any:
        joins = [join for column in member_page.columns() for join in column.joins]
        return super().get_queryset(request).select_related("key", *joins)

    @display(description=_("member"), header=True)
    def who(self, member: Member) -> list[Any]:
        return [masked_name(member), member.card_number]

    @display(description=_("joined"), ordering="joined_at")
    def joined(self, member: Member) -> datetime:
        return member.joined_at

    @display(description=_("state"), label=STATE_COLORS)
    def state_label(self, member: Member) -> str:
        return member.get_state_display()

    def get_urls(self) -> list[URLPattern]:
        search = self.admin_site.admin_view(require_POST(self.search_view))
        return [path("search/", search, name="members_member_search"), *super().get_urls()]

    def search_view(self, request: HttpRequest) -> HttpResponse:
        """A look-up by POST, since addresses are logged: one hit opens the page, more are
        listed by their ids."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        scope = scopes.scope_for(request.user)
        hits = members.lookup(text=request.POST.get("text", "").strip(), stores=scope.store_ids)
        visible = [member for member in hits if scope.contains(member.store_id)]
        if hits and not visible:
            messages.info(request, _("A member of another store: serve them at the counter (F2)."))
        if len(visible) == 1:
            return HttpResponseRedirect(self.page_of(visible[0]))
        ids = ",".join(str(member.pk) for member in visible) or "0"
        return HttpResponseRedirect(f"{reverse('admin:members_member_changelist')}?id__in={ids}")

    # The page

    def page_of(self, member: Member) -> str:
        return reverse("admin:members_member_change", args=[member.pk])

    def visible_member(self, request: HttpRequest, object_id: str) -> Member:
        """The member, if the operator may see it; else it doesn't exist."""
        member = self.get_object(request, unquote(object_id))
        if member is None:
            raise Http404
        if not self.has_view_permission(request, member):
            raise PermissionDenied
        return member  # type: ignore[no-any-return]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        member = self.visible_member(request, object_id)
        return TemplateResponse(request, "console/member.html", self._page(request, member))

    def _page(self, request: HttpRequest, member: Member) -> dict[str, Any]:
        at = self.now()
        tabs = [one for one in panels.member_panels() if _may(request, one.permission)]
        asked = request.GET.get("tab", "")
        current = next((tab for tab in tabs if tab.code == asked), tabs[0])
        headers = [
            {"template": block.template} | block.context(member=member, request=request, at=at)
            for block in member_page.headers()
        ]
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": member,
            "object": member,
            "title": masked_name(member) or member.card_number,
            "member": member,
            "masked_name": masked_name(member),
            "tabs": tabs,
            "current": current,
            "headers": headers,
            "panel": current.context(member=member, request=request, at=at),
            "actions_detail": self._get_actions_navigation(
                self.actions_detail, self.get_actions_detail(request, member.pk), str(member.pk)
            ),
        }

    @action(
        description=_("Show phone number"),
        url_path="reveal-phone",
        icon="visibility",
        permissions=["members.reveal_member"],
        dialog=REVEAL_DIALOG,
    )
    def reveal_phone(
        self, request: HttpRequest, form: dialogs.ReasonForm, object_id: str
    ) -> HttpResponse:
        member = self.visible_member(request, object_id)
        try:
            phones = reveals.reveal(
                member_id=member.pk,
                kind="PHONE",
                reason=form.cleaned_data["reason"],
                actor=operator_of(request),
                at=self.now(),
            )
        except DomainError as error:
            return dialogs.refused(request, REVEAL_DIALOG, form, error)
        shown = [_readable_phone(phone) for phone in phones]
        return dialogs.show(request, "console/dialog_revealed.html", {"values": shown})


def masked_name(member: Member) -> str:
    """`张*`; of an erased member nothing is left to show."""
    if member.state == Member.State.ERASED:
        return ""
    return masking.name(member.name)


def _readable_phone(phone: str) -> str:
    """`+86 138 0013 8000`, to be dialed without losing one's place."""
    number = phonenumbers.parse(phone)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _column(column: Column) -> Any:
    @display(description=column.title)
    def cell(admin_: MemberAdmin, member: Member) -> Any:
        return member.__dict__[CELLS][column.code].get(member.pk)

    return cell


def _may(request: HttpRequest, permission: str) -> bool:
    return not permission or request.user.has_perm(permission)
