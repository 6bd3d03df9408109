"""Words for kinds of personal data: registers, disclosures and breaches name data by them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DataCategory(models.TextChoices):
    """A kind of personal data that this product holds; rows keep a list of codes."""

    IDENTITY = "IDENTITY", _("Name, birthday, gender")
    CONTACT = "CONTACT", _("Phone, e-mail, accounts of messengers")
    PURCHASES = "PURCHASES", _("Orders and refunds")
    POINTS = "POINTS", _("Points, tiers, coupons")
    BEHAVIOR = "BEHAVIOR", _("Visits and clicks")
    COMMUNICATION = "COMMUNICATION", _("Messages, inquiries, surveys, appointments")
    CONSENTS = "CONSENTS", _("Consents and privacy requests")
    PROFILE = "PROFILE", _("Classes, scores and tags")
    ACCESS = "ACCESS", _("Log-ins and devices")


def labels(codes: list[str]) -> list[str]:
    """In the reader's language; a code that is no longer known shows as it is."""
    return [
        str(DataCategory(code).label) if code in DataCategory.values else code for code in codes
    ]
