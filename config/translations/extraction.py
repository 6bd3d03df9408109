"""Every string of ours and of Unfold that a reader may see: from Python code and templates."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import unfold
from babel.messages.extract import extract
from django.conf import settings
from django.utils.translation import templatize

from config.translations import refusals

OUR_FOLDERS = ("analytics", "campaigns", "config", "loyalty", "members", "templates")
# Parts of Unfold for packages that we don't use.
UNUSED = ("constance", "guardian", "location_field", "simple_history", "inlines", "crispy")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


@dataclass(frozen=True, order=True)
class Message:
    """One string to translate. `plural` is empty where there is none."""

    text: str
    plural: str = ""
    context: str = ""


def messages() -> dict[Message, set[str]]:
    """Every message with the files that use it, by their paths inside the project or Unfold."""
    found: dict[Message, set[str]] = {}
    files = list(_files())
    for path, place in files:
        for message in _read(path):
            found.setdefault(message, set()).add(place)
    for text, place in refusals.sentences(files):
        found.setdefault(Message(text), set()).add(place)
    return found


def _files() -> Iterator[tuple[Path, str]]:
    package = Path(unfold.__file__).parent
    for folder in OUR_FOLDERS:
        root = settings.BASE_DIR / folder
        yield from ((path, str(path.relative_to(settings.BASE_DIR))) for path in _sources(root))
    for path in _sources(package):
        place = path.relative_to(package)
        if not any(word in str(place) for word in UNUSED):
            yield path, f"unfold/{place}"


def _sources(root: Path) -> list[Path]:
    every = (path for path in root.rglob("*") if path.suffix in (".py", ".html", ".txt"))
    return sorted(path for path in every if "migrations" not in path.parts)


def _read(path: Path) -> Iterator[Message]:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # What remains of a template is calls of gettext between words of X. Their indentation
        # would be no valid Python.
        converted = templatize(text, origin=str(path))
        text = "\n".join(line.strip() for line in converted.splitlines())
    elif "gettext" not in text:
        return
    for _line, found, _comments, context in extract(
        "python", io.BytesIO(text.encode()), keywords=KEYWORDS
    ):
        single, plural = found if isinstance(found, tuple) else (found, "")
        if single:
            yield Message(single, plural or "", context or "")
