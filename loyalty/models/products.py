"""The catalogue, synced from the ERP; tills may name what it doesn't know yet."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.ids import uuid7
from members.models.naming import Named


class Product(Named):
    """Something sold. A provisional one was first seen on a till's order line."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    sku = models.CharField(_("SKU"), max_length=64, unique=True)
    category = models.CharField(_("category"), max_length=80, blank=True)
    brand = models.CharField(_("brand"), max_length=80, blank=True)
    list_price_amount = models.BigIntegerField(_("list price"), null=True, blank=True)
    cost_amount = models.BigIntegerField(_("cost"), null=True, blank=True)
    image_url = models.URLField(_("image"), blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_provisional = models.BooleanField(_("provisional"), default=False)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        indexes = [models.Index(fields=["category"], name="product_category")]
