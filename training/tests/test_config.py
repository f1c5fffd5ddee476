"""Every error of a configuration names the place where it is."""

from __future__ import annotations

import copy
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from small_run import CONFIG

from mmfs_training.common.config import (
    OptimizerConfig,
    RunConfig,
    config_values,
    parse_config,
    read_config,
    recorded_config,
)
from mmfs_training.common.errors import TrainingError

CONFIGS = Path(__file__).parents[1] / "mmfs_training" / "configs"


def changed(place: str, value: Any) -> dict[str, Any]:
    """CONFIG with one value set: `place` is a path with dots."""
    values: dict[str, Any] = copy.deepcopy(CONFIG)
    *path, last = place.split(".")
    section = values
    for name in path:
        section = section.setdefault(name, {})
    section[last] = value
    return values


def error_of(values: Any) -> str:
    with pytest.raises(TrainingError) as caught:
        parse_config(values)
    assert caught.value.code == "CONFIG_INVALID"
    return str(caught.value)


def test_values_arrive_and_the_rest_is_as_published() -> None:
    config = parse_config(CONFIG)
    assert (config.network.size, config.network.base_width, config.held_out) == (64, 4, 2)
    assert config.base.paired is not None
    assert config.base.paired.extras == 2
    assert isinstance(config.prior.path_length, float)
    assert [preset.cell for preset in config.presets] == ["negative", None]
    published = parse_config(None)
    assert published == RunConfig()
    assert (published.network.size, published.network.base_width, published.network.style_dim) == (512, 64, 512)
    base = published.base
    assert (base.steps, base.batch, base.mixing, base.paired) == (90_000, 8, 0.5, None)
    assert (base.optimizer.learning_rate, base.optimizer.beta1, base.optimizer.ema) == (1e-3, 0.1, 0.999)
    assert (base.adversarial.weight, base.adversarial.r1, base.adversarial.r1_every) == (1, 10, 16)
    assert (base.structure.weight, base.structure.layer, base.structure.size) == (0.5, 11, 224)
    assert (published.encoder.pixel, published.encoder.features) == (1, 4)
    assert published.prior.steps == 200_000


def test_a_checkpoint_keeps_the_whole_configuration() -> None:
    config = parse_config(CONFIG)
    assert parse_config(json.loads(json.dumps(config_values(config)))) == config
    assert config_values(config) == asdict(config)


def test_a_checkpoint_may_have_keys_that_were_dropped_since() -> None:
    old = changed("mapper.start_from", None)
    assert recorded_config(old) == parse_config(CONFIG)
    assert error_of(old).startswith("configuration.mapper has no key start_from;")
    assert recorded_config(CONFIG) == parse_config(CONFIG)
    with pytest.raises(TrainingError):
        recorded_config(changed("mapper.strat", 1))


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.yaml")), ids=lambda path: path.name)
def test_the_configurations_that_ship_are_valid(path: Path) -> None:
    config = read_config(path)
    assert parse_config(config_values(config)) == config


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("network", 7),
        ("network.size", 64.5),
        ("network.size", True),
        ("network.size", "64"),
        ("network.size", -64),
        ("seed", -1),
        ("prior.steps", None),
        ("prior.optimizer.learning_rate", "1e-3"),
        ("prior.optimizer.learning_rate", float("nan")),
        ("prior.optimizer.beta2", float("inf")),
        ("prior.path_length", -1),
        ("prior.path_length", False),
        ("prior.adversarial.loss", "hinge"),
        ("prior.adversarial.augment.policy", "color"),
        ("prior.adversarial.augment.adaptive", 1),
        ("encoder.photos", "half"),
        ("encoder.start_from", 3),
        ("base.start", "scratch"),
        ("base.paired", []),
        ("base.paired.extras", 1.5),
        ("presets", {}),
    ],
)
def test_a_wrong_value_is_named_with_its_place(place: str, value: Any) -> None:
    assert error_of(changed(place, value)).startswith(f"configuration.{place} ")


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("network.size", 96),
        ("network.size", 32),
        ("network.base_width", 0),
        ("network.discriminator_width", 0),
        ("prior.batch", 0),
        ("prior.mixing", 1.5),
        ("prior.path_length_every", 0),
        ("prior.optimizer.learning_rate", 0),
        ("prior.optimizer.beta1", 1),
        ("prior.optimizer.cooldown", 1.1),
        ("prior.adversarial.r1_every", 0),
        ("prior.adversarial.augment.start", 2),
        ("prior.adversarial.augment.adjustment_pictures", 0),
        ("encoder.batch", 0),
        ("encoder.photos", 2),
        ("encoder.optimizer.ema", 1),
        ("base.batch", 0),
        ("base.mixing", 3),
        ("base.paired.photo_share", 2),
        ("held_out", 0),
    ],
)
def test_a_value_out_of_range_is_named_with_its_section(place: str, value: Any) -> None:
    message = error_of(changed(place, value))
    section, _, name = f"configuration.{place}".rpartition(".")
    assert message.startswith(f"{section}: {name} ")


def test_unknown_keys_are_named_beside_the_known_ones() -> None:
    message = error_of(changed("base.structure.depth", 3))
    assert "configuration.base.structure has no key depth" in message
    assert "layer" in message
    assert "has no key speed" in error_of({**CONFIG, "speed": 1})
    assert error_of([1]).startswith("configuration must be a table")


def test_items_of_lists_are_counted() -> None:
    policy = ["color", "blur"]
    message = error_of(changed("prior.adversarial.augment.policy", policy))
    assert message.startswith("configuration.prior.adversarial.augment.policy[1] is one of color, translation, cutout")
    named = {"name": "a", "description": "b"}
    assert error_of(changed("presets", [{**named, "seed": 1}, {"name": "b", "seed": 1}])).startswith(
        "configuration.presets[1] lacks description"
    )
    assert error_of(changed("presets", [named])).startswith("configuration.presets[0]: a needs either cell or seed")
    assert "either" in error_of(changed("presets", [{**named, "seed": 1, "cell": "x"}]))
    assert "differ" in error_of(changed("presets", [{**named, "seed": 1}, {**named, "seed": 2}]))
    assert "'photo'" in error_of(changed("presets", [{**named, "name": "photo", "seed": 1}]))


def test_a_start_needs_both_its_files_and_dino_its_folder() -> None:
    assert "configuration.prior.start lacks generator, presets" in error_of(changed("prior.start", {}))
    assert "configuration.base.structure: features: dino needs path" in error_of(
        changed("base.structure", {"features": "dino"})
    )


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    cases = {"missing.yaml": "CONFIG_MISSING", "folder": "CONFIG_MISSING", "broken.yaml": "CONFIG_INVALID"}
    (tmp_path / "folder").mkdir()
    (tmp_path / "broken.yaml").write_text("network: {size: 64")
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\x00\xd8")
    for name, code in {**cases, "bytes.yaml": "CONFIG_INVALID"}.items():
        with pytest.raises(TrainingError, match=name.replace(".", r"\.")) as caught:
            read_config(tmp_path / name)
        assert caught.value.code == code


def test_the_learning_rate_rises_stays_and_falls() -> None:
    config = OptimizerConfig(learning_rate=0.01, warm_up=10, cooldown=0.5)
    assert config.rate(0, 100) == pytest.approx(0.001)
    assert config.rate(9, 100) == config.rate(50, 100) == pytest.approx(0.01)
    assert config.rate(75, 100) == pytest.approx(0.005)
    assert config.rate(99, 100) == pytest.approx(0.0002)
    assert {OptimizerConfig().rate(step, 100) for step in range(100)} == {1e-3}
