"""What services say when they refuse: the first line of each error's docstring.

Doors show it through `gettext`, so it belongs to the catalogs although no call marks it.
"""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = "DomainError"


def sentences(files: Iterable[tuple[Path, str]]) -> Iterator[tuple[str, str]]:
    """(sentence, file) of every class that descends from `DomainError`."""
    classes = [
        (node, place)
        for path, place in files
        if path.suffix == ".py" and not place.startswith("unfold/")
        for node in _classes(path)
    ]
    refusals = {ROOT}
    # A refusal may stand in another file, before or after what it descends from.
    while new := {node.name for node, _ in classes if _bases(node) & refusals} - refusals:
        refusals |= new
    for node, place in classes:
        text = ast.get_docstring(node, clean=False)
        if node.name in refusals - {ROOT} and text:
            yield text, place
            # The API's problem documents take it as their title.
            yield text.strip().splitlines()[0], place


def _classes(path: Path) -> list[ast.ClassDef]:
    text = path.read_text(encoding="utf-8")
    if "class " not in text:
        return []
    return [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef)]


def _bases(node: ast.ClassDef) -> set[str]:
    named = (getattr(base, "id", getattr(base, "attr", "")) for base in node.bases)
    return {name for name in named if name}
