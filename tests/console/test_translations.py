"""Both languages are complete: every string of ours and of Unfold, every column and field."""

import ast
import re
from datetime import UTC, datetime
from pathlib import Path

import polib
import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, label_for_field
from django.test import RequestFactory
from django.utils import formats, timezone, translation

from config.translations import catalogs, extraction
from members.models import User
from tests.console import staff

HAN = re.compile(r"[㐀-鿿]")
# Words that are the same in Chinese shops.
SAME_IN_CHINESE = {"SKU", "ID", "App", "Client id", "Regulars", "CSV", "Excel"}
# Fields of Django's own forms, not of a model: the forms give them labels.
OF_FORMS = {"usable_password", "password1", "password2"}
OURS = ("members", "loyalty", "analytics", "campaigns")


@pytest.fixture(scope="module")
def found():
    return extraction.messages()


@pytest.fixture(scope="module")
def chinese():
    return catalogs.read(catalogs.TRANSLATED)


def test_every_message_of_the_sources_is_in_the_chinese_catalog(found, chinese):
    held = {catalogs._message(entry) for entry in chinese}

    assert sorted(set(found) - held) == [], "run manage.py translations"
    assert sorted(held - set(found)) == [], "run manage.py translations"


@pytest.mark.parametrize("package", [*OURS, "config"])
def test_no_message_stands_in_an_f_string_where_it_is_not_found(package):
    hidden = [
        f"{path}:{call.lineno}"
        for path in sorted((Path(settings.BASE_DIR) / package).rglob("*.py"))
        for text in ast.walk(ast.parse(path.read_text()))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") in ("_", "gettext", "gettext_lazy", "pgettext", "ngettext")
    ]

    assert hidden == []


def test_every_message_is_translated_and_none_is_a_guess(chinese):
    assert catalogs.untranslated(chinese) == []


@pytest.mark.parametrize(
    "said",
    [
        "The member can't have this reward.",  # the docstring of a refusal
        "This use is void.",  # by its code
        "another referral programme is live: stop it first",  # of a check
        "a member can't be merged into itself",  # where it is raised
    ],
)
def test_what_services_say_when_they_refuse_is_among_the_messages(found, said):
    assert extraction.Message(said) in found


def test_a_translation_names_the_same_values_as_its_message(chinese):
    assert catalogs.with_other_placeholders(chinese) == []


def test_translations_are_chinese(chinese):
    plain = [
        entry.msgid
        for entry in chinese
        if not HAN.search(entry.msgstr or "".join(entry.msgstr_plural.values()))
        and re.search("[a-z]{3}", re.sub(r"%\(\w+\)s", "", entry.msgid))
        and entry.msgid not in SAME_IN_CHINESE
    ]

    assert plain == []


@pytest.mark.parametrize("locale", catalogs.LOCALES)
def test_the_compiled_catalog_says_what_the_text_says(locale):
    compiled = polib.mofile(str(catalogs.path_of(locale).with_suffix(".mo")))

    assert {(entry.msgctxt, entry.msgid): entry.msgstr for entry in compiled} == {
        (entry.msgctxt, entry.msgid): entry.msgstr for entry in catalogs.read(locale)
    }


def test_names_of_models_are_chinese():
    with translation.override("zh-hans"):
        names = {
            f"{model._meta.label}: {name}"
            for app in OURS
            for model in apps.get_app_config(app).get_models()
            if not hasattr(model, "pgh_tracked_model")
            for name in (str(model._meta.verbose_name), str(model._meta.verbose_name_plural))
            if not HAN.search(name)
        }

    assert names == set()


@pytest.mark.django_db
@pytest.mark.parametrize("shown", admin.site._registry.values(), ids=lambda one: str(one.opts))
def test_columns_and_fields_of_a_page_are_labelled_in_chinese(shown):
    request = RequestFactory().get("/")
    request.user = User.objects.create_superuser("chief")
    fields = set(flatten_fieldsets(shown.get_fieldsets(request, None))) - OF_FORMS
    names = [name for name in (*shown.get_list_display(request), *fields) if isinstance(name, str)]

    with translation.override("zh-hans"):
        own = shown.form.declared_fields
        labels = {
            name: str(own[name].label if name in own else label_for_field(name, shown.model, shown))
            for name in names
        }

    same = {word.casefold() for word in SAME_IN_CHINESE}
    assert {
        name: label
        for name, label in labels.items()
        if not HAN.search(label) and label.casefold() not in same and "<input" not in label
    } == {}


# Unfold and Django leave English words of their own in some pages; none of ours may be there.
@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/console/", "/console/counter/", "/console/loyalty/order/"])
def test_a_page_in_chinese_shows_no_english_sentence(rows, path):
    browser = staff.logged_in("chief", "administrator", language="zh-hans")

    shown = staff.text(browser.get(path))

    visible = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", shown, flags=re.DOTALL)
    visible = re.sub(r"material-symbols|\b[a-z_0-9]+\b(?=\s*$)", "", visible)
    sentences = re.findall(r"[A-Z][a-z]+(?: [a-z]+){2,}", visible)
    assert sentences == []


@pytest.mark.parametrize(
    ("language", "shown"),
    [("zh-hans", "2026年3月2日 14:00 1,234,567.5"), ("en", "2 Mar 2026, 14:00 1,234,567.5")],
)
def test_dates_and_numbers_are_written_as_readers_expect(language, shown):
    moment = datetime(2026, 3, 2, 6, tzinfo=UTC)
    with translation.override(language):
        written = formats.date_format(timezone.localtime(moment), "DATETIME_FORMAT")
        number = formats.number_format(1_234_567.5, use_l10n=True, force_grouping=True)

    assert f"{written} {number}" == shown
