"""What services say when they refuse: the first line of each error's docstring, the sentence that
stands where it is raised, those by code (`CODES`), and those of checks: `field, problem, sentence`.

Doors show them through `gettext`, so they belong to the catalogs although no call marks them.
"""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = "DomainError"
BY_CODE = "CODES"


def sentences(files: Iterable[tuple[Path, str]]) -> Iterator[tuple[str, str]]:
    """(sentence, file) of every refusal: a class that descends from `DomainError`."""
    ours = [
        (ast.parse(path.read_text(encoding="utf-8")), place)
        for path, place in files
        if path.suffix == ".py" and not place.startswith("unfold/")
    ]
    classes = [(node, place) for tree, place in ours for node in _classes(tree)]
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
    for tree, place in ours:
        for part in ast.walk(tree):
            yield from ((text, place) for text in _said(part, refusals) if " " in text)


def _said(node: ast.AST, refusals: set[str]) -> Iterator[str]:
    if isinstance(node, ast.Call) and _name(node.func) in refusals:
        yield from _texts(node.args[:1])
    elif isinstance(node, ast.Yield | ast.Return) and isinstance(node.value, ast.Tuple):
        if len(node.value.elts) == len(("field", "problem", "sentence")):
            yield from _texts(node.value.elts[-1:])
    elif isinstance(node, ast.Assign) and _name(node.targets[0]) == BY_CODE:
        yield from _texts(getattr(node.value, "values", ()))


def _texts(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _classes(tree: ast.Module) -> list[ast.ClassDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]


def _bases(node: ast.ClassDef) -> set[str]:
    return {name for base in node.bases if (name := _name(base))}


def _name(node: ast.AST) -> str:
    return str(getattr(node, "id", getattr(node, "attr", "")))
