"""`daicho holds`: every reason with its thresholds and its switch, and the shop's own rules read back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from automations.app.configuration import Configuration
from automations.app.own_rows import in_words
from automations.app.runner import open_shop, read_ledger
from automations.app.services import services_of
from automations.app.settings_tab import with_settings
from automations.app.show import finding_text
from automations.core.holds.reasons import HoldReason
from automations.core.messages import msg

# Said in their own place; everything else in a reason's entry is a threshold.
_SAID = frozenset({"id", "code", "label", "severity", "next_step", "clearable", "enabled", "condition"})


def list_holds(folder: Path, now: datetime | None, language: str | None) -> str:
    """Return the reasons as they count today, the 設定 tab included; what is wrong in that tab stands below."""
    shop = open_shop(folder, language)
    _, ledger = read_ledger(shop, now)
    made, plan = with_settings(shop.configuration, ledger, services_of(shop.configuration))
    spoken = ledger.language
    lines = [line for reason in made.holds.values() for line in _told(reason, made, spoken)]
    lines += ["", msg("A rule of your own: type holds.NAME.condition and the condition into the settings tab, for example {example}",
                      example="合計 >= 30000 かつ 都道府県 = '沖縄県'").text(spoken)]  # fmt: skip
    lines += [
        finding_text(finding, ledger, spoken) for finding in plan.findings if finding.key.startswith(_OURS)
    ]
    return "\n".join(lines)


_OURS = ("holds.", "要確認.")


def _told(reason: HoldReason, configuration: Configuration, language: str) -> Iterator[str]:
    severity = configuration.schema["holds"].columns["severity"].choices[reason.severity].label
    state = "" if reason.enabled else f"  ({msg('switched off').text(language)})"
    code = "" if reason.code == reason.id else f"{reason.code} "
    yield f"{code}{reason.label.text(language)} [{severity.text(language)}] {reason.id}{state}"
    if reason.condition:
        yield f"    {in_words(reason.condition, configuration).text(language)}"
    for name, value in _thresholds(reason, configuration):
        yield f"    holds.{reason.id}.{name} = {value}"
    yield f"    → {reason.next_step.text(language)}"


def _thresholds(reason: HoldReason, configuration: Configuration) -> Iterator[tuple[str, str]]:
    """Yield the thresholds that the reason's entry names, each with its unit in its name."""
    written = configuration.tree["holds"]
    entry = written.get(reason.id) if isinstance(written, Mapping) else None
    for name in entry if isinstance(entry, Mapping) else ():
        value = getattr(reason, str(name))
        if name in _SAID:
            continue
        if isinstance(value, Mapping):
            yield from ((f"{name}.{key}", str(part)) for key, part in value.items())
        else:
            yield str(name), ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
