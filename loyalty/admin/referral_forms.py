"""Forms of a referral programme: its terms, its prizes, who gets more, and what is looked at."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from loyalty.admin.amount_fields import AmountField
from loyalty.admin.challenge_forms import PrizeForm
from loyalty.models import ReferralPrize, ReferralProgram
from loyalty.services import referral_programs
from loyalty.services.referral_programs import Guards
from members.admin import dialogs

_Moment, _Side = ReferralPrize.Moment, ReferralPrize.Side
_MOST = 30_000
_LINKS = {
    "no_code": _("Write {code} where the code goes."),
    "no_address": _("Begin with https://, or weixin:// for a mini-program."),
}


class ReferralProgramForm(forms.ModelForm):  # type: ignore[type-arg]
    min_order_amount = AmountField(
        label=_("First order from"),
        help_text=_("Net, after returns. A smaller one doesn't count; a later one may."),
        required=False,
        initial=0,
    )

    class Meta:
        help_texts = {
            "code": _("The API knows it by this: lower case, without blanks."),
            "ladder_basis": _("What a friend needs to stand on the ladder."),
            "limit_month": _(
                "Friends above it are kept on record and bring who recommended nothing; what was "
                "promised to the friend is given. Empty: without a limit."
            ),
        }

    def clean_min_order_amount(self) -> int:
        return self.cleaned_data.get("min_order_amount") or 0

    def clean_link_url(self) -> str:
        url: str = self.cleaned_data.get("link_url") or ""
        for _field, problem, message in referral_programs.link_problems(url) if url else ():
            raise forms.ValidationError(str(_LINKS.get(problem, message)))
        return url

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not (cleaned.get("name_zh") or cleaned.get("name_en")):
            self.add_error("name_en", gettext("Give it a name in one language at least."))
        begins, ends = cleaned.get("valid_from"), cleaned.get("valid_until")
        if begins and ends and ends <= begins:
            self.add_error("valid_until", gettext("The end must be after the start."))
        return cleaned


class ReferralPrizeForm(PrizeForm):
    """One prize: when, for whom, and what."""

    shown_when: ClassVar[dict[str, str]] = {**PrizeForm.shown_when, "step": ".moment=LADDER"}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("moment") != _Moment.LADDER:
            cleaned["step"] = None
            return cleaned
        if not cleaned.get("step") and "step" not in self.errors:
            self.add_error("step", gettext("Say with how many friends."))
        if cleaned.get("side") == _Side.FRIEND:
            self.add_error("side", gettext("The ladder is for who recommends."))
        return cleaned


class GuardsForm(dialogs.ReasonForm):
    """What is looked at first from now on; empty: without a limit."""

    device_limit = forms.IntegerField(
        label=_("Friends from one device"),
        required=False,
        min_value=1,
        max_value=_MOST,
        widget=UnfoldAdminIntegerFieldWidget(attrs={"autocomplete": "off"}),
    )
    hour_limit = forms.IntegerField(
        label=_("Friends of one member in an hour"),
        required=False,
        min_value=1,
        max_value=_MOST,
        help_text=_("More are reviewed first. Empty: without a limit."),
        widget=UnfoldAdminIntegerFieldWidget(attrs={"autocomplete": "off"}),
    )
    invitations_day = forms.IntegerField(
        label=_("Invitations of one member in a day"),
        min_value=1,
        max_value=_MOST,
        initial=50,
        widget=UnfoldAdminIntegerFieldWidget(attrs={"autocomplete": "off"}),
    )

    field_order = ("device_limit", "hour_limit", "invitations_day", "reason")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        found = ReferralProgram.objects.filter(state=ReferralProgram.State.LIVE).first()
        if found is not None:
            for name in ("device_limit", "hour_limit", "invitations_day"):
                self.fields[name].initial = getattr(found, name)

    def guards(self) -> Guards:
        """As they shall be."""
        said = self.cleaned_data
        return Guards(
            device_limit=said["device_limit"],
            hour_limit=said["hour_limit"],
            invitations_day=said["invitations_day"],
        )
