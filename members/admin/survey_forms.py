"""A survey's questions as rows of a form, in both languages."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from members.admin.row_fields import RowForm, RowsField, RowsWidget
from members.models import Survey
from members.rules import surveys as rules

_YES = "1"
KINDS = (
    (rules.CHOICE, _("One of several")),
    (rules.MULTIPLE, _("Several of several")),
    (rules.TEXT, _("A text")),
)
FAULTS: Mapping[str, Any] = {
    "score_question_missing": _("Ask for the score, in one language at least."),
    "too_many_questions": _("Twenty questions are enough."),
    "unknown_kind": _("Question %(number)s: choose how it is answered."),
    "options_few_or_many": _("Question %(number)s: give two to twenty options, one on each line."),
    "options_not_asked": _("Question %(number)s: a text has no options."),
    "text_missing": _("Question %(number)s: a text is missing."),
    "text_too_long": _("Question %(number)s: a text is too long."),
}
USUAL_FLAG = {rules.SATISFACTION: 4, rules.NPS: 7, rules.RATING: 7}
STANDARD = {
    rules.SATISFACTION: ("您对我们满意吗？", "How satisfied are you with us?"),
    rules.NPS: ("您有多大可能向朋友推荐我们？", "How likely are you to recommend us to a friend?"),
    rules.RATING: ("您会打几分？", "How would you rate it?"),
}


class QuestionForm(RowForm):
    """One further question. An option is a line: Chinese, a bar, English; or one text for both."""

    text_zh = forms.CharField(
        label=_("question in Chinese"),
        required=False,
        max_length=rules.MOST_QUESTION,
        widget=UnfoldAdminTextInputWidget,
    )
    text_en = forms.CharField(
        label=_("question in English"),
        required=False,
        max_length=rules.MOST_QUESTION,
        widget=UnfoldAdminTextInputWidget,
    )
    kind = forms.ChoiceField(
        label=_("answer"), choices=KINDS, initial=rules.CHOICE, widget=UnfoldAdminSelectWidget
    )
    is_required = forms.ChoiceField(
        label=_("must be answered"),
        choices=(("", _("No")), (_YES, _("Yes"))),
        required=False,
        initial="",
        widget=UnfoldAdminSelectWidget,
    )
    options = forms.CharField(
        label=_("options, one on each line: 中文 | English"),
        required=False,
        max_length=rules.MOST_OPTIONS * 2 * (rules.MOST_OPTION + 2),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )

    @classmethod
    def shown(cls, row: Mapping[str, Any], shared: Mapping[str, Any]) -> dict[str, Any]:
        lines = [_line(option) for option in row.get("options", ())]
        return {
            **row,
            "is_required": _YES if row.get("is_required") else "",
            "options": "\n".join(lines),
        }

    def read(self) -> dict[str, Any]:
        """Without its code, which its place gives."""
        lines = [line for line in self.cleaned_data["options"].splitlines() if line.strip()]
        kept = {
            "kind": self.cleaned_data["kind"],
            "text_zh": self.cleaned_data["text_zh"],
            "text_en": self.cleaned_data["text_en"],
            "is_required": self.cleaned_data["is_required"] == _YES,
        }
        if lines:
            kept["options"] = [_option(line, place) for place, line in enumerate(lines, 1)]
        return kept


def questions_field() -> RowsField:
    texts = {"add": _("Another question"), "remove": _("Remove this question")}
    return RowsField(
        RowsWidget(QuestionForm, texts),
        label=capfirst(_("further questions")),
        help_text=_("Once the survey is open they stay as they are."),
    )


class SurveyForm(forms.ModelForm):  # type: ignore[type-arg]
    """The score's question and the further ones are kept in one list, in order."""

    score_zh = forms.CharField(
        label=capfirst(_("question of the score in Chinese")),
        required=False,
        max_length=rules.MOST_QUESTION,
        help_text=_("Left out, the usual question of this kind is asked."),
        widget=UnfoldAdminTextInputWidget,
    )
    score_en = forms.CharField(
        label=capfirst(_("question of the score in English")),
        required=False,
        max_length=rules.MOST_QUESTION,
        widget=UnfoldAdminTextInputWidget,
    )
    questions = questions_field()
    flag_below = forms.IntegerField(
        label=capfirst(_("flag below")),
        required=False,
        min_value=1,
        max_value=10,
        help_text=_(
            "Whatever is rated under this on average is flagged. Left out: 4 of 5, or 7 of 10."
        ),
        widget=UnfoldAdminIntegerFieldWidget,
    )

    class Meta:
        model = Survey
        fields = (
            "name_zh", "name_en", "code", "kind", "intro_zh", "intro_en", "questions",
            "flag_below", "flag_from_answers", "opens_at", "closes_at",
        )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        kept = self.instance.questions or []
        first = kept[0] if kept and kept[0].get("kind") == rules.SCORE else {}
        self.initial["questions"] = [row for row in kept if row.get("kind") != rules.SCORE]
        if self.instance.pk is None:
            self.initial["flag_below"] = None
        for name in ("zh", "en"):
            self.initial[f"score_{name}"] = first.get(f"text_{name}", "")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        if not (cleaned["name_zh"] or cleaned["name_en"]):
            self.add_error("name_zh", gettext("Give it a name, in one language at least."))
        cleaned["flag_below"] = cleaned["flag_below"] or USUAL_FLAG[cleaned["kind"]]
        if not rules.is_flag_on_scale(cleaned["kind"], cleaned["flag_below"]):
            lowest, highest = rules.SCALES[cleaned["kind"]]
            text = gettext("Of this kind the line lies from %(from)s to %(to)s.")
            self.add_error("flag_below", text % {"from": lowest + 1, "to": highest})
        opens, closes = cleaned.get("opens_at"), cleaned.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", gettext("It must close after it opens."))
        cleaned["questions"] = self._questions(cleaned)
        return cleaned

    def _questions(self, cleaned: dict[str, Any]) -> list[dict[str, Any]]:
        score = cleaned["score_zh"], cleaned["score_en"]
        text_zh, text_en = score if any(score) else STANDARD[cleaned["kind"]]
        rows = [{"kind": rules.SCORE, "text_zh": text_zh, "text_en": text_en}]
        for number, row in enumerate(cleaned.get("questions") or [], 1):
            rows.append({**row, "code": f"q{number}"})
        try:
            rules.compiled(rows)
        except rules.BadQuestions as error:
            self.add_error("questions", str(FAULTS[error.args[0]]) % {"number": error.args[1]})
        return rows


def _line(option: Mapping[str, Any]) -> str:
    texts = (option.get("text_zh", ""), option.get("text_en", ""))
    return texts[0] if texts[0] == texts[1] else " | ".join(texts)


def _option(line: str, place: int) -> dict[str, str]:
    text_zh, bar, text_en = (part.strip() for part in line.partition("|"))
    return {"code": str(place), "text_zh": text_zh, "text_en": text_en if bar else text_zh}
