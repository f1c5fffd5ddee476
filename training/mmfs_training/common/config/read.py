"""The configuration of a run: one YAML file with a section for the network and one for each phase.

Unknown keys, missing keys and values of the wrong type or range are a `TrainingError` that names the place.
Defaults are the published settings, so a file only says where it differs.
"""

from __future__ import annotations

import math
import types
import typing
from dataclasses import MISSING, asdict, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml

from ..errors import TrainingError
from .run import RunConfig

T = TypeVar("T")

DROPPED = {"mapper": ("start_from",)}  # keys by section that checkpoints have and configurations no longer


def parse_config(values: Any) -> RunConfig:
    """Nested dictionaries, as YAML or JSON gives them, to a checked configuration."""
    return _build(RunConfig, {} if values is None else values, "configuration")


def recorded_config(values: dict[str, Any]) -> RunConfig:
    """The configuration that a checkpoint holds, without the keys that were dropped since it was written."""
    kept = dict(values)
    for section, dropped in DROPPED.items():
        kept[section] = {key: value for key, value in kept.get(section, {}).items() if key not in dropped}
    return parse_config(kept)


def read_config(path: Path) -> RunConfig:
    try:
        values = yaml.safe_load(path.read_text())
    except FileNotFoundError as error:
        raise TrainingError(
            "CONFIG_MISSING", f"There is no configuration {path}: name an existing YAML file."
        ) from error
    except OSError as error:
        raise TrainingError("CONFIG_MISSING", f"{path} cannot be read ({error}): name a YAML file.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise TrainingError("CONFIG_INVALID", f"{path} is not YAML: {error}") from error
    return parse_config(values)


def config_values(config: RunConfig) -> dict[str, Any]:
    """What `parse_config` takes, for JSON."""
    return asdict(config)


def _build(kind: type[T], values: Any, place: str) -> T:
    if not isinstance(values, dict):
        raise TrainingError("CONFIG_INVALID", f"{place} must be a table of keys and values, not {values!r}.")
    known = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]
    unknown = [str(key) for key in values if key not in known]
    if unknown:
        raise TrainingError(
            "CONFIG_INVALID", f"{place} has no key {', '.join(sorted(unknown))}; it has {', '.join(sorted(known))}."
        )
    missing = [
        name
        for name, f in known.items()
        if f.default is MISSING and f.default_factory is MISSING and name not in values
    ]
    if missing:
        raise TrainingError("CONFIG_INVALID", f"{place} lacks {', '.join(missing)}.")
    hints = typing.get_type_hints(kind)
    built = {name: _convert(hints[name], value, f"{place}.{name}") for name, value in values.items()}
    try:
        return kind(**built)
    except ValueError as error:
        raise TrainingError("CONFIG_INVALID", f"{place}: {error}.") from error


def _convert(hint: Any, value: Any, place: str) -> Any:
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        if value is None:
            return None
        return _convert(next(a for a in typing.get_args(hint) if a is not type(None)), value, place)
    if origin is Literal:
        if value not in typing.get_args(hint):
            raise TrainingError(
                "CONFIG_INVALID", f"{place} is one of {', '.join(typing.get_args(hint))}, not {value!r}."
            )
        return value
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise TrainingError("CONFIG_INVALID", f"{place} must be a list, not {value!r}.")
        return tuple(_convert(typing.get_args(hint)[0], v, f"{place}[{i}]") for i, v in enumerate(value))
    if origin is dict:
        if not isinstance(value, dict):
            raise TrainingError("CONFIG_INVALID", f"{place} must be a table of keys and values, not {value!r}.")
        return {str(key): _convert(typing.get_args(hint)[1], v, f"{place}.{key}") for key, v in value.items()}
    if is_dataclass(hint):
        return _build(typing.cast(type, hint), value, place)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, hint) or (isinstance(value, bool) and hint is not bool):
        hint_text = (
            "1e-3 is written 1.0e-3" if hint is float and isinstance(value, str) else f"a {hint.__name__} is needed"
        )
        raise TrainingError("CONFIG_INVALID", f"{place} is {value!r}: {hint_text}.")
    if hint in (int, float) and not 0 <= value < math.inf:
        raise TrainingError("CONFIG_INVALID", f"{place} is {value}: it must be a number and not negative.")
    return value
