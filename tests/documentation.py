"""Makes the tables of the READMEs and the error gallery from the code: `make docs`; a test keeps them current."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import click
from error_pages import error_page, meanings

from automations import AUTOMATIONS
from automations.app.automate import module_of
from automations.app.configuration import BUNDLED, load
from automations.core.reading import UNREADABLE_CODES

ROOT = Path(__file__).parent.parent
ERROR_PAGES = {"en": ROOT / "docs" / "errors.md", "ja": ROOT / "docs" / "errors.ja.md"}
CODE = re.compile(r"[a-z]+(-[a-z0-9]+)+")
# Calls whose string arguments in kebab-case are codes of findings, set-up problems or refusals.
CODE_CALLS = {
    "finding",
    "warning",
    "Finding",
    "add",
    "note",
    "unknown_name",
    "__init__",
    "FileRefused",
    "ServiceError",
    "LedgerRefused",
}

# What every hold reason has; all other keys are its thresholds.
NO_LIMITS = {"code", "label", "severity", "next_step", "clearable", "enabled"}
# Reasons why an order waits look like codes, and are none.
NO_CODES = {"by-hand"}


@cache
def blocks() -> dict[str, str]:
    """Return every generated table by its name."""
    return {
        "automations": _automations(),
        "commands": _commands("en"),
        "commands-ja": _commands("ja"),
        "holds": _holds("en"),
        "holds-ja": _holds("ja"),
        "codes": _codes(),
        "columns": _column_types(),
    }


def renewed(text: str) -> str:
    """Return a README with its generated blocks as they should be today."""
    for name, table in blocks().items():
        text = re.sub(
            rf"(<!-- begin:{name} -->\n).*?(<!-- end:{name} -->)",
            lambda found, table=table: f"{found[1]}{table}\n{found[2]}",
            text,
            flags=re.DOTALL,
        )
    return text


def codes() -> dict[str, str]:
    """Return every code of a finding, problem or refusal with the English sentence it is told in."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "automations").rglob("*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))
        named = _named(module)
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef):
                found = {**dict.fromkeys(_default_codes(node), ""), **found}
            if isinstance(node, (ast.FunctionDef, ast.Assign)):
                for code, sentence in _codes_of(node, named):
                    found[code] = found.get(code) or sentence
    found = {code: sentence for code, sentence in found.items() if code not in NO_CODES}
    for channel in load(BUNDLED / "sheets_schema").channels.values():
        for notice in channel.notices:
            found.setdefault(notice.code, notice.why.en)
    for code in UNREADABLE_CODES:
        found.setdefault(code, "The cell does not fit its column.")
    return dict(sorted(found.items()))


def main() -> int:
    """Rewrite the READMEs and the pages of the error gallery."""
    for path in (ROOT / "README.md", ROOT / "README.ja.md"):
        path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8")
    for language, path in ERROR_PAGES.items():
        path.write_text(error_page(language), encoding="utf-8")
    return 0


def _automations() -> str:
    lines = ["| automation | what it does | reads | writes |", "| --- | --- | --- | --- |"]
    for name in AUTOMATIONS:
        module = module_of(name)
        headline = (module.__doc__ or "").splitlines()[0]
        lines.append(f"| `{name}` | {headline} | {_tabs(module.READS)} | {_tabs(module.WRITES)} |")
    return "\n".join(lines)


def _tabs(columns: Mapping[str, tuple[str, ...]]) -> str:
    return ", ".join(dict.fromkeys(columns))


def _commands(language: str) -> str:
    """Help texts are chosen when the command line starts, so each language is asked for in its own process."""
    code = (
        "from documentation import command_summaries; import json, sys; "
        "sys.stdout.buffer.write(json.dumps(command_summaries()).encode())"
    )
    environment = {
        **os.environ,
        "DAICHO_LANG": language,
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests"))),
    }
    told = subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True)
    lines = ["| コマンド | |" if language == "ja" else "| command | |", "| --- | --- |"]
    lines += [f"| `daicho {name}` | {summary} |" for name, summary in json.loads(told.stdout).items()]
    return "\n".join(lines)


def command_summaries() -> dict[str, str]:
    """Return every command with the first line of its help."""
    from automations.app.cli import cli

    return {name: (command.help or "").split("\n")[0] for name, command in _all_commands(cli, "")}


