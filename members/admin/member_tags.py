"""The dialog that changes a member's tags by hand."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from members.admin import dialogs
from members.models import Member, MemberTag, Tag, User
from members.registry import member_page
from members.registry.member_page import Action, Outcome
from members.selectors import scopes
from members.services import submissions, tags

MOST_TAGS = 300


class TagsField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Tag) -> str:
        return obj.name


class TagsForm(dialogs.DialogForm):
    """All tags that people may give; those that the member bears by hand are ticked."""

    tags = TagsField(
        label=gettext_lazy("Tags"),
        queryset=Tag.objects.none(),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=gettext_lazy(
            "What a rule gave stays as long as the rule is true, whatever is ticked here."
        ),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["tags"]
        field.queryset = Tag.objects.exclude(origin=Tag.Origin.MODEL).order_by("code")[:MOST_TAGS]
        field.queryset = Tag.objects.filter(pk__in=[tag.pk for tag in field.queryset])
        pk = str(self.object_id)
        visible = scopes.scope_for(self.request.user).members(Member.objects.all())
        member = visible.filter(pk=pk if pk.isdecimal() else 0).first()
        field.initial = list(by_hand(member).values_list("tag_id", flat=True)) if member else []


def register() -> None:
    """Called by `apps.ready`."""
    member_page.add_action(
        Action(
            code="change_tags",
            title=gettext_lazy("Change tags"),
            description=gettext_lazy("Words on this member that rules, offers and segments read."),
            submit_text=gettext_lazy("Save"),
            icon="sell",
            permission="members.add_membertag",
            form_class=TagsForm,
            run=_run,
            order=55,
        )
    )


def by_hand(member: Member) -> Any:
    return MemberTag.objects.filter(member=member, origin=Tag.Origin.HAND)


def _run(*, member: Member, cleaned: dict[str, Any], actor: User, at: datetime) -> Outcome:
    wanted = {tag.code for tag in cleaned["tags"]}

    def do() -> None:
        borne = set(by_hand(member).values_list("tag__code", flat=True))
        tags.change(
            member=member,
            give_codes=sorted(wanted - borne),
            take_codes=sorted(borne - wanted),
            at=at,
            actor_id=actor.pk,
            source="console",
        )

    submissions.run_once(
        uid=cleaned["submission"],
        action="members.tags.change",
        actor_id=actor.pk,
        at=at,
        do=do,
        member_of=lambda _done: member.pk,
    )
    return Outcome(text=_("The tags are saved."))
