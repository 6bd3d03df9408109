"""The dialogs of a segment's page: what they ask, and the words around it."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from analytics.services import segment_exports
from members.admin import confirmations, dialogs
from members.models import Member, Tag
from members.selectors import members, scopes

IN, OUT, NEITHER = "in", "out", "neither"
_WHO = _("Card number or phone number")
_WHOLE = _("The whole number. It stays out of addresses and logs.")


class MemberForm(confirmations.ConfirmForm):
    """Finds one member by what only they have; cleaned, `member` is it."""

    who = forms.CharField(
        label=_WHO,
        help_text=_WHOLE,
        max_length=100,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "who" in cleaned:
            found = find(self.request, cleaned["who"].strip())
            if found is None:
                self.add_error("who", _("No member that you may see has this number."))
            cleaned["member"] = found
        return cleaned


class PutForm(MemberForm):
    how = forms.ChoiceField(
        label=_("What"),
        choices=[
            (IN, _("Put into the segment, whatever the condition says")),
            (OUT, _("Keep out of the segment, whatever the condition says")),
            (NEITHER, _("Leave to the condition again, from the next build on")),
        ],
        widget=UnfoldAdminSelectWidget,
    )


class PublishForm(confirmations.ConfirmForm):
    tag = forms.ModelChoiceField(
        label=_("Tag"),
        help_text=_(
            "A tag that no rule, class or other segment gives. Nobody gives it by hand from then "
            "on; whoever bears it by hand keeps it."
        ),
        queryset=Tag.objects.none(),
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["tag"]
        free = Tag.objects.filter(rule=None, segment=None)
        field.queryset = free.exclude(origin=Tag.Origin.RULE).order_by("code")


class ExportForm(dialogs.DialogForm):
    columns = forms.MultipleChoiceField(
        label=_("Columns"),
        help_text=_("As few as you need. Each row begins with the member's id."),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("What the file is for. Who decides and the auditor read it."),
        widget=UnfoldAdminTextInputWidget,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["columns"]
        field.choices = [(code, label) for code, (label, _v) in segment_exports.COLUMNS.items()]


def find(request: HttpRequest, text: str) -> Member | None:
    """The member of a whole card number or phone, if the operator may see it: less than that would
    let one browse."""
    scope = scopes.scope_for(request.user)
    hits = members.lookup(text=text, stores=())
    visible = [member for member in hits if scope.contains(member.store_id)]
    return visible[0] if len(visible) == 1 else None


BUILD = {
    "title": _("Build now"),
    "description": _(
        "Judges everybody as of now, as a job. Nothing changes until it is whole; a build that is "
        "at work is overtaken."
    ),
    "form_class": confirmations.ConfirmForm,
    "form_submit_text": _("Build"),
}
STOP = {
    "title": _("Stop the build"),
    "description": _("It stops after the part that it is working on; the segment stays as it was."),
    "form_class": confirmations.ConfirmForm,
    "form_submit_text": _("Stop"),
}
PUT = {
    "title": _("Put a member in, or keep one out"),
    "description": _(
        "It holds at once, and builds don't change it. A member who objected to being profiled, "
        "or whose data are restricted, is noted and stays out."
    ),
    "form_class": PutForm,
    "form_submit_text": _("Do it"),
}
WHY = {
    "title": _("Why is a member in it, or isn't"),
    "description": _("Each comparison with what it sees of them now."),
    "form_class": MemberForm,
    "form_submit_text": _("Show"),
}
PUBLISH = {
    "title": _("Publish as a tag"),
    "description": _("Rules at the till read tags: whoever is in the segment bears this one."),
    "form_class": PublishForm,
    "form_submit_text": _("Publish"),
}
WITHDRAW = {
    "title": _("Publish no more"),
    "description": _("Whoever bears the tag because of this segment loses it at once."),
    "form_class": confirmations.ConfirmForm,
    "form_submit_text": _("Take the tag back"),
}
EXPORT = {
    "title": _("Ask for the members as a file"),
    "description": _(
        "A second person decides. Then a job makes the file; you alone can fetch it, for some "
        "days, and each time is in the audit trail."
    ),
    "form_class": ExportForm,
    "form_submit_text": _("Ask"),
}
ARCHIVE = {
    "title": _("Archive the segment"),
    "description": _(
        "It is in no list any more and isn't built again. One that something uses stays; you are "
        "told what. It can't be taken back."
    ),
    "form_class": confirmations.ConfirmForm,
    "form_submit_text": _("Archive"),
}
