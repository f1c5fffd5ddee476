"""Measures a model on faces it was not trained on; prints a table and writes the same numbers as JSON.

    python -m mmfs_training.evaluate MODEL --faces DIR --landmarks landmarks.csv [--art DIR --features FILE] \
        [--json FILE] [--out SHEET.png]

MODEL is a folder with mmfs-mini.safetensors, presets.safetensors and presets.json, as packages/model-mini/checkpoint.
The landmarks are a CSV that gives the square of each face: file, crop_center_x, crop_center_y, crop_side (pixels) and
crop_angle_degrees. `--art` is a folder as for training; a preset that names a `style` in presets.json is compared with
the art of that style, any other with all. `--features` is a quantised MobileNetV2 in a TFLite file.

reconstruction: PSNR of the photo code in dB. kid, frechet: distance of results to art; the plain photos' distance
(photos) is what a style must beat, that of one half of the art to the other (artHalves) what can be reached. `kid` is
the main figure; `frechet` may be compared only between equal numbers of pictures, and neither with figures from the
features of another network. structure: correlation of gradients
of photo and result. diversity: mean cosine distance of the features of one face under random z (seeds), and of faces
under one z (faces). `metrics.py` defines them all.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor
from tqdm import tqdm

from .checkpoint import load_generator, write_atomically
from .data import ArtFolder, Artwork, Pictures, nchw, read_square, scaled
from .errors import TrainingError
from .features import TfliteFeatures
from .metrics import fit_gaussian, frechet_distance, gradient_correlation, kid, mean_cosine_distance, psnr
from .networks import STYLE_TOKENS, Generator, draw_noises, repeat_w
from .photos import read_picture
from .sheets import style_sheet, to_bytes, write_picture

Extractor = Callable[[Pictures], NDArray[np.float32]]
Features = NDArray[np.float32]

CROP = ("crop_center_x", "crop_center_y", "crop_side", "crop_angle_degrees")
SEEDS = 12
SEED_FACES = 4


@dataclass(frozen=True)
class Preset:
    """style: the art's style that the preset was trained on, if it says; code: w+ [10, D]."""

    name: str
    style: str | None
    code: Tensor


@dataclass(frozen=True)
class Model:
    """size: side of the pictures in pixels; photo: the w+ [10, D] that gives photos back."""

    generator: Generator
    size: int
    photo: Tensor
    presets: list[Preset]


def read_model(folder: Path) -> Model:
    """Raises `TrainingError` MODEL_MISSING or MODEL_INVALID."""
    weights, codes, table = (folder / n for n in ("mmfs-mini.safetensors", "presets.safetensors", "presets.json"))
    missing = [path.name for path in (weights, codes, table) if not path.is_file()]
    if missing:
        raise TrainingError("MODEL_MISSING", f"{folder} has no {', '.join(missing)}: name the folder of a model.")
    try:
        generator = load_generator(weights)
        vectors = load_file(codes)
        presets = json.loads(table.read_text(encoding="utf-8"))
        size = int(presets["size"])
        draw_noises(size, torch.Generator())
        shape = (STYLE_TOKENS, generator.config.style_dim)

        def code(name: str) -> Tensor:
            if vectors[name].shape != shape:
                raise ValueError(f"the code of {name} is {list(vectors[name].shape)}, not {list(shape)}")
            return vectors[name].float()

        named = [Preset(preset["name"], preset.get("style"), code(preset["name"])) for preset in presets["presets"]]
        return Model(generator, size, code(presets["photo"]), named)
    except (ValueError, KeyError, TypeError, AttributeError, RuntimeError, SafetensorError) as error:
        raise TrainingError("MODEL_INVALID", f"{folder} is no model ({error!r}): export it again.") from error


@dataclass(frozen=True)
class Face:
    """The square of `side` pixels around (x, y) in a picture, turned by `degrees`."""

    path: Path
    x: float
    y: float
    side: float
    degrees: float


