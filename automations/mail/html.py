"""The page beside the text of a mail: made from the frozen text by one layout, so that both say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from automations.core.shop import Shop
from automations.core.text import half_width_length

if TYPE_CHECKING:
    from jinja2 import Template

LAYOUT = "_layout.html.j2"
Kind = Literal["paragraph", "heading", "field", "list", "rule", "small"]
_RULE = re.compile(r"[-─―━=]{8,}")
_ENTRY = re.compile(r"(?:・|- )(?=\S)")
_INDENT = re.compile(r"[ \u3000]+")
# Lines about this wide were broken because they were full; shorter ones end where they are meant to.
_FULL_WIDE, _FULL_NARROW = 42, 56


@dataclass(frozen=True, slots=True)
class Block:
    """Some lines of a mail that look alike; ``entries`` are the lines of each entry of a list."""

    kind: Kind
    lines: Sequence[str] = ()
    entries: Sequence[Sequence[str]] = ()


def html_of(text: str, shop: Shop, language: str, folders: Sequence[Path]) -> str:
    """Return a mail's text as a page without pictures, scripts or anything from elsewhere.

    Args:
        text: As it was frozen.
        shop: The sender; its name is the title.
        language: Of the text.
        folders: Template folders; the shop's own layout before the bundled one.
    """
    blocks = tuple(blocks_of(text))
    return _layout(tuple(folders)).render(blocks=blocks, shop=shop, language=language)


def blocks_of(text: str) -> Iterator[Block]:
    """Yield the blocks of a text: paragraphs, ■ headings, lists, rules, and what stands behind the last part."""
    lines = text.rstrip("\n").split("\n")
    signature = _signature_at(lines)
    waiting: list[str] = []
    for number, line in enumerate(lines):
        if _belongs(line, waiting):
            waiting.append(line)
            continue
        yield from _written(waiting, is_small=number > signature)
        waiting = []
        if _RULE.fullmatch(line.strip()):
            yield Block("rule")
        elif line.startswith("■"):
            label, _, value = line[1:].partition("\u3000")
            yield Block("field", (label, value.strip())) if value else Block("heading", (label,))
        elif line.strip():
            waiting = [line]
    yield from _written(waiting, is_small=len(lines) > signature)


def _signature_at(lines: Sequence[str]) -> int:
    """Return the line of the rule above the signature: the last but one of ──── rules, as the templates draw it."""
    rules = [number for number, line in enumerate(lines) if re.fullmatch(r"─{8,}|-{45,}", line.strip())]
    return rules[-2] if len(rules) > 1 else len(lines) + 1


def _belongs(line: str, waiting: Sequence[str]) -> bool:
    """Return whether a line goes on with the block before it."""
    if not waiting or not line.strip() or line.startswith("■") or _RULE.fullmatch(line.strip()):
        return False
    in_list = _ENTRY.match(waiting[0]) is not None
    is_entry = _ENTRY.match(line) is not None
    return is_entry or _INDENT.match(line) is not None if in_list else not is_entry


def _written(lines: Sequence[str], *, is_small: bool) -> Iterator[Block]:
    if not lines:
        return
    if _ENTRY.match(lines[0]):
        entries: list[list[str]] = []
        for line in lines:
            if _ENTRY.match(line):
                entries.append([_ENTRY.sub("", line, count=1)])
            else:
                entries[-1].append(line.strip(" \u3000"))
        yield Block("list", entries=[_joined(entry) for entry in entries])
    else:
        yield Block("small", lines) if is_small else Block("paragraph", _joined(lines))


def _joined(lines: Sequence[str]) -> list[str]:
    """Put together again what was broken only to keep lines short."""
    whole: list[str] = []
    for line in lines:
        if whole and _goes_on(whole[-1].split("\n")[-1], line):
            before = whole[-1].replace("\n", "")
            glue = " " if before[-1].isascii() and line[0].isascii() else ""
            whole[-1] = f"{before}{glue}\n{line}"
        else:
            whole.append(line)
    return [line.replace("\n", "") for line in whole]


def _goes_on(before: str, line: str) -> bool:
    if "://" in before or "://" in line or _INDENT.match(line):
        return False
    if before.endswith("、"):
        return True
    is_wide = not before[-1].isascii()
    full = half_width_length(before) >= (_FULL_WIDE if is_wide else _FULL_NARROW)
    return full and not before.endswith(("。", ":", "?", "!"))


@lru_cache(maxsize=8)
def _layout(folders: tuple[Path, ...]) -> Template:
    from jinja2 import FileSystemLoader, StrictUndefined  # noqa: PLC0415 - only runs with mails need it
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415 - as above

    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folders),
        undefined=StrictUndefined,
        autoescape=True,  # whatever the file is called
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(LAYOUT)
