"""The form of a template: two languages side by side, and providers' templates as plain lines."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from campaigns.models import MessageTemplate
from campaigns.services import template_checks, templates

_LIQUID = {"data-liquid": "", "spellcheck": "true"}
_CODE = {"autocomplete": "off", "spellcheck": "false"}


def _line(**attrs: str) -> Any:
    return UnfoldAdminTextInputWidget(attrs={**attrs})


def _lines(rows: int) -> Any:
    return UnfoldAdminTextareaWidget(attrs={**_LIQUID, "rows": rows})


def _code(label: Any, help_text: Any = "", *, max_length: int = 80) -> forms.CharField:
    """What a provider approved, as it is told there."""
    widget = _line(**_CODE)
    return forms.CharField(
        label=label, help_text=help_text, max_length=max_length, required=False, widget=widget
    )


def _places(label: Any, help_text: Any, *, rows: int) -> forms.CharField:
    """What the places of a provider's template are filled with: a line for each."""
    return forms.CharField(
        label=label, help_text=help_text, max_length=2000, required=False, widget=_lines(rows)
    )


class TemplateForm(forms.ModelForm):  # type: ignore[type-arg]
    """Mistakes stand at their field, with the line and how to mend them."""

    subject_zh = forms.CharField(
        label=_("Subject in Chinese"), max_length=200, required=False, widget=_line(**_LIQUID)
    )
    subject_en = forms.CharField(
        label=_("Subject in English"), max_length=200, required=False, widget=_line(**_LIQUID)
    )
    body_zh = forms.CharField(
        label=_("Text in Chinese"), max_length=4000, required=False, widget=_lines(9)
    )
    body_en = forms.CharField(
        label=_("Text in English"), max_length=4000, required=False, widget=_lines(9)
    )
    sms_template = _code(
        _("Number of the SMS template"),
        _("As the gateway approved it. Empty: the text itself is sent."),
    )
    sms_template_en = _code(
        _("The same in English"), _("Empty: members who read English get the Chinese one.")
    )
    sms_fields = _places(
        _("What its places are filled with"),
        _("A line for each place, in order, such as {{ name }}."),
        rows=3,
    )
    wechat_template = _code(_("Id of the WeChat template"))
    wechat_page = _code(
        _("Page that a tap opens"),
        _("Such as pages/coupons/index. Empty: the card opens nothing."),
        max_length=300,
    )
    wechat_fields = _places(
        _("What its fields are filled with"),
        _("A line for each, such as thing1 = {{ product }}. Long things are cut."),
        rows=4,
    )

    class Meta:
        model = MessageTemplate
        fields = (
            *("name_zh", "name_en", "code"),
            *("subject_zh", "subject_en", "body_zh", "body_en"),
        )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk:
            self.initial.update(lines_of(self.instance.media_options or {}))

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if not (found.get("name_zh") or found.get("name_en")):
            self.add_error("name_zh", gettext("Give it a name, in Chinese or in English."))
        self.instance.media_options = options_of(found)
        if not self.errors:
            self._check(found)
        return found

    def _check(self, found: Mapping[str, Any]) -> None:
        texts = {name: found.get(name, "") for name in templates.FROZEN[:-1]}
        texts["media_options"] = self.instance.media_options
        for problem in template_checks.problems(texts):
            field = field_of(problem.field)
            told = problem.text
            if field.endswith("_fields"):
                told = f"{problem.field.partition('.')[2]}: {told}"
            self.add_error(field, told)


def field_of(place: str) -> str:
    """The form's field of a problem's place."""
    medium, _dot, name = place.partition(".")
    if not name:
        return "body_zh" if place == "media_options" else place
    prefix = medium.lower()
    return f"{prefix}_{name}" if name in ("template", "template_en", "page") else f"{prefix}_fields"


def lines_of(options: Mapping[str, Any]) -> dict[str, str]:
    """What the form shows of `media_options`."""
    sms, wechat = options.get("SMS") or {}, options.get("WECHAT") or {}
    fields = templates.field_sources(wechat.get("fields"))
    return {
        "sms_template": sms.get("template", ""),
        "sms_template_en": sms.get("template_en", ""),
        "sms_fields": "\n".join(templates.field_sources(sms.get("fields")).values()),
        "wechat_template": wechat.get("template", ""),
        "wechat_page": wechat.get("page", ""),
        "wechat_fields": "\n".join(f"{name} = {source}" for name, source in fields.items()),
    }


def options_of(found: Mapping[str, Any]) -> dict[str, Any]:
    """`media_options` of what was typed; a channel without anything is left out."""

    def text(name: str) -> str:
        return str(found.get(name) or "").strip()

    options: dict[str, Any] = {}
    places = [line.strip() for line in text("sms_fields").splitlines() if line.strip()]
    sms = {"template": text("sms_template"), "template_en": text("sms_template_en")}
    sms = {name: value for name, value in sms.items() if value}
    if sms or places:
        options["SMS"] = {**sms, "fields": places}
    fields = dict(_named(line) for line in text("wechat_fields").splitlines() if line.strip())
    wechat = {"template": text("wechat_template"), "page": text("wechat_page")}
    wechat = {name: value for name, value in wechat.items() if value}
    if wechat or fields:
        options["WECHAT"] = {**wechat, "fields": fields}
    return options


def _named(line: str) -> tuple[str, str]:
    name, _sign, source = line.partition("=")
    return name.strip(), source.strip()
