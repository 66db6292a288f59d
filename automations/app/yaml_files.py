"""YAML 1.2 as people read it: only true and false are booleans, 007 and 2026-11-24 stay text."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from automations.core.declare import Problems
from automations.core.messages import msg

_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_BASE):  # type: ignore[misc]
    """The fast loader with the core schema of YAML 1.2, refusing a key that stands twice."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own name


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(true|false)\Z"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"-?(0|[1-9]\d*)\Z"), list("-0123456789"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"-?(0|[1-9]\d*)\.\d+\Z"), list("-0123456789")
)
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(~|null|)\Z"), ["~", "n", ""])


def _mapping_without_doubles(loader: Any, node: Any) -> dict[object, object]:  # noqa: ANN401 - PyYAML's own types
    mapping: dict[object, object] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(None, None, "a key must be a word", key_node.start_mark)
        key = loader.construct_object(key_node)
        if key in mapping:
            raise yaml.constructor.ConstructorError(None, None, f"{key!r} stands twice", key_node.start_mark)
        mapping[key] = loader.construct_object(value_node, deep=True)
    return mapping


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping_without_doubles)


def read_yaml(path: Path, where: str, problems: Problems) -> object:
    """Return what the file says; a file that cannot be read is noted as a problem and gives ``{}``."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        return read_yaml_text(text)
    except (OSError, UnicodeDecodeError) as error:
        problems.add(
            "file-unreadable",
            where,
            msg("The file cannot be read: {cause}.", cause=str(error).split(": ")[0]),
            msg("Check that it is there and saved as UTF-8."),
        )
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problems.add(
            "yaml-wrong",
            f"{where}:{line}",
            msg("The line cannot be understood: {cause}.", cause=error.problem or "?"),
            msg("Check colons, brackets and indentation on this line."),
        )
    except yaml.YAMLError as error:
        problems.add(
            "yaml-wrong", where, msg("The file cannot be understood: {cause}.", cause=str(error)), _SAVE
        )
    return {}


def read_yaml_text(text: str) -> object:
    """Return what a YAML text says.

    Raises:
        yaml.YAMLError: The text is not YAML, or a key stands twice.
    """
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - a subclass of the safe loader


_SAVE = msg("Save it again as plain UTF-8 text.")
