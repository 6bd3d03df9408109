"""The form of a segment: its names, its kind, and the builder of its condition."""

from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.admin import segment_words
from analytics.models import Segment, SegmentVersion
from analytics.services import segments
from analytics.services.segments import Draft, EmptySegment, NamelessSegment
from members.admin import dialogs
from members.admin.condition_fields import ConditionField, ConditionWidget
from members.errors import DomainError
from members.models import Consent
from members.registry import member_fields

PURPOSES = (Consent.Purpose.MARKETING, Consent.Purpose.SERVICE)
_SAID = tuple(name for name in Draft.__dataclass_fields__ if name != "seen")
PREVIEW = "admin:analytics_segment_preview"


class BuilderWidget(ConditionWidget):
    """The editor of conditions; below it whom the condition would have, while somebody works."""

    class Media:
        css = {"all": ["console/member.css", "console/segments.css"]}
        js = ["console/segments.js"]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        asked = {
            "url": reverse(PREVIEW),
            "purposes": [(one.value, one.label) for one in PURPOSES],
        }
        editor = super().render(name, value, attrs, renderer)
        return editor + render_to_string("console/segment_preview.html", asked)


class BuilderField(ConditionField):
    widget = BuilderWidget


class SegmentForm(forms.ModelForm):  # type: ignore[type-arg]
    """Knows which version it was opened with: two who change a segment at once don't overwrite
    each other."""

    condition = BuilderField(
        vocabulary=member_fields.CODE,
        label=_("Who"),
        help_text=_(
            "Active members who have not objected to being profiled. A static segment may do "
            "without: then members are put in by hand."
        ),
    )
    # The version, and the fingerprint of all that was said of the segment.
    seen_version = forms.RegexField(
        r"^\d{1,9}(-[0-9a-f]{16})?$", label=_("version"), widget=forms.HiddenInput, required=False
    )

    class Meta:
        model = Segment
        fields = ("code", "name_zh", "name_en", "description", "kind", "refresh", "condition")
        help_texts = {
            "code": _("Small letters, digits and hyphens; other systems know the segment by it."),
            "kind": segment_words.KINDS["DYNAMIC"],
            "refresh": _("When a dynamic segment is judged anew. You can always build it now."),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial.setdefault("seen_version", _seen(self.instance))
        if "condition" in self.fields:
            widget: Any = self.fields["condition"].widget
            # The code says what would ask for itself; a form of a kept one doesn't send it.
            of = f"?of={self.instance.code}" if self.instance.pk else ""
            widget.url = reverse("admin:analytics_segment_spoken") + of
            widget.digits = member_fields.digits()
        if "kind" in self.fields:
            self.fields["kind"].help_text = segment_words.kind_help()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk:
            self._refuse_overtaken(cleaned.get("seen_version", ""))
        if not self.errors:
            self._ask_the_service(cleaned)
        return cleaned

    def _ask_the_service(self, cleaned: dict[str, Any]) -> None:
        draft = self._draft(cleaned)
        try:
            segments.check(draft=draft)
        except NamelessSegment as error:
            self.add_error("name_zh", dialogs.refusal(error))
        except EmptySegment as error:
            self.add_error("condition", dialogs.refusal(error))
        except DomainError as error:
            # A row of which the condition is no field any more has no place to say it.
            self.add_error("condition" if "condition" in self.fields else None, _told(error))

    def _draft(self, cleaned: dict[str, Any]) -> Draft:
        def said(name: str) -> Any:
            return cleaned.get(name, getattr(self.instance, name))

        return Draft(**{name: said(name) for name in _SAID})

    def _refuse_overtaken(self, text: str) -> None:
        """Says who was quicker, and when; of a new name or refresh no version tells who."""
        seen, known = read_seen(text)
        kept = Segment.objects.get(pk=self.instance.pk)
        if seen == kept.version and known not in ("", segments.fingerprint(kept)):
            self.add_error(None, dialogs.refusal(segments.ChangedMeanwhile()))
            return
        last = SegmentVersion.objects.filter(segment=self.instance).select_related("changed_by")
        newest = last.order_by("-number").first()
        if newest is None or newest.number == seen:
            return
        told = gettext(
            "%(who)s changed the segment meanwhile (%(when)s): it is version %(now)s, and you "
            "began with version %(seen)s. Nothing was saved: open it again and say it anew."
        )
        self.add_error(
            None,
            told
            % {
                "who": newest.changed_by or gettext("Somebody"),
                "when": date_format(localtime(newest.changed_at), "SHORT_DATETIME_FORMAT"),
                "now": newest.number,
                "seen": seen or "?",
            },
        )


def draft_of(segment: Segment, seen: str = "") -> Draft:
    """What a filled-in form says of the segment, and what it was opened with."""
    return Draft(seen=seen, **{name: getattr(segment, name) for name in _SAID})


def read_seen(text: str) -> tuple[int, str]:
    """The version and the fingerprint that a form was opened with; 0 and "" where it says none."""
    version, _dash, known = text.partition("-")
    return int(version or 0), known


def _seen(segment: Segment) -> str:
    return f"{segment.version}-{segments.fingerprint(segment)}" if segment.pk else "0"


def _told(error: DomainError) -> str:
    codes = error.details.get("codes") if isinstance(error.details, dict) else None
    told = dialogs.refusal(error)
    return f"{told} ({', '.join(codes)})" if codes else told
