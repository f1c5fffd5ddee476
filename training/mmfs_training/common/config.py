"""The configuration of a run: one YAML file with a section for the network and one for each phase.

Unknown keys, missing keys and values of the wrong type or range are a `TrainingError` that names the place.
Defaults are the published settings, so a file only says where it differs.
"""

from __future__ import annotations

import math
import types
import typing
from dataclasses import MISSING, asdict, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml

from .errors import TrainingError

T = TypeVar("T")

PHOTO = "photo"  # the name of the code that gives a photo back
DROPPED = {"mapper": ("start_from",)}  # keys by section that checkpoints have and configurations no longer


def _at_least_one(config: Any, *names: str) -> None:
    for name in names:
        if getattr(config, name) < 1:
            raise ValueError(f"{name} must be at least 1")


def _shares(config: Any, *names: str) -> None:
    for name in names:
        if not 0 <= getattr(config, name) <= 1:
            raise ValueError(f"{name} must lie between 0 and 1")


@dataclass(frozen=True)
class NetworkConfig:
    """size: side of the pictures in pixels, a power of two from 64; base_width: `ngf`; style_dim: `D`.

    discriminator_width: the discriminator's channels at full resolution; they double as sides halve, up to 8 times.
    mapper_feedforward: width of the feed-forward layers of the CLIP mapper, which phase 3 adds.
    detail: whether there is the detail path (`networks.Generator`; not in the paper).
    """

    size: int = 512
    base_width: int = 64
    style_dim: int = 512
    discriminator_width: int = 64
    mapper_feedforward: int = 2048
    detail: bool = False

    def __post_init__(self) -> None:
        if self.size < 64 or self.size & (self.size - 1):
            raise ValueError(f"size must be a power of two from 64, not {self.size}")
        _at_least_one(self, "base_width", "style_dim", "discriminator_width", "mapper_feedforward")


@dataclass(frozen=True)
class OptimizerConfig:
    """Adam, with a linear fall of the learning rate over the last `cooldown` of the steps (0: none, as published)."""

    learning_rate: float = 1e-3
    beta1: float = 0.0
    beta2: float = 0.99
    ema: float = 0.999
    warm_up: int = 0
    cooldown: float = 0.0

    def __post_init__(self) -> None:
        if self.learning_rate <= 0:
            raise ValueError("learning_rate must be positive")
        for name in ("beta1", "beta2", "ema"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} must lie in [0, 1)")
        _shares(self, "cooldown")

    def rate(self, step: int, steps: int) -> float:
        """The learning rate of a step (from 0)."""
        rising = min(1.0, (step + 1) / self.warm_up) if self.warm_up else 1.0
        left = (steps - step) / (self.cooldown * steps) if self.cooldown else 1.0
        return self.learning_rate * rising * min(1.0, left)


@dataclass(frozen=True)
class AugmentConfig:
    """Differentiable augmentation of what the discriminator sees (Zhao et al. 2020), with the adaptive probability of
    Karras et al. 2020: it rises while the share of real pictures with a positive score is above `target`.

    start: the probability at the first step; adjustment_pictures: pictures after which it has moved by 1 at most.
    """

    policy: tuple[Literal["color", "translation", "cutout"], ...] = ("color", "translation", "cutout")
    adaptive: bool = True
    start: float = 0.0
    target: float = 0.6
    adjustment_pictures: int = 100_000
    maximum: float = 0.8

    def __post_init__(self) -> None:
        _shares(self, "start", "target", "maximum")
        _at_least_one(self, "adjustment_pictures")


@dataclass(frozen=True)
class AdversarialConfig:
    """loss: StyleGAN2's non-saturating one, or the Wasserstein form. weight: λ. r1: weight of the gradient penalty on
    real pictures, computed every `r1_every` steps (and multiplied by it)."""

    loss: Literal["non-saturating", "wasserstein"] = "non-saturating"
    weight: float = 1.0
    r1: float = 10.0
    r1_every: int = 16
    augment: AugmentConfig = field(default_factory=AugmentConfig)

    def __post_init__(self) -> None:
        _at_least_one(self, "r1_every")


