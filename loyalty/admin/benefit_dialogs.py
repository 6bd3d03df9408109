"""The dialogs on a member's page: use, take back, rate, claim and give a benefit."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from loyalty.models import Benefit
from loyalty.services import benefit_claims, benefit_grants, benefit_uses
from loyalty.services.benefit_uses import Ask
from members.admin import dialogs
from members.errors import NotFound
from members.models import Member, Store, User
from members.registry import member_page
from members.registry.member_page import Action, Outcome
from members.services import audit, submissions

SOURCE = "console"


class BenefitField(forms.ModelChoiceField):
    """Benefits by name, with their code."""

    def label_from_instance(self, obj: Benefit) -> str:
        return _("%(name)s (%(code)s)") % {"name": obj.name, "code": obj.code}


def _live() -> Any:
    return Benefit.objects.exclude(state=Benefit.State.DRAFT).order_by("code")


class ChooseForm(dialogs.DialogForm):
    """Which benefit."""

    benefit = BenefitField(
        label=gettext_lazy("Benefit"),
        queryset=Benefit.objects.none(),
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["benefit"]
        field.queryset = _live()


class UseForm(ChooseForm):
    """Which benefit, and where."""

    store = forms.ModelChoiceField(
        label=gettext_lazy("Store"),
        queryset=Store.objects.order_by("code"),
        required=False,
        widget=UnfoldAdminSelectWidget,
    )


class WhyForm(ChooseForm, dialogs.ReasonForm):
    """Which benefit, and why."""

    field_order = ("benefit", "reason")


class RateForm(ChooseForm):
    """What the member thought of it."""

    rating = forms.TypedChoiceField(
        label=gettext_lazy("Rating"),
        coerce=int,
        choices=[(number, str(number)) for number in range(10, 0, -1)],
        help_text=gettext_lazy("10: could not be better."),
        widget=UnfoldAdminSelectWidget,
    )


class GrantForm(ChooseForm, dialogs.ReasonForm):
    """Which benefit, how often, for how long, and why."""

    quota = forms.IntegerField(
        label=gettext_lazy("How many times"),
        required=False,
        min_value=1,
        max_value=benefit_grants.MOST_QUOTA,
        help_text=gettext_lazy("Adds to what their tier and tags give. Empty: without a limit."),
        widget=UnfoldAdminIntegerFieldWidget,
    )
    days = forms.IntegerField(
        label=gettext_lazy("For how many days"),
        required=False,
        min_value=1,
        max_value=benefit_grants.MOST_DAYS,
        help_text=gettext_lazy("Through the end of the last one. Empty: without an end."),
        widget=UnfoldAdminIntegerFieldWidget,
    )

    field_order = ("benefit", "quota", "days", "reason")


def register() -> None:
    """Called by `apps.ready`."""
    for number, (code, title, text, icon, form, run, right) in enumerate(_ACTIONS):
        member_page.add_action(
            Action(
                code=code,
                title=title,
                description=text,
                submit_text=title,
                icon=icon,
                permission=right,
                form_class=form,
                run=run,
                order=50 + number,
            )
        )


def _once(
    code: str, member: Member, cleaned: dict[str, Any], actor: User, at: datetime,
    do: Callable[[], Any],
) -> Any:  # fmt: skip
    """Once for each form, with a line in the audit trail; None for a repeat."""

    def told() -> Any:
        done = do()
        audit.record(
            action=f"benefit.{code}",
            at=at,
            actor_id=actor.pk,
            member_id=member.pk,
            reason=cleaned.get("reason", ""),
            details={"benefit": cleaned["benefit"].code},
        )
        return done

    return submissions.run_once(
        uid=cleaned["submission"],
        action=f"loyalty.benefit.{code}",
        actor_id=actor.pk,
        at=at,
        do=told,
        member_of=lambda _done: member.pk,
    ).result


def _use(*, member: Member, cleaned: dict[str, Any], actor: User, at: datetime) -> Outcome:
    store: Store | None = cleaned["store"]
    ask = Ask(
        benefit_id=cleaned["benefit"].pk,
        member_id=member.pk,
        source=SOURCE,
        external_id=str(cleaned["submission"]),
        store_id=None if store is None else store.pk,
        actor_id=actor.pk,
    )
    _once("used", member, cleaned, actor, at, lambda: benefit_uses.use(ask=ask, at=at))
    return Outcome(text=_("“%(name)s” is used.") % {"name": cleaned["benefit"].name})


def _newest(member: Member, benefit: Benefit) -> UUID:
    return benefit_uses.last_use(member_id=member.pk, benefit_id=benefit.pk)


def _void(*, member: Member, cleaned: dict[str, Any], actor: User, at: datetime) -> Outcome:
    done = _once(
        "voided", member, cleaned, actor, at,
        lambda: benefit_uses.void(
            use_uid=_newest(member, cleaned["benefit"]),
            reason=cleaned["reason"],
            member_id=member.pk,
            at=at,
            actor_id=actor.pk,
        ),
    )  # fmt: skip
    if done is None or done.given_back:
        return Outcome(text=_("The use is taken back."))
    return Outcome(text=_("The use is void; its period is over, so nothing came back."))


def _rate(*, member: Member, cleaned: dict[str, Any], actor: User, at: datetime) -> Outcome:
    _once(
        "rated", member, cleaned, actor, at,
        lambda: benefit_uses.rate(
            use_uid=_newest(member, cleaned["benefit"]),
            member_id=member.pk,
            rating=cleaned["rating"],
            at=at,
        ),
    )  # fmt: skip
    return Outcome(text=_("The rating is kept."))


def _claim(*, member: Member, cleaned: dict[str, Any], actor: User, at: datetime) -> Outcome:
    _once(
        "claimed", member, cleaned, actor, at,
        lambda: benefit_claims.claim(
            member_id=member.pk, benefit_id=cleaned["benefit"].pk, at=at, actor_id=actor.pk
        ),
    )  # fmt: skip
    return Outcome(text=_("“%(name)s” can be used now.") % {"name": cleaned["benefit"].name})


def _grant(*, member: Member, cleaned: dict[str, Any], actor: User, at: datetime) -> Outcome:
    benefit: Benefit = cleaned["benefit"]
    if benefit.state == Benefit.State.DRAFT:
        raise NotFound
    _once(
        "granted", member, cleaned, actor, at,
        lambda: benefit_grants.grant(
            benefit_id=benefit.pk,
            member_id=member.pk,
            key=f"console:{cleaned['submission']}",
            origin="HAND",
            quota=cleaned["quota"],
            days=cleaned["days"],
            reason=cleaned["reason"],
            actor_id=actor.pk,
            at=at,
        ),
    )  # fmt: skip
    return Outcome(text=_("“%(name)s” is the member's now.") % {"name": benefit.name})


def _end(*, member: Member, cleaned: dict[str, Any], actor: User, at: datetime) -> Outcome:
    _once(
        "ended", member, cleaned, actor, at,
        lambda: benefit_grants.end_given(
            benefit_id=cleaned["benefit"].pk,
            member_id=member.pk,
            reason=cleaned["reason"],
            at=at,
        ),
    )  # fmt: skip
    return Outcome(
        text=_("What was given of “%(name)s” has ended.") % {"name": cleaned["benefit"].name}
    )


_USE_IT, _GIVE_IT = "loyalty.add_benefituse", "loyalty.add_benefitgrant"
_ACTIONS: tuple[tuple[str, Any, Any, str, Any, Any, str], ...] = (
    (
        "use_benefit", gettext_lazy("Use a benefit"),
        gettext_lazy("It counts at once, in every store and app."),
        "redeem", UseForm, _use, _USE_IT,
    ),
    (
        "claim_benefit", gettext_lazy("Claim a benefit"),
        gettext_lazy("For the member, at their wish: once a period."),
        "back_hand", ChooseForm, _claim, _USE_IT,
    ),
    (
        "rate_benefit", gettext_lazy("Rate a benefit"),
        gettext_lazy("The newest use of it, from 1 to 10; a later rating replaces it."),
        "star", RateForm, _rate, _USE_IT,
    ),
    (
        "void_benefit", gettext_lazy("Take a benefit's use back"),
        gettext_lazy("The newest use of it. Within its period it can be used again."),
        "undo", WhyForm, _void, "loyalty.change_benefituse",
    ),
    (
        "grant_benefit", gettext_lazy("Give a benefit"),
        gettext_lazy("To this member alone; for many give them a tag that has it."),
        "volunteer_activism", GrantForm, _grant, _GIVE_IT,
    ),
    (
        "end_benefit", gettext_lazy("End a benefit that was given"),
        gettext_lazy("What this member alone was given of it, by hand or by a campaign."),
        "event_busy", WhyForm, _end, _GIVE_IT,
    ),
)  # fmt: skip