def find_faces(folder: Path, landmarks: Path, limit: int | None = None) -> list[Face]:
    """The pictures of `folder` that the CSV names, in its order; `limit` of them, evenly spread.

    Raises `TrainingError` LANDMARKS_UNREADABLE or FACES_MISSING.
    """
    faces = []
    try:
        with landmarks.open(newline="", encoding="utf-8") as file:
            rows = csv.DictReader(file)
            lacking = {"file", *CROP} - set(rows.fieldnames or ())
            if lacking:
                raise ValueError(f"it lacks the column {', '.join(sorted(lacking))}")
            for row in rows:
                place = Path(row["file"] or "")
                path = folder / place.name
                if place.parent.name not in ("", folder.resolve().name) or not path.is_file():
                    continue
                x, y, side, degrees = (float(row[name] or "nan") for name in CROP)
                if not (math.isfinite(x + y + side + degrees) and side > 0):
                    raise ValueError(f"line {rows.line_num} gives no square")
                faces.append(Face(path, x, y, side, degrees))
    except (OSError, ValueError, csv.Error) as error:
        raise TrainingError("LANDMARKS_UNREADABLE", f"{landmarks} cannot be used: {error}.") from error
    if not faces:
        raise TrainingError(
            "FACES_MISSING", f"{landmarks} names no picture in {folder}: give the folder that it is of."
        )
    return spread(faces, limit or len(faces))


def spread(items: Sequence[Any], count: int) -> list[Any]:
    """`count` of the items (all, if there are fewer), evenly spread from the first to the last."""
    return [items[i] for i in np.linspace(0, len(items) - 1, min(count, len(items))).astype(int)]


def aligned_square(picture: Pictures, x: float, y: float, side: float, degrees: float, size: int) -> Pictures:
    """The square of `side` pixels around (x, y), turned by `degrees`, at `size` pixels."""
    scale = size / side
    matrix = cv2.getRotationMatrix2D((x, y), degrees, scale)
    matrix[:, 2] += size / 2 - np.array([x, y])
    if scale < 1:  # warpAffine does not average, so smooth first
        picture = cv2.GaussianBlur(picture, (0, 0), 0.4 / scale)
    return cv2.warpAffine(picture, matrix, (size, size), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)


def read_face(face: Face, size: int) -> Pictures:
    """RGB bytes [size, size, 3]."""
    try:
        picture = cv2.cvtColor(read_picture(face.path), cv2.COLOR_BGR2RGB)
    except ValueError as error:
        raise TrainingError("PICTURE_UNREADABLE", f"{error}: mend or remove it.") from error
    return aligned_square(picture, face.x, face.y, face.side, face.degrees, size)


@torch.no_grad()
def stylise(generator: Generator, images: Tensor, wplus: Tensor) -> Tensor:
    """Pictures [N, 3, S, S] and w+ [N, 10, D] to pictures, with the same noise each time."""
    noises = draw_noises(images.shape[-1], torch.Generator().manual_seed(0), len(images))
    return generator(images, wplus, noises)


@torch.no_grad()
def results(generator: Generator, photo: Pictures, codes: Iterable[Tensor]) -> Iterable[Pictures]:
    """One photo under each of the codes [10, D], encoded once."""
    noises = draw_noises(len(photo), torch.Generator().manual_seed(0))
    features = generator.encode(nchw(scaled(photo[None])))
    for code in codes:
        yield to_bytes(generator.decode(features, code[None], noises)[0])


