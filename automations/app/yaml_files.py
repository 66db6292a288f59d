"""YAML 1.2 as people read it: only true and false are booleans, 007 and 2026-11-24 stay text."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from automations.app.yaml_causes import cause_of_yaml
from automations.core.causes import cause_of
from automations.core.declare import Problems
from automations.core.messages import Message, msg

# Against files made to exhaust the machine: bytes, and brackets, which may all lie in each other.
_LARGEST = 1_000_000
_MOST_BRACKETS = 2_000
_DEEP = re.compile(r"(?:[-?:] ){50}")
_COMPARE = msg("Compare it with the bundled file of the same name.")
_TEXT, _LIST, _MAPPING = (f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))
_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_BASE):  # type: ignore[misc]
    """The fast loader with the core schema of YAML 1.2, refusing a key that stands twice.

    Texts, lists and mappings, of which files consist, are made without the detours that pointers would need.
    """

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own name

    def resolve(self, kind: type, value: str, implicit: Any) -> object:  # noqa: ANN401 - PyYAML's own type
        if kind is not yaml.ScalarNode or not implicit[0]:
            return super().resolve(kind, value, implicit)
        fitting = self.yaml_implicit_resolvers.get(value[:1], ())
        return next((tag for tag, form in fitting if form.match(value)), _TEXT)

    def construct_object(self, node: Any, deep: bool = False) -> object:  # noqa: ANN401 - as above
        if node.tag == _TEXT and isinstance(node, yaml.ScalarNode):
            return node.value
        if node.tag == _LIST and isinstance(node, yaml.SequenceNode):
            return [self.construct_object(one) for one in node.value]
        if node.tag == _MAPPING and isinstance(node, yaml.MappingNode):
            return _mapping_without_doubles(self, node)
        return super().construct_object(node, deep)


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(true|false)\Z"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"-?(0|[1-9]\d*)\Z"), list("-0123456789"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"-?(0|[1-9]\d*)\.\d+\Z"), list("-0123456789")
)
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(~|null|)\Z"), ["~", "n", ""])


class _Refused(yaml.constructor.ConstructorError):
    """YAML that is in order and would still be misread."""

    def __init__(self, why: Message, mark: Any) -> None:  # noqa: ANN401 - PyYAML's own type
        self.why = why
        super().__init__(None, None, str(why), mark)


def _mapping_without_doubles(loader: Any, node: Any) -> dict[object, object]:  # noqa: ANN401 - PyYAML's own types
    mapping: dict[object, object] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise _Refused(msg("the word before a colon must be a single one"), key_node.start_mark)
        key = loader.construct_object(key_node)
        if key in mapping:
            raise _Refused(msg("'{key}' stands twice", key=key), key_node.start_mark)
        mapping[key] = loader.construct_object(value_node, deep=True)
    return mapping


def read_yaml(path: Path, where: str, problems: Problems) -> object:
    """Return what the file says; a file that cannot be read is noted as a problem and gives ``{}``."""
    try:
        if path.stat().st_size > _LARGEST:
            problems.add(
                "file-too-large", where, msg("The file is larger than {limit} MB.", limit=1), _COMPARE
            )
            return {}
        return read_yaml_text(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        _unreadable(where, cause_of(error), problems)
    except UnicodeDecodeError:
        _unreadable(where, msg("it is not saved as UTF-8"), problems)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        cause = error.why if isinstance(error, _Refused) else cause_of_yaml(error.problem or "")
        problems.add(
            "yaml-wrong",
            f"{where}:{mark.line + 1 if mark else 1}",
            msg(
                "From character {column} on, the line cannot be understood: {cause}.",
                column=mark.column + 1 if mark else 1,
                cause=cause,
            ),
            msg("Check colons, brackets and indentation on this line and the one above."),
        )
    except yaml.YAMLError:
        why = msg("The file cannot be understood: a character that cannot be seen stands there.")
        problems.add("yaml-wrong", where, why, msg("Save it again as plain UTF-8 text."))
    except RecursionError:
        why = msg("The file cannot be understood: its parts lie too deep in each other.")
        problems.add("yaml-wrong", where, why, _COMPARE)
    except ValueError:  # such as 5,000 digits
        why = msg("The file cannot be understood: a number in it is none, or far too long.")
        problems.add("yaml-wrong", where, why, _COMPARE)
    return {}


def _refuse_pointers(text: str) -> None:
    """Refuse what stands in several places at once; a few lines of that can stand for millions."""
    for event in yaml.parse(text, Loader=_BASE):
        if isinstance(event, yaml.AliasEvent):
            raise _Refused(msg("a value points to another one; write it out"), event.start_mark)


def _unreadable(where: str, cause: Message, problems: Problems) -> None:
    why = msg("The file cannot be read: {cause}.", cause=cause)
    problems.add("file-unreadable", where, why, msg("Check that it is there and saved as UTF-8."))


def read_yaml_text(text: str) -> object:
    """Return what a YAML text says.

    Raises:
        yaml.YAMLError: The text is not YAML, a key stands twice, or a part points to another.
        RecursionError: Its parts lie too deep in each other.
        ValueError: A number is none.
    """
    if text.count("[") + text.count("{") > _MOST_BRACKETS or _DEEP.search(text):
        raise RecursionError
    if "&" in text:
        _refuse_pointers(text)
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - a subclass of the safe loader
