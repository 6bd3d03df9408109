"""Communities: where they are, who is in, who brought most; and the dialogs to join and leave."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from members.admin import labels
from members.admin.base import ConsoleAdmin
from members.admin.dialogs import DialogForm
from members.models import Community, Member, User
from members.registry import member_page
from members.registry.member_page import Action, Outcome
from members.selectors import communities as selector
from members.selectors import members, scopes
from members.services import communities
from members.services.communities import Joining

SOURCE = "console"


class CommunityForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Community
        fields = (
            "name_zh", "name_en", "code", "platform", "store", "guide", "capacity",
            "invitation_goal", "reward_coupon_type", "is_active",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not (cleaned.get("name_zh") or cleaned.get("name_en")):
            self.add_error("name_zh", _g("Give it a name, in one language at least."))
        if cleaned.get("reward_coupon_type") and not cleaned.get("invitation_goal"):
            self.add_error("invitation_goal", _g("Say for how many invitations the coupon is."))
        return cleaned


@admin.register(Community)
class CommunityAdmin(ConsoleAdmin):
    """Those of the whole chain, and of the operator's stores."""

    form = CommunityForm
    empty_hint = _("Add a community: a group in a messenger, or a club of a store.")
    list_display = ("shown_name", "platform", "store", "inside", "invited", "shown_state")
    list_filter = ("platform", "is_active", "store")
    list_select_related = ("store",)
    search_fields = ("code", "name_zh", "name_en")
    ordering = ("code",)
    readonly_fields = ("inside", "shown_inviters")
    fieldsets = (
        (None, {"fields": (("name_zh", "name_en"), ("code", "platform"), ("store", "guide"))}),
        (_("Places"), {"fields": (("capacity", "is_active"),)}),
        (_("Invitations"), {"fields": (("invitation_goal", "reward_coupon_type"),)}),
        (_("Who is in"), {"fields": ("inside", "shown_inviters")}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        queryset = super().get_queryset(request)
        return selector.narrowed(queryset, scope=scopes.scope_for(request.user))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.readonly_fields, "code") if obj else self.readonly_fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.created_at = self.now()
        super().save_model(request, obj, form, change)

    @display(description=_("community"), ordering="name_zh")
    def shown_name(self, community: Community) -> str:
        return community.name

    @display(description=_("are in"))
    def inside(self, community: Community) -> str:
        count: int = getattr(community, "inside_count", 0)
        return f"{count} / {community.capacity}" if community.capacity else str(count)

    @display(description=_("of them invited"))
    def invited(self, community: Community) -> int:
        count: int = getattr(community, "invited_count", 0)
        return count

    @display(description=_("state"), label={"open": "success", "closed": "info"})
    def shown_state(self, community: Community) -> labels.Label:
        if community.is_active:
            return labels.label("open", _("Takes members"))
        return labels.label("closed", _("Takes nobody"))

    @display(description=_("who brought most"))
    def shown_inviters(self, community: Community) -> str:
        found = selector.inviters(community_id=community.pk) if community.pk else []
        if not found:
            return _g("Nobody was invited yet.")
        return format_html_join(
            "", "<p>{}: {}</p>", ((member.card_number, count) for member, count in found)
        )


class JoinForm(DialogForm):
    community = forms.ModelChoiceField(
        label=_("Community"),
        queryset=Community.objects.filter(is_active=True).order_by("code"),
        widget=UnfoldAdminSelectWidget,
    )
    invited_by = forms.CharField(
        label=_("Invited by"),
        required=False,
        max_length=40,
        help_text=_("Card or phone number, in full; empty if nobody did."),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )

    def clean_invited_by(self) -> Member | None:
        text = self.cleaned_data["invited_by"].strip()
        if not text:
            return None
        found = members.lookup(text=text, stores=frozenset())
        if len(found) != 1:
            raise forms.ValidationError(_g("No member has this card or phone number."))
        return found[0]


class LeaveForm(DialogForm):
    community = forms.ModelChoiceField(
        label=_("Community"),
        queryset=Community.objects.order_by("code"),
        widget=UnfoldAdminSelectWidget,
    )


def register() -> None:
    """Called by `apps.ready`."""
    member_page.add_action(
        Action(
            code="join_community",
            title=_("Joined a community"),
            description=_("Counts for who invited them, if somebody did."),
            submit_text=_("Add"),
            icon="group_add",
            permission="members.add_communitymembership",
            form_class=JoinForm,
            run=_join,
            order=60,
        )
    )
    member_page.add_action(
        Action(
            code="leave_community",
            title=_("Left a community"),
            description=_("Their place is free; they may come back."),
            submit_text=_("Take out"),
            icon="group_remove",
            permission="members.change_communitymembership",
            form_class=LeaveForm,
            run=_leave,
            order=61,
        )
    )


def _join(*, member: Member, cleaned: dict[str, Any], actor: User, at: datetime) -> Outcome:
    community = _within(cleaned["community"], actor)
    inviter = cleaned["invited_by"]
    joined = communities.join(
        joining=Joining(
            community_code=community.code,
            member_id=member.pk,
            invited_by_id=None if inviter is None else inviter.pk,
            occurred_at=at,
            source=SOURCE,
            actor_id=actor.pk,
        ),
        at=at,
    )
    if joined.is_new:
        return Outcome(text=_g("In %(community)s now.") % {"community": community.name})
    return Outcome(text=_g("They were in %(community)s already.") % {"community": community.name})


def _leave(*, member: Member, cleaned: dict[str, Any], actor: User, at: datetime) -> Outcome:
    community = _within(cleaned["community"], actor)
    communities.leave(
        community_code=community.code,
        member_id=member.pk,
        occurred_at=at,
        source=SOURCE,
        at=at,
    )
    return Outcome(text=_g("Out of %(community)s.") % {"community": community.name})


def _within(community: Community, actor: User) -> Community:
    return selector.within(code=community.code, scope=scopes.scope_for(actor))