@dataclass(frozen=True)
class StartConfig:
    """A generator that phase 0 starts from: its decoder becomes the prior's upper blocks, and the blocks below are
    fitted to draws from the Gaussian of its features (`feature_fit.py`).

    generator: its checkpoint; presets: the safetensors that hold its `photo` code. rate: of the upper blocks, as a
    share of the learning rate. components, scale: of the Gaussian. fit_steps, fit_batch, fit_rate: of the fit.
    """

    generator: str
    presets: str
    rate: float = 0.1
    components: int = 128
    scale: float = 0.8
    fit_steps: int = 3000
    fit_batch: int = 16
    fit_rate: float = 0.02


@dataclass(frozen=True)
class PriorConfig:
    """Phase 0. mixing: probability of style mixing. start: a generator to start from; without it all starts random.
    path_length: weight of the path length regularisation, computed every `path_length_every` steps (0: off)."""

    steps: int = 200_000
    batch: int = 8
    optimizer: OptimizerConfig = field(default_factory=lambda: OptimizerConfig(learning_rate=2e-3, beta1=0.0))
    adversarial: AdversarialConfig = field(default_factory=AdversarialConfig)
    mixing: float = 0.9
    path_length: float = 0.0
    path_length_every: int = 4
    start: StartConfig | None = None

    def __post_init__(self) -> None:
        _at_least_one(self, "batch", "path_length_every")
        _shares(self, "mixing")


@dataclass(frozen=True)
class EncoderConfig:
    """Phase 1. pixel, features: λ of the L1 to the input and between the frozen discriminator's features.
    photos: share of a batch that are photographs under the prior's mean w, beside samples of the prior with their w.
    start_from: a generator's checkpoint whose encoder this one starts as. eyes, mouth: how many times as much a pixel
    in their middle counts."""

    steps: int = 50_000
    batch: int = 8
    optimizer: OptimizerConfig = field(default_factory=OptimizerConfig)
    pixel: float = 1.0
    features: float = 4.0
    photos: float = 0.0
    start_from: str | None = None
    eyes: float = 1.0
    mouth: float = 1.0

    def __post_init__(self) -> None:
        _at_least_one(self, "batch")
        _shares(self, "photos")


@dataclass(frozen=True)
class PairedConfig:
    """What known pairs of photo and art add to phase 2 (no part of the paper). Every style of the art has its place in
    z space; a picture made with a z from there is compared with the art of that style made from the same photo.

    coordinates: 0 gives every style a cell of z, of which there are at most `style_dim`; a number places any number of
    styles by so many coordinates, found from what their art looks like (`coordinates.py`), and draws the pairs in
    proportion to the pictures of each style.

    pixel, laplacian: weights of the L1 and of the L1 of Laplacian bands. extras: pictures beside the batch, which the
    discriminator does not see: with probability `photo_share` a photo given back under the photo code, otherwise one
    whose code lies between photo and style, and whose target does too. sharpness: how quickly one style gives way to
    the next. start_from: a presets.safetensors whose codes the styles start from; without it, where the prior's mapping
    puts one z of each. fit_steps: steps of the mapping's fit to them before the first step. eyes, mouth: as in
    phase 1. jitter: whether the photo's light and white balance vary.

    judge: strength of a discriminator of patches that knows photo and style (`pair_judge.py`): the norm of its gradient
    on the pictures, relative to that of the L1 terms (0: none). judge_rate: its learning rate, relative to the others'.
    """

    coordinates: int = 0
    pixel: float = 1.0
    laplacian: float = 1.0
    extras: int = 1
    photo_share: float = 0.6
    sharpness: float = 6.0
    fit_steps: int = 1500
    start_from: str | None = None
    eyes: float = 1.0
    mouth: float = 1.0
    jitter: bool = True
    judge: float = 0.0
    judge_rate: float = 0.1

    def __post_init__(self) -> None:
        _shares(self, "photo_share")


