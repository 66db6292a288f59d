"""Collects every message of the code into the Japanese catalogue and compiles it: `make translations`."""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "automations" / "locale" / "ja" / "LC_MESSAGES"
PO, MO = FOLDER / "daicho.po", FOLDER / "daicho.mo"
# Functions whose first argument is a message.
CALLS = {"msg", "_"}
# What click itself says; it asks for these words in the catalogue of the running program.
CLICK = (
    "Usage:",
    "Options",
    "Commands",
    "Show this message and exit.",
    "Error: {message}",
    "Try '{command} {option}' for help.",
    "Missing argument",
    "Missing option",
    "Missing command.",
    "Invalid value: {message}",
    "Invalid value for {param_hint}: {message}",
    "No such option {name!r}.",
    "No such command {name!r}.",
    "env var: {var}",
    "required",
    "Aborted!",
)
# Of these click knows a singular and a plural form; Japanese has one.
CLICK_PLURALS = (
    ("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    ("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    ("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    ("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
)


def templates() -> dict[str, list[str]]:
    """Return every English message of the code with the files that use it."""
    found: dict[str, list[str]] = {text: ["click"] for text in CLICK}
    for path in sorted((ROOT / "automations").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for text in (*_calls(tree), *_headline(path, tree)):
            found.setdefault(text, []).append(path.relative_to(ROOT).as_posix())
    return found


def catalogue() -> Catalog:
    """Return the Japanese catalogue as committed."""
    if not PO.exists():
        return Catalog(locale="ja", domain="daicho", charset="utf-8")
    with PO.open("rb") as file:
        return read_po(file, locale="ja", domain="daicho")


def renewed() -> Catalog:
    """Return the catalogue with exactly today's messages, keeping every translation there is."""
    known = catalogue()
    fresh = Catalog(locale="ja", domain="daicho", charset="utf-8", header_comment="# Messages of Daicho.",
                    creation_date=_A_DAY, revision_date=_A_DAY, fuzzy=False)  # fmt: skip
    for text, places in sorted(templates().items()):
        old = known.get(text)
        fresh.add(
            text, old.string if old else "", locations=[(place, None) for place in dict.fromkeys(places)]
        )
    for forms in CLICK_PLURALS:
        old = known.get(forms[0])
        fresh.add(forms, old.string if old else ("",), locations=[("click", None)])
    return fresh


def compiled(catalog: Catalog) -> bytes:
    """Return the catalogue in the form gettext reads."""
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def main() -> int:
    """Renew both files; exit 1 when a message has no Japanese text yet."""
    catalog = renewed()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, catalog, width=0, omit_header=False, sort_output=True)
    MO.write_bytes(compiled(catalog))
    missing = [message.id for message in catalog if message.id and not message.string]
    for text in missing:
        sys.stdout.write(f"not translated: {text}\n")
    return 1 if missing else 0


def _calls(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and _name(node.func) in CALLS:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def _headline(path: Path, tree: ast.Module) -> Iterator[str]:
    """Yield the first line of an automation's docstring: it stands in the 操作 tab."""
    if path.parent.name == "automations" and path.name != "__init__.py":
        yield (ast.get_docstring(tree) or "").splitlines()[0]


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


_A_DAY = datetime(2026, 11, 22, tzinfo=UTC)

if __name__ == "__main__":
    sys.exit(main())
