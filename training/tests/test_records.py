"""The records of runs are read by today's code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from safetensors.torch import load_file

from mmfs_training.common.config import recorded_config
from mmfs_training.figures.report.read import read_losses
from mmfs_training.phases.registry import PHASES

RECORDS = Path(__file__).parents[1] / "records"


def files(pattern: str) -> list[str]:
    return sorted(path.relative_to(RECORDS).as_posix() for path in RECORDS.rglob(pattern))


@pytest.mark.parametrize("name", files("*run.json"))
def test_a_recorded_configuration_is_one(name: str) -> None:
    record = json.loads((RECORDS / name).read_text())
    config = recorded_config(record["config"])
    phase = PHASES[record["phase"]].load()
    assert getattr(config, phase.section).batch * record["steps"] == record["pictures"]
    assert config.seed == record["seed"]
    assert set(record["losses"]) <= set(phase.columns)


@pytest.mark.parametrize("name", files("*losses.csv"))
def test_recorded_losses_are_read(name: str) -> None:
    curves = read_losses(RECORDS / name)
    assert len(curves.steps) > 10
    assert curves.losses


def test_the_codes_of_the_manners_are_those_that_are_told() -> None:
    codes = load_file(RECORDS / "manners" / "presets.safetensors")
    table = json.loads((RECORDS / "manners" / "presets.json").read_text())
    assert set(codes) == {table["photo"], *(preset["name"] for preset in table["presets"])}
    assert {tuple(code.shape) for code in codes.values()} == {(10, table["styleDim"])}