@dataclass(frozen=True)
class StructureConfig:
    """features: `encoder` (the frozen encoder of phase 1; `path` may name another checkpoint's) or `dino` (`path` is a
    folder with the weights of DINO ViT-B/8, `facebook/dino-vitb8` as downloaded). layer, size: of DINO."""

    weight: float = 0.5
    features: Literal["encoder", "dino"] = "encoder"
    path: str | None = None
    layer: int = 11
    size: int = 224

    def __post_init__(self) -> None:
        if self.features == "dino" and not self.path:
            raise ValueError("features: dino needs path, a folder with config.json and model.safetensors")


@dataclass(frozen=True)
class BaseConfig:
    """Phase 2. start: the phase whose weights it starts from; from `prior` the encoder is random, which is the ablation
    of the paper's claim; `base` goes on from the finished phase 2 of another run, the folder `start_from`.
    mixing: probability of style mixing. paired: nothing, or the named option above."""

    start: Literal["encoder", "prior", "base"] = "encoder"
    start_from: str | None = None
    steps: int = 90_000
    batch: int = 8
    optimizer: OptimizerConfig = field(default_factory=lambda: OptimizerConfig(beta1=0.1, ema=0.999))
    adversarial: AdversarialConfig = field(default_factory=AdversarialConfig)
    structure: StructureConfig = field(default_factory=StructureConfig)
    mixing: float = 0.5
    paired: PairedConfig | None = None

    def __post_init__(self) -> None:
        _at_least_one(self, "batch")
        _shares(self, "mixing")
        if (self.start == "base") != (self.start_from is not None):
            raise ValueError("start: base and start_from, the folder of the run to go on from, belong together")


@dataclass(frozen=True)
class TowersConfig:
    """The two-tower model of phases 3 and 4. kind: `clip`, whose `path` is a folder with a downloaded
    `openai/clip-vit-base-patch32`, or `small`, whose `path` is a folder with towers.safetensors and tokenizer.json
    (`small_towers.py`)."""

    kind: Literal["clip", "small"]
    path: str


@dataclass(frozen=True)
class SmallTowersConfig:
    """The small two-tower model that is trained here. static_text: the folder that `static_text.py` wrote. side: of the
    pictures it looks at; widths: channels of its levels; hidden: width of both towers' hidden layer. A batch is so many
    styles, two pictures each; photos: share of them that are photographs. styles, coordinate_weight: weights of the
    contrast between pictures and of the squared error of `coordinates` numbers of the style, beside the contrast
    between pictures and captions. drop: share of a caption's tokens that are left out. start_from: another run, or a
    folder with towers.safetensors, whose image tower is the first one."""

    static_text: str = "static-text"
    side: int = 128
    widths: tuple[int, ...] = (24, 48, 96, 128, 160)
    hidden: int = 320
    steps: int = 20_000
    batch: int = 64
    optimizer: OptimizerConfig = field(default_factory=lambda: OptimizerConfig(beta1=0.9, warm_up=100, cooldown=0.5))
    photos: float = 0.08
    styles: float = 1.0
    coordinates: int = 24
    coordinate_weight: float = 0.5
    drop: float = 0.1
    noise: float = 0.04
    start_from: str | None = None

    def __post_init__(self) -> None:
        _at_least_one(self, "side", "hidden", "batch")
        _shares(self, "photos", "drop")
        if len(self.widths) < 3 or min(self.widths) < 1:
            raise ValueError("widths needs three levels or more, each of at least 1 channel")


