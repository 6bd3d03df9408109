"""Dialogs of service cases: open one, reply, note, assign, classify, take a step."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from members.admin.dialogs import DialogForm
from members.models import ServiceCase, ServiceTopic, Store, User
from members.selectors import scopes, service_cases
from members.services import case_messages
from members.services.service_case_steps import WORKS_ON_CASES

MOST_PEOPLE = 300


class OpeningFields(forms.Form):
    """What is asked when a case begins; `setup` fills in what may be chosen."""

    topic = forms.ModelChoiceField(
        label=_("Topic"),
        queryset=ServiceTopic.objects.none(),
        widget=UnfoldAdminSelectWidget,
        help_text=_("It says within how many minutes somebody answers."),
    )
    kind = forms.ChoiceField(
        label=_("Kind"), choices=ServiceCase.Kind.choices, widget=UnfoldAdminSelectWidget
    )
    medium = forms.ChoiceField(
        label=_("Came by"),
        choices=ServiceCase.Medium.choices,
        initial=ServiceCase.Medium.STORE,
        widget=UnfoldAdminSelectWidget,
    )
    subject = forms.CharField(
        label=_("In a few words"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    text = forms.CharField(
        label=_("What the member says"),
        required=False,
        max_length=case_messages.LONGEST_TEXT,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )
    answer = forms.CharField(
        label=_("What you answered at once"),
        required=False,
        max_length=case_messages.LONGEST_TEXT,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text=_("In a call or at the counter. Leave it empty if an answer is still to come."),
    )
    order_reference = forms.CharField(
        label=_("Order"),
        required=False,
        max_length=80,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    store = forms.ModelChoiceField(
        label=_("Store"),
        required=False,
        queryset=Store.objects.none(),
        widget=UnfoldAdminSelectWidget,
        help_text=_("Whose people see it. Empty: the head office."),
    )

    def setup(self, operator: User) -> None:
        scope = scopes.scope_for(operator)
        fields: Any = self.fields
        fields["topic"].queryset = ServiceTopic.objects.filter(is_active=True).order_by("code")
        stores = scope.stores(Store.objects.order_by("code"))
        fields["store"].queryset = stores
        if not scope.is_whole_chain:
            fields["store"].required = True
            # Who works for one store opens cases there; anybody else says where.
            only = list(stores[:2])
            if len(only) == 1:
                fields["store"].initial = only[0].pk
                fields["store"].empty_label = None


class OpenDialog(OpeningFields, DialogForm):
    """A case of the member whose page is open."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.setup(self.request.user)  # type: ignore[arg-type]


class OpenForm(OpeningFields):
    """The page that opens a case, from the counter or the inbox."""

    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, operator: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.setup(operator)


class CaseForm(DialogForm):
    """A step of one case; `version` is that of the page, so that a step on old news is refused."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        shown = self.case().values_list("version", flat=True).first()
        self.fields["version"].initial = shown

    def case(self) -> QuerySet[ServiceCase]:
        """The case, if the operator may see it."""
        scope = scopes.scope_for(self.request.user)
        pk = str(self.object_id)
        return service_cases.visible(scope=scope).filter(pk=pk if pk.isdecimal() else 0)


class TextForm(CaseForm):
    text = forms.CharField(
        label=_("Text"),
        max_length=case_messages.LONGEST_TEXT,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 5}),
    )


class ResolveForm(CaseForm):
    text = forms.CharField(
        label=_("Last answer to the member"),
        required=False,
        max_length=case_messages.LONGEST_TEXT,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("As it was told. Empty: everything was said already."),
    )


class RateForm(CaseForm):
    satisfaction = forms.TypedChoiceField(
        label=_("How content is the member?"),
        coerce=int,
        choices=[
            (5, _("5 – very content")),
            (4, "4"),
            (3, "3"),
            (2, "2"),
            (1, _("1 – not at all")),
        ],
        widget=UnfoldAdminSelectWidget,
    )


class PersonField(forms.ModelChoiceField):
    def label_from_instance(self, obj: User) -> str:
        return obj.get_full_name() or obj.get_username()


class AssignForm(CaseForm):
    assignee = PersonField(
        label=_("Who works on it"),
        required=False,
        queryset=User.objects.none(),
        widget=UnfoldAdminSelectWidget,
        empty_label=_("Nobody yet"),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        case = self.case().first()
        field: Any = self.fields["assignee"]
        if case is not None:
            field.queryset = _people(case)
            field.initial = case.assignee_id or self.request.user.pk


class ClassifyForm(CaseForm):
    topic = forms.ModelChoiceField(
        label=_("Topic"), queryset=ServiceTopic.objects.none(), widget=UnfoldAdminSelectWidget
    )
    kind = forms.ChoiceField(
        label=_("Kind"), choices=ServiceCase.Kind.choices, widget=UnfoldAdminSelectWidget
    )
    priority = forms.TypedChoiceField(
        label=_("Priority"),
        coerce=int,
        choices=ServiceCase.Priority.choices,
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        case = self.case().first()
        known = Q(is_active=True) | Q(pk=case.topic_id if case else None)
        fields["topic"].queryset = ServiceTopic.objects.filter(known).order_by("code")
        if case is not None:
            fields["topic"].initial = case.topic_id
            fields["kind"].initial, fields["priority"].initial = case.kind, case.priority


def _people(case: ServiceCase) -> QuerySet[User]:
    """Who may be given the case: people with the right, of its store or of the whole chain."""
    able = User.objects.with_perm(
        WORKS_ON_CASES, backend="django.contrib.auth.backends.ModelBackend"
    )
    chain = Q(stores=None) | Q(is_superuser=True)
    mine = chain if case.store_id is None else chain | Q(stores=case.store_id)
    ids = able.filter(mine).order_by("username").values_list("pk", flat=True)[:MOST_PEOPLE]
    return User.objects.filter(pk__in=list(ids)).order_by("username")
