"""Where merges begin, and what a second person reads of them."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from members.admin import dialogs, merge_facts, merge_previews
from members.models import ApprovalRequest, Member, MemberMerge, User
from members.registry import member_page, panels
from members.registry.member_page import Action, Outcome
from members.selectors import members
from members.services import merge_requests


class OtherCardForm(dialogs.DialogForm):
    """Whose card it is; the preview asks for everything else."""

    other = forms.CharField(
        label=gettext_lazy("The other card"),
        max_length=254,
        help_text=gettext_lazy("Card, phone or e-mail of the second card, in full"),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )

    def clean_other(self) -> Member:
        found = members.lookup(text=self.cleaned_data["other"], stores=frozenset())
        if len(found) != 1:
            raise forms.ValidationError(_("No member has this card, phone or e-mail."))
        return found[0]


def register() -> None:
    """Called by `apps.ready`."""
    merge_facts.register()
    member_page.add_action(
        Action(
            code="merge_cards",
            title=gettext_lazy("Merge…"),
            description=gettext_lazy(
                "This member has another card. You see both before anything happens."
            ),
            submit_text=gettext_lazy("Show both"),
            icon="merge",
            permission=merge_previews.MAY_ASK,
            form_class=OtherCardForm,
            run=_show_both,
            order=40,
        )
    )
    panels.add_executor(
        panels.Executor(
            action=merge_requests.MERGE,
            label=gettext_lazy("Merge two cards"),
            run=merge_requests.run_approved,
            version=merge_requests.version_of_target,
            tell=_merge,
            page=lambda request: merge_previews.url(request.member_id, request.target_id),
        )
    )
    panels.add_executor(
        panels.Executor(
            action=merge_requests.UNDO,
            label=gettext_lazy("Take a merge back"),
            run=merge_requests.run_approved_undo,
            version=merge_requests.version_of_merge,
            tell=_undo,
        )
    )


def _show_both(*, member: Member, cleaned: dict[str, Any], actor: User, at: datetime) -> Outcome:
    return Outcome(text="", to=merge_previews.url(member.pk, cleaned["other"].pk))


def _merge(request: ApprovalRequest) -> list[str]:
    retired = Member.objects.filter(pk=request.target_id).first()
    return [
        _("Card %(card)s stays.") % {"card": request.member},
        _("Card %(card)s goes: all it holds moves, and it leads to the other one.")
        % {"card": retired},
    ]


def _undo(request: ApprovalRequest) -> list[str]:
    merge = MemberMerge.objects.select_related("survivor", "retired").get(pk=request.target_id)
    return [
        _("Cards %(survivor)s and %(retired)s are parted: each gets back what it had.")
        % {"survivor": merge.survivor, "retired": merge.retired}
    ]