@dataclass(frozen=True)
class MapperConfig:
    """Phase 3. pixel, features: λ of the L1 to the stylised picture and between the frozen discriminator's features.
    The published learning rate is not known; this one is phase 4's.

    No part of the paper, and off by default: code: weight of the squared difference between the mapper's w+ and the
    true one, relative to the variance of w. art: probability that a known pair takes the place of a stylised picture:
    the mapper sees the embedding of art of that style made from another photo or, with probability `captions`, of the
    art's caption in one of many wordings, and the L1 is to the art that was made from this photo; where phase 2 knows
    the style's code, that is the true w+. fit_steps: steps of a regression from art and captions to the codes of their
    styles before the first step (`mapper_fit.py`)."""

    steps: int = 10_000
    batch: int = 8
    optimizer: OptimizerConfig = field(default_factory=lambda: OptimizerConfig(learning_rate=2e-4, beta1=0.9))
    pixel: float = 1.0
    features: float = 4.0
    code: float = 0.0
    art: float = 0.0
    captions: float = 0.0
    fit_steps: int = 0

    def __post_init__(self) -> None:
        _at_least_one(self, "batch")
        _shares(self, "art", "captions")
        if self.captions and not self.art:
            raise ValueError("captions is a share of art, which is 0")
        if self.fit_steps and not self.art:
            raise ValueError("fit_steps fits to the styles of the art, and art is 0")


@dataclass(frozen=True)
class FewShotConfig:
    """Phase 4. structure: as in phase 2. direction: λ of the CLIP direction. projection: λ of the distance from the
    span of a reference's tokens (`projection.py`); without a reference there is none. source: what a photo is called
    where a prompt is the style.

    No part of the paper, and off by default: keep: weight of the L1 to what phase 3 makes of the same photo, which
    holds on to colours and strokes where photos are few. start: a safetensors file with a `code` (a w+ [10, D], as in
    a pack) that takes the place of the mapper's."""

    steps: int = 200
    batch: int = 8
    optimizer: OptimizerConfig = field(default_factory=lambda: OptimizerConfig(learning_rate=2e-4, beta1=0.9, ema=0.99))
    structure: StructureConfig = field(default_factory=StructureConfig)
    direction: float = 1.0
    projection: float = 100.0
    source: str = "photo"
    keep: float = 0.0
    start: str | None = None

    def __post_init__(self) -> None:
        _at_least_one(self, "batch")
        if not self.source.strip():
            raise ValueError("source is empty: name what a photo is, such as photo")


