"""Texts of messages, in both languages."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.naming import Named


class MessageTemplate(Named):
    """Subject and body as Liquid; the variables are those that the trigger's event offers."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    subject_zh = models.CharField(_("subject in Chinese"), max_length=200, blank=True)
    subject_en = models.CharField(_("subject in English"), max_length=200, blank=True)
    body_zh = models.TextField(_("text in Chinese"), max_length=4000, blank=True)
    body_en = models.TextField(_("text in English"), max_length=4000, blank=True)
    # How media that send no free text are served: the provider's approved template and what its
    # fields are filled with, {"SMS": {"template": "1234", "fields": ["{{ name }}", …]},
    # "WECHAT": {"template": "…", "page": "pages/…", "fields": {"thing1": "{{ … }}"}}}.
    media_options = models.JSONField(_("by channel"), default=dict, blank=True)

    class Meta:
        verbose_name = _("message template")
        verbose_name_plural = _("message templates")
