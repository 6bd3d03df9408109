"""People who work in the console."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

_SALT = "members.models.operators.session"


class User(AbstractUser):
    """An operator. Roles are groups; `stores` narrows what a clerk or store manager sees.

    No store means every store: analysts and marketers work for the whole chain.
    """

    stores = models.ManyToManyField(
        "members.Store", verbose_name=_("stores"), blank=True, related_name="operators"
    )

    # Part of what a session is signed with: raised, it ends every session of this person.
    session_number = models.PositiveIntegerField(default=0, editable=False)

    class Meta(AbstractUser.Meta):  # type: ignore[name-defined]
        verbose_name = _("operator")
        verbose_name_plural = _("operators")

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Django asks with each request; a new password or number fits no older session."""
        signed = f"{self.password}/{self.session_number}" if self.session_number else self.password
        return salted_hmac(_SALT, signed, secret=secret, algorithm="sha256").hexdigest()
