"""Channel applications that call the API."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import AbstractApplication


class ApiClient(AbstractApplication):
    """A till system, shop or app with credentials of its own.

    `source` names the system whose external ids it sends: with the external id it is the
    business key of orders and refunds, and stays when credentials are replaced.
    """

    source = models.SlugField(_("source"), max_length=40)
    channel = models.ForeignKey(
        "members.Channel", verbose_name=_("channel"), on_delete=models.PROTECT, null=True
    )
    stores = models.ManyToManyField(
        "members.Store",
        verbose_name=_("stores"),
        blank=True,
        help_text=_("Empty: all stores."),
    )
    scopes = models.TextField(
        _("scopes"), blank=True, help_text=_("Separated by spaces, such as orders:write.")
    )
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    # Who may see a new secret, once, after a second person let it happen.
    secret_for = models.ForeignKey(
        "members.User",
        verbose_name=_("may fetch the secret"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )

    class Meta(AbstractApplication.Meta):
        verbose_name = _("API client")
        verbose_name_plural = _("API clients")

    def is_usable(self, request: object) -> bool:
        """Asked by the OAuth library before it issues a token; it brings no time along."""
        return self.is_active and (self.expires_at is None or self.expires_at > timezone.now())
