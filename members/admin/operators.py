"""Operators: who works here, with which roles, in which stores. Rights change by two people."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.forms import UserCreationForm

from members.admin import confirmations, dialogs, labels
from members.admin.base import ConsoleAdmin, operator_of
from members.admin.operator_forms import RIGHTS, OperatorForm, PasswordForm
from members.errors import DomainError
from members.models import Store, User
from members.registry import roles
from members.selectors import scopes
from members.services import access, audit, role_grants
from members.services.role_grants import Rights

_WORK = User.stores.through.objects.filter(user_id=OuterRef("pk"))
DEACTIVATE = {
    "title": _("Shut this operator out"),
    "description": _("At once: whoever is logged in under this name is logged out."),
    "form_class": confirmations.RequiredNoteForm,
    "form_submit_text": _("Shut out"),
}
RESET = {
    "title": _("Second factor anew"),
    "description": _(
        "For a lost phone. Make sure who asks you: call them back. A second person has to agree."
    ),
    "form_class": confirmations.RequiredNoteForm,
    "form_submit_text": _("Ask for it"),
}


@admin.register(User)
class OperatorAdmin(UserAdmin, ConsoleAdmin):
    """A new operator can't do anything yet; rights and passwords are requests for approval."""

    form = OperatorForm
    add_form = UserCreationForm
    change_password_form = PasswordForm
    change_user_password_template = "console/operator_password.html"
    list_display = (
        "username",
        "shown_name",
        "shown_roles",
        "shown_stores",
        "is_active",
        "last_login",
    )
    list_filter = ("is_active", "groups")
    search_fields = ("username", "first_name", "last_name", "email")
    ordering = ("username",)
    filter_horizontal = ()
    autocomplete_fields = ("stores",)
    fieldsets = (
        (None, {"fields": (("username", "password"),)}),
        (_("Person"), {"fields": (("last_name", "first_name"), "email")}),
        (
            _("Rights"),
            {
                "fields": (
                    "groups",
                    "stores",
                    ("is_active", "is_staff"),
                    "is_superuser",
                    "reason",
                ),
                "description": _("They hold once a second person has agreed."),
            },
        ),
        (_("Important dates"), {"fields": (("last_login", "date_joined"),)}),
    )
    readonly_fields = ("last_login", "date_joined")
    actions_detail = ("deactivate", "reset_second_factor")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Whoever works for some stores sees who works there, and not the whole chain's staff."""
        queryset: QuerySet[User] = super().get_queryset(request)
        scope = scopes.scope_for(request.user)
        if not scope.is_whole_chain:
            queryset = queryset.filter(Exists(_WORK.filter(store__in=scope.store_ids)))
        return queryset.prefetch_related("groups", "stores")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only a superuser makes superusers, and nobody changes their own rights."""
        fields = [*super().get_readonly_fields(request, obj)]
        if not request.user.is_superuser:
            fields.append("is_superuser")
        if obj is not None and obj.pk == request.user.pk:
            fields += RIGHTS
        return list(dict.fromkeys(fields))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        # A field that no model has can't be shown to those who only read.
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return fieldsets
        return [
            (title, {**options, "fields": [one for one in options["fields"] if one != "reason"]})
            for title, options in fieldsets
        ]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        allowed: bool = super().has_change_permission(request, obj)
        return allowed

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Their name stands in ledger and audit trail; who leaves is made inactive.
        return False

    def has_shut_out_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        if not request.user.has_perm("members.change_user"):
            return False
        return object_id is None or str(object_id) != str(request.user.pk)

    # Saving

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Name and address are saved; what somebody may do is asked for."""
        if not change:
            obj.is_active, obj.is_staff = False, True
            obj.save()
            audit.record(
                action="operator.create",
                at=self.now(),
                actor_id=request.user.pk,
                details={"user": obj.pk},
            )
            messages.info(request, _("Nobody can log in under this name before it gets rights."))
            return
        before = User.objects.get(pk=obj.pk)
        wanted = _wanted(form, before)
        for name in ("is_active", "is_staff", "is_superuser"):
            setattr(obj, name, getattr(before, name))
        obj.save(update_fields=["username", "first_name", "last_name", "email"])
        if wanted != role_grants.rights_of(before):
            self._ask(
                request,
                lambda: role_grants.ask(
                    user_id=obj.pk,
                    rights=wanted,
                    reason=form.cleaned_data["reason"],
                    maker=operator_of(request),
                    at=self.now(),
                ),
            )

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Roles and stores are part of the request."""

    def user_change_password(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page is Django's; what it would save is asked for. One's own password has a page
        of its own, which asks for the old one."""
        named = str(kwargs.get("id") or args[0])
        user = self.get_object(request, named) if named.isascii() and named.isdecimal() else None
        if user is None:
            raise Http404
        if user.pk == request.user.pk:
            return HttpResponseRedirect(reverse("admin:password_change"))
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        if request.method == "POST":
            form = self.change_password_form(user, request.POST)
            if form.is_valid():
                usable = form.cleaned_data.get("set_usable_password", True)
                self._ask(
                    request,
                    lambda: role_grants.ask_password(
                        user_id=user.pk,
                        password=form.cleaned_data["password1"] if usable else None,
                        reason=form.cleaned_data["reason"],
                        maker=operator_of(request),
                        at=self.now(),
                    ),
                )
                return HttpResponseRedirect(reverse("admin:members_user_change", args=[user.pk]))
        answer: HttpResponse = super().user_change_password(request, *args, **kwargs)
        return answer

    def _ask(self, request: HttpRequest, ask: Any) -> None:
        try:
            ask()
        except DomainError as error:
            messages.error(request, dialogs.refusal(error))
        else:
            messages.warning(request, _("Asked for: it holds once a second person has agreed."))

    # Deeds

    @action(
        description=_("Shut out"),
        url_path="deactivate",
        icon="person_off",
        permissions=["shut_out"],
        dialog=DEACTIVATE,
    )
    def deactivate(
        self, request: HttpRequest, form: confirmations.RequiredNoteForm, object_id: str
    ) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=DEACTIVATE,
            run=lambda: access.deactivate(
                user_id=int(object_id),
                reason=form.cleaned_data["note"],
                actor=operator_of(request),
                at=self.now(),
            ),
            done=gettext("Shut out, and logged out everywhere."),
            to=reverse("admin:members_user_change", args=[object_id]),
        )

    @action(
        description=_("Second factor anew"),
        url_path="reset-second-factor",
        icon="phonelink_erase",
        permissions=["shut_out"],
        dialog=RESET,
    )
    def reset_second_factor(
        self, request: HttpRequest, form: confirmations.RequiredNoteForm, object_id: str
    ) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=RESET,
            run=lambda: role_grants.ask_reset(
                user_id=int(object_id),
                reason=form.cleaned_data["note"],
                maker=operator_of(request),
                at=self.now(),
            ),
            done=gettext("Asked for: it holds once a second person has agreed."),
            to=reverse("admin:members_user_change", args=[object_id]),
        )

    # Cells

    @display(description=_("name"), ordering="last_name")
    def shown_name(self, operator: User) -> str:
        return operator.get_full_name()

    @display(description=_("roles"), label=True)
    def shown_roles(self, operator: User) -> labels.Labels:
        return labels.labels(roles.label_of(group.name) for group in operator.groups.all())

    @display(description=_("stores"))
    def shown_stores(self, operator: User) -> str:
        names = [store.name for store in operator.stores.all()]
        return ", ".join(names) if names else str(_("Whole chain"))


def _wanted(form: Any, before: User) -> Rights:
    """What the form asks for; fields that this person may not change stay as they are."""
    now = role_grants.rights_of(before)
    cleaned = form.cleaned_data
    stores: Any = cleaned.get("stores", Store.objects.filter(code__in=now.stores))
    return Rights(
        roles=tuple(sorted(group.name for group in cleaned["groups"]))
        if "groups" in cleaned
        else now.roles,
        stores=tuple(sorted(store.code for store in stores)),
        is_active=cleaned.get("is_active", now.is_active),
        is_staff=cleaned.get("is_staff", now.is_staff),
        is_superuser=cleaned.get("is_superuser", now.is_superuser),
    )