@dataclass(frozen=True)
class TeachConfig:
    """The phase `teach`: known pairs of photo and art, no part of the paper. generator, presets: the weights and the
    presets.safetensors that it starts from. train: `all`, or the decoder alone, as a style pack needs.

    photo_share: share of a batch whose goal is the photo itself, under the photo code. mirror: whether pairs are
    mirrored at random, but for those with noise of their own. jitter: how much the light of the photo varies (1: as in
    phase 2). noise_start: least strength with which the maps that drawings are made from come into the decoder at
    first; where noise is silent, nothing teaches what to do with it. code_rate, noise_rate, detail_rate, judge_rate:
    learning rates of codes, of the strengths of noise, of the detail path and of the judge, relative to the others'.

    pixel, tone: weights of the L1, and of the L1 of means over 8 x 8 pixels. matching, judge: of the features of a
    discriminator of patches that knows photo and style (`pair_judge.py`), and of its hinge loss; judge_width: its
    channels. energy: of the strength of strokes, wherever they lie (`losses.energy_loss`). flat: of what is left of
    the photo's texture where the drawing has none (`losses.texture_loss`).
    perceptual: of features of EfficientNet-Lite0 (`lite_features.py`).

    shares: how often a style is drawn, relative to what the number of its pairs gives; 1 where nothing is said.

    sheet_faces, sheet_columns: held-out photos on a sheet, and pictures in a row.

    gallery: a folder of pairs in the styles of many artworks (`gallery_pairs.py`), whose w+ the CLIP mapper gives from
    embeddings of `towers`, a folder of small towers; empty: the run has no mapper, and the generator's is not used.
    gallery_share: share of a batch that is in these styles. mapped_share, mean_share: shares of what is drawn in a
    manner that is drawn under the mapper's w+, and under the mean row of its code, from which a z's w may be learnt.
    mapper, mapper_rate: weight of the squared error of the mapper's w+ for pictures of the manners, relative to the
    variance of their codes, and the mapper's learning rate relative to the others'.
    """

    generator: str = ""
    presets: str = ""
    train: Literal["all", "decoder"] = "all"
    steps: int = 20_000
    batch: int = 4
    optimizer: OptimizerConfig = field(default_factory=lambda: OptimizerConfig(learning_rate=4e-4, ema=0.998))
    photo_share: float = 0.125
    mirror: bool = True
    jitter: float = 0.25
    code_rate: float = 10.0
    noise_start: float = 0.2
    noise_rate: float = 0.1
    detail_rate: float = 4.0
    judge_rate: float = 0.5
    pixel: float = 2.0
    tone: float = 2.0
    matching: float = 1.0
    judge: float = 0.1
    judge_width: int = 32
    energy: float = 0.1
    flat: float = 0.0
    perceptual: float = 0.0
    shares: dict[str, float] = field(default_factory=dict)
    sheet_faces: int = 3
    sheet_columns: int = 8
    gallery: str = ""
    towers: str = ""
    gallery_share: float = 0.25
    mapped_share: float = 0.25
    mean_share: float = 0.2
    mapper: float = 0.1
    mapper_rate: float = 0.5

    def __post_init__(self) -> None:
        _at_least_one(self, "batch", "judge_width", "sheet_faces", "sheet_columns")
        _shares(self, "photo_share", "jitter", "gallery_share", "mapped_share", "mean_share")
        if self.photo_share + self.gallery_share > 1 or self.mapped_share + self.mean_share > 1:
            raise ValueError("photo_share and gallery_share, and mapped_share and mean_share, sum to 1 at most")
        if self.gallery and not self.towers:
            raise ValueError("gallery needs towers, a folder of small towers")


@dataclass(frozen=True)
class PresetConfig:
    """A preset of the exported model: what users call it, and where it comes from: a style's cell, or a seed.

    emphasis: how far its code lies from the photo's, along the line through the style's own, which is at 1. A network
    that stays nearer to the photo than its teacher does draws such a style with emphasis above 1. Of `teach` only.
    """

    name: str
    description: str
    tags: tuple[str, ...] = ()
    cell: str | None = None
    seed: int | None = None
    emphasis: float = 1.0

    def __post_init__(self) -> None:
        if self.emphasis != 1 and self.cell is None:
            raise ValueError(f"{self.name}: emphasis is of a style's cell")
        if (self.cell is None) == (self.seed is None):
            raise ValueError(f"{self.name} needs either cell or seed")


@dataclass(frozen=True)
class RunConfig:
    """held_out: photographs that no phase trains on; the sheets show them. towers: needed from phase 3 on."""

    network: NetworkConfig = field(default_factory=NetworkConfig)
    seed: int = 0
    held_out: int = 16
    prior: PriorConfig = field(default_factory=PriorConfig)
    encoder: EncoderConfig = field(default_factory=EncoderConfig)
    base: BaseConfig = field(default_factory=BaseConfig)
    towers: TowersConfig | None = None
    small_towers: SmallTowersConfig = field(default_factory=SmallTowersConfig)
    mapper: MapperConfig = field(default_factory=MapperConfig)
    few_shot: FewShotConfig = field(default_factory=FewShotConfig)
    teach: TeachConfig = field(default_factory=TeachConfig)
    presets: tuple[PresetConfig, ...] = ()

    def __post_init__(self) -> None:
        _at_least_one(self, "held_out")
        names = [preset.name for preset in self.presets]
        if len(set(names)) < len(names) or PHOTO in names:
            raise ValueError(f"the names of presets must differ from one another and from {PHOTO!r}")


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
