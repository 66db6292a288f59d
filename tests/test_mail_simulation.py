"""Seeded histories of mails: each goes once, to the right address, never after a stop; none is lost."""

from __future__ import annotations

import pytest
from mail_simulation.ablations import ABLATIONS, Variant
from mail_simulation.command import first_broken, history, told
from mail_simulation.rivals import RIVALS
from mail_simulation.world import World

_SEEDS, _MAILS = 5, 80
# What needs more seeds to show is for `make sim-mails-ablate`.
_MOST = 3


@pytest.mark.parametrize("seed", range(_SEEDS))
def test_every_mail_goes_once_or_is_shown(seed: int):
    result = history(seed, _MAILS)
    assert not result.broken, told(result)
    assert result.counts["state sent"] > _MAILS / 2


@pytest.mark.parametrize("seed", range(2))
def test_without_a_folder_of_sent_mails_nothing_goes_twice(seed: int):
    result = history(seed, _MAILS, lookup=False)
    assert not result.broken, told(result)


def test_a_seed_is_the_same_history_every_time():
    assert history(1, 40).events == history(1, 40).events


@pytest.mark.parametrize("name", RIVALS)
def test_usual_scripts_send_twice_on_the_same_server(name: str):
    broken = {one.promise for seed in range(3) for one in World(seed, _MAILS).rival(name).broken}
    assert "duplicate" in broken


@pytest.mark.parametrize(
    "variant", [one for one in ABLATIONS if one.seeds <= _MOST], ids=lambda one: one.name
)
def test_without_a_mechanism_a_promise_breaks(variant: Variant):
    assert first_broken(variant)