def _all_commands(group: click.Group, prefix: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield f"{prefix}{name}", command
        if isinstance(command, click.Group):
            yield from _all_commands(command, f"{prefix}{name} ")


def _holds(language: str) -> str:
    """List the reasons of holds.yaml with what an owner may set, as in the names of the 設定 tab."""
    made = load(BUNDLED / "sheets_schema")
    severities = made.schema["holds"].columns["severity"].choices
    written = made.tree["holds"]
    assert isinstance(written, dict)
    heads = {
        "en": "| code | reason | | what to do | `holds.…` |",
        "ja": "| 番号 | 理由 | | すること | `holds.…` |",
    }
    lines = [heads[language], "| --- | --- | --- | --- | --- |"]
    for reason in sorted(made.holds.values(), key=lambda reason: reason.code):
        limits = {key: value for key, value in written[reason.id].items() if key not in NO_LIMITS}
        names = ", ".join(f"`{reason.id}.{key}` {_limit(value)}".strip() for key, value in limits.items())
        severity = severities[reason.severity].label.text(language)
        label, step = reason.label.text(language), reason.next_step.text(language)
        lines.append(f"| {reason.code} | {label} | {severity} | {step} | {names or f'`{reason.id}`'} |")
    return "\n".join(lines)


def _limit(value: object) -> str:
    match value:
        case dict():
            return ", ".join(f"{name} {number}" for name, number in value.items())
        case list():
            return ", ".join(map(str, value[:4])) + (" …" if len(value) > 4 else "")
        case _:
            return str(value)


def _codes() -> str:
    lines = ["| code | what is wrong |", "| --- | --- |"]
    meant = meanings("en")
    lines += [f"| `{code}` | {meant.get(code, why).replace('|', ' ')} |" for code, why in codes().items()]
    return "\n".join(lines)


def _named(module: ast.Module) -> dict[str, ast.AST]:
    """Return what the names of a module stand for: its constants and functions."""
    named: dict[str, ast.AST] = {}
    for node in module.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            named[node.targets[0].id] = node.value
        elif isinstance(node, ast.FunctionDef):
            named[node.name] = node
    return named


def _codes_of(function: ast.AST, named: Mapping[str, ast.AST]) -> Iterator[tuple[str, str]]:
    """Yield each code with the first sentence beside it: in one call, or in one tuple that is told later."""
    here = dict(named)
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            here[node.targets[0].id] = node.value
    for node in ast.walk(function):
        parts = _parts(node)
        sentence = next(filter(None, (_sentence(part, here) for part in parts)), "")
        if sentence or (isinstance(node, ast.Call) and _called(node.func) in CODE_CALLS):
            for part in parts:
                for code in _written(part, here):
                    yield code, sentence


def _default_codes(function: ast.FunctionDef) -> Iterator[str]:
    """Yield the code a function takes when its caller names none."""
    given = reversed(list(zip(reversed(function.args.args), reversed(function.args.defaults), strict=False)))
    for argument, default in given:
        if argument.arg == "code" and isinstance(default, ast.Constant):
            yield str(default.value)


def _parts(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Tuple):
        return node.elts
    if isinstance(node, ast.Call) and _called(node.func) != "msg":
        return [*node.args, *(word.value for word in node.keywords if word.arg in ("code", "why"))]
    return []


def _written(part: ast.AST, named: Mapping[str, ast.AST]) -> Iterator[str]:
    """Yield the codes an argument can be: written here, a constant of the module, looked up in a table of it."""
    if isinstance(part, ast.Constant) and CODE.fullmatch(str(part.value)):
        yield str(part.value)
    elif isinstance(part, ast.Name) and isinstance(named.get(part.id), ast.Constant):
        yield from _written(named[part.id], {})
    elif isinstance(part, ast.Call) and _called(part.func) == "get" and isinstance(part.func, ast.Attribute):
        table = named.get(getattr(part.func.value, "id", ""))
        values = table.values if isinstance(table, ast.Dict) else []
        for value in (*values, *part.args[1:]):
            yield from _written(value, {})


def _sentence(node: ast.AST, named: Mapping[str, ast.AST]) -> str:
    """Return the text of the first message made in an expression, or in what its name stands for."""
    if isinstance(node, ast.Starred):
        node = node.value
    name = _called(node.func) if isinstance(node, ast.Call) else getattr(node, "id", "")
    if isinstance(node, ast.Subscript):
        name = getattr(node.value, "id", "")
    for part in (*ast.walk(node), *ast.walk(named.get(name, ast.Pass()))):
        if (
            isinstance(part, ast.Call)
            and _called(part.func) == "msg"
            and isinstance(part.args[0], ast.Constant)
        ):
            return str(part.args[0].value)
    return ""


def _called(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _column_types() -> str:
    return "\n".join(
        [
            "| type | what people may type |",
            "| --- | --- |",
            *(f"| `{name}` | {text} |" for name, text in _TYPES.items()),
        ]
    )


_TYPES = {
    "text": "anything; stays exactly as typed",
    "code": "letters and digits that must keep their form: `0012`, `K-001`",
    "integer": "whole numbers: `3`, `１２`, `1,000`",
    "money": "amounts with tax: `1080`, `1,080円`, `￥1,080-`",
    "date": "`2026-11-24`, `2026/11/24`, `2026年11月24日`, `令和8年11月24日`, a date cell",
    "datetime": "a date with a time: `2026-11-24 10:00`",
    "flag": "a tick, `TRUE`/`FALSE`, `○`, `済`",
    "choice": "one of the declared values, by label (either language), id or alias",
    "prefecture": "`京都府`, `京都`, `JP-26`, `Kyoto`",
    "postcode": "`611-0021`, `6110021`, `〒611-0021`",
    "phone": "`0774-00-0000`, `+81 774 00 0000`",
    "email": "one address",
    "jan": "8, 12 or 13 digits",
    "components": "`K-001*1, K-006*2`",
}

if __name__ == "__main__":
    sys.exit(main())
