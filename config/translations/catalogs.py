"""The .po and .mo files of each language, kept in step with the sources."""

import gettext as gettext_module
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import django
import polib
from django.apps import apps
from django.conf import settings

from config.translations.extraction import Message

# English is what stands in the sources; its catalog holds only where we say it otherwise.
TRANSLATED = "zh_Hans"
LOCALES = (TRANSLATED, "en")
_PLURALS = {TRANSLATED: "nplurals=1; plural=0;", "en": "nplurals=2; plural=(n != 1);"}
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%[sd]")


def path_of(locale: str) -> Path:
    return Path(settings.LOCALE_PATHS[0]) / locale / "LC_MESSAGES" / "django.po"


def read(locale: str) -> polib.POFile:
    """The catalog as it is; an empty one where there is none."""
    path = path_of(locale)
    if path.exists():
        return polib.pofile(str(path), wrapwidth=100)
    return polib.POFile(wrapwidth=100)


def merged(locale: str, found: Mapping[Message, set[str]]) -> polib.POFile:
    """The catalog with the messages of today: new ones as Django and packages translate them,
    else empty; what the sources lack is dropped."""
    old = {_message(entry): entry for entry in read(locale)}
    file = polib.POFile(wrapwidth=100)
    file.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": locale,
        "MIME-Version": "1.0",
        "Plural-Forms": _PLURALS[locale],
    }
    known = _known_to_packages(locale)
    for message in sorted(found):
        if locale != TRANSLATED and message not in old:
            continue
        file.append(_entry(message, found[message], old.get(message), known))
    return file


def write(locale: str, file: polib.POFile) -> None:
    """Saves the catalog and what Django reads, its compiled form."""
    path = path_of(locale)
    path.parent.mkdir(parents=True, exist_ok=True)
    file.save(str(path))
    file.save_as_mofile(str(path.with_suffix(".mo")))


def untranslated(file: polib.POFile) -> list[str]:
    """Messages without a translation, or with one that nobody has confirmed."""
    return [entry.msgid for entry in file if not entry.translated() or entry.fuzzy]


def with_other_placeholders(file: polib.POFile) -> list[str]:
    """Messages whose translation names other values than they do."""
    return [
        entry.msgid
        for entry in file
        for text in ([entry.msgstr] if entry.msgstr else entry.msgstr_plural.values())
        if set(_PLACEHOLDER.findall(text)) != _named(entry)
    ]


def is_compiled(locale: str) -> bool:
    """Whether the .mo says what the .po says."""
    compiled = path_of(locale).with_suffix(".mo")
    return compiled.exists() and compiled.read_bytes() == read(locale).to_binary()


def _named(entry: polib.POEntry) -> set[str]:
    return set(_PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))


def _message(entry: polib.POEntry) -> Message:
    return Message(entry.msgid, entry.msgid_plural or "", entry.msgctxt or "")


def _entry(
    message: Message, places: set[str], old: polib.POEntry | None, known: Mapping[str, str]
) -> polib.POEntry:
    entry = polib.POEntry(
        msgid=message.text,
        msgid_plural=message.plural,
        msgctxt=message.context or None,
        occurrences=[(place, "") for place in sorted(places)],
        flags=["python-format"] if "%(" in message.text else [],
    )
    if message.plural:
        entry.msgstr_plural = dict(old.msgstr_plural) if old else {0: ""}
    else:
        entry.msgstr = old.msgstr if old else known.get(message.text, "")
    return entry


def _known_to_packages(locale: str) -> dict[str, str]:
    """What Django and installed packages already say in this language."""
    known: dict[str, str] = {}
    for file in _package_catalogs(locale):
        with file.open("rb") as opened:
            catalog = gettext_module.GNUTranslations(opened)._catalog  # type: ignore[attr-defined]
        known |= {key: text for key, text in catalog.items() if isinstance(key, str) and key}
    return known


def _package_catalogs(locale: str) -> Iterator[Path]:
    conf = Path(os.path.dirname(django.__file__)) / "conf"
    for root in [*(Path(app.path) for app in apps.get_app_configs()), conf]:
        file = root / "locale" / locale / "LC_MESSAGES" / "django.mo"
        if file.exists():
            yield file
