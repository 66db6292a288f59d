"""Why a YAML file cannot be understood, in words for the owner of the shop."""

from __future__ import annotations

from automations.core.messages import Message, msg

_INDENTED = msg("it is indented otherwise than the lines above")
_QUOTE = msg("a quotation mark does not close")
# How the reader of YAML begins what it has to say, and what that means.
_CAUSES: tuple[tuple[str, Message], ...] = (
    (
        "mapping values are not allowed",
        msg("a colon stands where none can be; put the text into quotation marks"),
    ),
    ("could not find expected ':'", msg("a colon is missing, or a quotation mark does not close")),
    ("did not find expected key", _INDENTED),
    ("did not find expected '-' indicator", _INDENTED),
    ("expected <block end>", _INDENTED),
    ("block sequence entries are not allowed", msg("a line with '-' stands where no list can be")),
    ("did not find expected ',' or", msg("a comma or a closing bracket is missing")),
    ("did not find expected node content", msg("a value is missing")),
    ("found a tab", msg("a tab stands where blanks are needed")),
    (
        "found character that cannot start",
        msg("a value begins with a sign that needs quotation marks, or with a tab"),
    ),
    ("found unexpected end of stream", _QUOTE),
    ("found unexpected document indicator", _QUOTE),
    ("found undefined alias", msg("a value begins with *; put it into quotation marks")),
    ("found unknown escape character", msg("a backslash stands in double quotation marks; take single ones")),
    ("could not determine a constructor", msg("a value begins with !; put it into quotation marks")),
    ("control characters are not allowed", msg("a character that cannot be seen stands there")),
)


def cause_of_yaml(problem: str) -> Message:
    """Return what the reader of YAML means, as the end of a sentence."""
    for beginning, cause in _CAUSES:
        if problem.startswith(beginning):
            return cause
    return msg("its signs do not fit together")