class ArtSet:
    """Art as features, and how far from it a set of pictures is."""

    def __init__(self, works: Sequence[Artwork], features: Features, name: str) -> None:
        """features [N, C], a row a work."""
        self.works = works
        self.features = features
        self.name = name
        self.gaussian = fit_gaussian(features)

    def distance(self, features: Features) -> dict[str, float]:
        return {
            "kid": kid(features, self.features),
            "frechet": frechet_distance(self.gaussian, fit_gaussian(features)),
        }

    def halves(self) -> dict[str, float]:
        """The distance between two random halves that share no photograph, if it is known what they were made from."""
        origins = [work.photo or str(work.path) for work in self.works]
        known = sorted(set(origins))
        first = {known[i] for i in np.random.default_rng(0).permutation(len(known))[: len(known) // 2]}
        inside = np.array([origin in first for origin in origins])
        if min(inside.sum(), (~inside).sum()) < 2:
            raise TrainingError("ART_TOO_FEW", f"{self.name} has too few pictures for two halves: give more.")
        a, b = self.features[inside], self.features[~inside]
        return {"kid": kid(a, b), "frechet": frechet_distance(fit_gaussian(a), fit_gaussian(b))}


def read_art(folder: Path, styles: Iterable[str | None], size: int, extract: Extractor) -> dict[str | None, ArtSet]:
    """The art of each style, and all of it under None."""
    art = ArtFolder(folder)
    unknown = sorted({style for style in styles if style is not None} - set(art.styles))
    if unknown:
        raise TrainingError("STYLE_UNKNOWN", f"{folder} has no style {', '.join(unknown)}, which presets.json names.")
    works = tqdm(art.works, desc="art", leave=False)
    features = np.stack([extract(read_square(work.path, size)) for work in works])
    sets = {}
    for style in {None: None, **dict.fromkeys(styles)}:
        chosen = [i for i, work in enumerate(art.works) if style in (None, work.style)]
        name = f"{folder}" if style is None else f"{folder}, style {style},"
        if len(chosen) < 4:
            raise TrainingError("ART_TOO_FEW", f"{name} has {len(chosen)} pictures: at least 4 are needed.")
        sets[style] = ArtSet([art.works[i] for i in chosen], features[chosen], name)
    return sets


def diversity(model: Model, photos: Sequence[Pictures], extract: Extractor) -> dict[str, float]:
    """Mean cosine distance of the features: of a face under `SEEDS` random z, and of the faces under one z.

    Averaged over `SEED_FACES` faces and z. photos: at least 2.
    """
    with torch.no_grad():
        codes = repeat_w(model.generator.map_z(random_z(model)))

    def mean(groups: Iterable[Iterable[tuple[Pictures, Tensor]]]) -> float:
        distances = []
        for group in groups:
            rows = [extract(made) for photo, code in group for made in results(model.generator, photo, [code])]
            distances.append(mean_cosine_distance(np.stack(rows)))
        return float(np.mean(distances))

    return {
        "seeds": mean([(photo, code) for code in codes] for photo in spread(photos, SEED_FACES)),
        "faces": mean([(photo, code) for photo in photos] for code in codes[:SEED_FACES]),
    }


def random_z(model: Model) -> Tensor:
    return torch.randn(SEEDS, model.generator.config.style_dim, generator=torch.Generator().manual_seed(0))


def reconstruction(figures: Sequence[float]) -> dict[str, float]:
    """PSNRs to their mean, the mean of the worst tenth (at least one), the worst and the best."""
    ordered = sorted(figures)
    tenth = ordered[: math.ceil(len(ordered) / 10)]
    return {
        "psnr": float(np.mean(ordered)),
        "worstTenth": float(np.mean(tenth)),
        "worst": ordered[0],
        "best": ordered[-1],
    }


def evaluate(
    model: Model, faces: Sequence[Face], extract: Extractor | None = None, art: Path | None = None
) -> dict[str, Any]:
    """The figures of the module's docstring, as they are written to JSON; those of art and seeds need `extract`."""
    if extract is None and art is not None:
        raise TrainingError("FEATURES_NEEDED", "Art is compared by features: give --features, a TFLite file.")
    if extract is not None and len(faces) < 2:
        raise TrainingError(
            "FACES_TOO_FEW", "Distances of features need two faces: give more, or leave --features out."
        )
    styles = [preset.style for preset in model.presets]
    sets = {} if extract is None or art is None else read_art(art, styles, model.size, extract)

    accuracy: list[float] = []
    structure: list[list[float]] = [[] for _ in model.presets]
    photo_features: list[NDArray[np.float32]] = []
    result_features: list[list[NDArray[np.float32]]] = [[] for _ in model.presets]
    codes = [model.photo, *(preset.code for preset in model.presets)]
    for face in tqdm(faces, desc="faces", leave=False):
        photo = read_face(face, model.size)
        back, *styled = results(model.generator, photo, codes)
        accuracy.append(psnr(photo, back))
        for i, result in enumerate(styled):
            structure[i].append(gradient_correlation(photo, result))
        if extract is not None and sets:
            photo_features.append(extract(photo))
            for i, result in enumerate(styled):
                result_features[i].append(extract(result))

    yardsticks = {
        style: {
            "art": len(known.works),
            "photos": known.distance(np.stack(photo_features)),
            "artHalves": known.halves(),
        }
        for style, known in sets.items()
    }

    def row(style: str | None, structures: list[float], features: list[NDArray[np.float32]]) -> dict[str, Any]:
        distance = sets[style].distance(np.stack(features)) | yardsticks[style] if sets else {}
        return {"structure": float(np.mean(structures)), **distance}

    figures: dict[str, Any] = {
        "pictures": len(faces),
        "reconstruction": reconstruction(accuracy),
        "presets": {
            preset.name: row(preset.style, structure[i], result_features[i]) for i, preset in enumerate(model.presets)
        },
        "all": row(None, list(chain(*structure)), list(chain(*result_features))) if model.presets else {},
    }
    if extract is not None:
        figures["diversity"] = diversity(model, [read_face(f, model.size) for f in spread(faces, SEEDS)], extract)
    return figures


def read_identity(path: Path) -> dict[str, float]:
    """The cosine of each preset in JSON of the form {"presets": {name: {"cosine": …}}}."""
    try:
        measured = json.loads(path.read_text(encoding="utf-8"))["presets"]
        return {name: float(values["cosine"]) for name, values in measured.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise TrainingError(
            "IDENTITY_INVALID", f'{path} is not JSON of the form {{"presets": {{name: {{"cosine": 0.9}}}}}}: {error!r}.'
        ) from error


def rounded(value: Any) -> Any:
    """Six digits of every number; JSON has no infinity, so the PSNR of equal pictures becomes null."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    return value


PSNR_LABELS = {"psnr": "mean", "worstTenth": "worst tenth", "worst": "worst", "best": "best"}


@dataclass(frozen=True)
class Column:
    title: str
    keys: tuple[str, ...]
    digits: int
    factor: int = 1

    def find(self, row: Mapping[str, Any]) -> Any:
        value: Any = row
        for key in self.keys:
            value = value.get(key) if value is not None else None
        return value


COLUMNS = (
    Column("structure", ("structure",), 3),
    Column("identity", ("identity",), 3),
    Column("art", ("art",), 0),
    Column("KID×1000", ("kid",), 2, 1000),
    Column("of photos", ("photos", "kid"), 2, 1000),
    Column("of halves", ("artHalves", "kid"), 2, 1000),
    Column("Fréchet", ("frechet",), 2),
    Column("of photos", ("photos", "frechet"), 2),
    Column("of halves", ("artHalves", "frechet"), 2),
)


def table(figures: Mapping[str, Any]) -> str:
    """The figures as lines of text; KIDs times 1000."""
    psnrs = figures["reconstruction"]
    lines = [
        f"{figures['pictures']} faces, photo code: "
        + ", ".join(f"{label} {number(psnrs[key], 2)}" for key, label in PSNR_LABELS.items())
        + " (PSNR, dB)",
    ]
    if "diversity" in figures:
        lines.append(
            f"cosine distance of features: one face, {SEEDS} z {number(figures['diversity']['seeds'], 4)}; "
            f"one z, different faces {number(figures['diversity']['faces'], 4)}"
        )
    rows = {**figures["presets"], "all presets": figures["all"]}
    width = max(map(len, rows))
    columns = [column for column in COLUMNS if any(column.find(row) is not None for row in rows.values())]
    lines.append(" ".join([" " * width, *(column.title for column in columns)]))
    for name, row in rows.items():
        cells = [number(column.find(row), column.digits, column.factor).rjust(len(column.title)) for column in columns]
        lines.append(" ".join([name.ljust(width), *cells]))
    return "\n".join(lines)


def number(value: float | None, digits: int, factor: int = 1) -> str:
    return "-" if value is None else f"{value * factor:.{digits}f}"


def write_sheets(model: Model, faces: Sequence[Face], rows: int, out: Path) -> None:
    """Presets, strengths and seeds of `rows` faces; prints what the columns are."""
    chosen = np.stack([read_face(face, model.size) for face in spread(faces, rows)])

    def make(images: Tensor, wplus: Tensor) -> Tensor:
        return stylise(model.generator, images, wplus)

    presets = model.presets
    write_picture(style_sheet(chosen, [model.photo, *(preset.code for preset in presets)], make), out)
    print(f"{out}: photo, photo code, then {', '.join(preset.name for preset in presets)}")

    if presets:
        ends = presets[0], presets[-1]
        strengths = [model.photo + s * (end.code - model.photo) for end in ends for s in (0.25, 0.5, 0.75, 1.0)]
        path = out.with_stem(out.stem + "-strength")
        write_picture(style_sheet(chosen, strengths, make), path)
        print(f"{path}: photo, then {ends[0].name} and {ends[1].name} at strength 0.25, 0.5, 0.75, 1")

    with torch.no_grad():
        seeds = repeat_w(model.generator.map_z(random_z(model)))
    path = out.with_stem(out.stem + "-seeds")
    write_picture(style_sheet(chosen[:SEED_FACES], list(seeds), make), path)
    print(f"{path}: photo, then {SEEDS} random z")


def positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return value


def parser() -> argparse.ArgumentParser:
    main = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    main.add_argument("model", type=Path)
    main.add_argument("--faces", type=Path, required=True, help="folder of photographs")
    main.add_argument("--landmarks", type=Path, required=True, help="CSV with the square of each face")
    main.add_argument("--art", type=Path, help="folder with art.csv, or a folder a style")
    main.add_argument("--features", type=Path, help="quantised MobileNetV2, a TFLite file")
    main.add_argument("--identity", type=Path, help='JSON {"presets": {name: {"cosine": …}}} to put beside the figures')
    main.add_argument("--json", type=Path, help="where the figures are written")
    main.add_argument("--out", type=Path, help="where the sheets of pictures are written")
    main.add_argument("--rows", type=positive, default=8, help="faces on the sheets")
    main.add_argument("--limit", type=positive, help="at most so many faces, evenly spread over the CSV")
    main.add_argument("--threads", type=positive, default=1)
    return main


def main(arguments: list[str] | None = None) -> int:
    args = parser().parse_args(arguments)
    torch.set_num_threads(args.threads)
    cv2.setNumThreads(args.threads)
    try:
        model = read_model(args.model)
        faces = find_faces(args.faces, args.landmarks, args.limit)
        extract = TfliteFeatures(args.features, args.threads) if args.features else None
        identity = read_identity(args.identity) if args.identity else {}
        figures = evaluate(model, faces, extract, args.art)
        for name in figures["presets"].keys() & identity.keys():
            figures["presets"][name]["identity"] = identity[name]
        figures = rounded(figures)
        if args.json:
            text = json.dumps(figures, indent=2, ensure_ascii=False) + "\n"
            write_atomically(args.json, lambda path: path.write_text(text, encoding="utf-8"))
        print(table(figures))
        if args.out:
            write_sheets(model, faces, args.rows, args.out)
    except TrainingError as error:
        print(f"error {error.code}: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
