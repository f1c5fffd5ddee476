"""Measures a model on faces it was not trained on; prints a table and writes the same numbers as JSON.

    python -m mmfs_training evaluate MODEL --faces DIR --landmarks landmarks.csv [--art DIR --features FILE] \
        [--prompts prompts.csv] [--references DIR [--packs DIR] [--sheet-references SHEET.png]] [--clip DIR] \
        [--size 512] [--json FILE] [--out SHEET.png]

MODEL is a folder with mmfs-mini.safetensors, presets.safetensors and presets.json, as packages/model-mini/checkpoint.
For `--prompts` and `--references` its weights have a mapper, and the towers are beside them (towers.safetensors and
tokenizer.json), unless `--clip` names a CLIP. The landmarks are a CSV that gives the square of each face: file,
crop_center_x, crop_center_y, crop_side (pixels) and crop_angle_degrees. `--art` is a folder as for training; a preset
that names a `style` in presets.json is compared with the art of that style, any other with all. `--features` is a
quantised MobileNetV2 in a TFLite file.

reconstruction: PSNR of the photo code in dB. kid, frechet: distance of results to art; the plain photos' distance
(photos) is what a style must beat, that of one half of the art to the other (artHalves) what can be reached. `kid` is
the main figure; `frechet` may be compared only between equal numbers of pictures, and neither with figures from the
features of another network. structure: correlation of gradients
of photo and result. diversity: mean cosine distance of the features of one face under random z (seeds), and of faces
under one z (faces). `metrics.py` defines them all. strength: what is left of the photo on the way from the photo code
to a preset (`strength_figures.py`).

prompts (which needs `--art`): are results of the style that the prompt names? (`prompt_figures.py`, judged by
`style_judge.py`; judgedPresets is the same for the presets, the most that prompts can reach.) references, packs: are
results nearest in style to the picture that they were made after? (`reference_figures.py`, `style_distance.py`.) Both
use `--style-faces` of the faces, not all.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from ..common.errors import TrainingError, command
from ..common.evenly_spread import evenly_spread
from ..common.files import write_atomically
from ..data.folders import ArtFolder
from ..models.model_folder import Model, read_model, results, stylise
from ..networks.generator import repeat_w
from ..runs.sheets import style_sheet, write_picture
from ..towers.clip import ClipTowers
from ..towers.interface import Towers
from ..towers.small_towers import SmallTowers
from ..words.prompts import read_prompts
from .art_set import ArtSet, Extractor, read_art
from .evaluation_faces import Face, find_faces, read_face
from .features import TfliteFeatures
from .figure_tables import prompt_tables, reference_tables, strength_table, table
from .metrics import gradient_correlation, psnr
from .prompt_figures import preset_hits, prompt_figures
from .reference_figures import read_references, reference_figures, reference_sheet, with_mapper, with_packs
from .seed_diversity import SEED_FACES, SEEDS, diversity, random_z
from .strength_figures import strength_figures
from .style_judge import train_style_judge

STRENGTH_PRESETS = 4


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
    model: Model,
    faces: Sequence[Face],
    extract: Extractor | None = None,
    sets: Mapping[str | None, ArtSet] | None = None,
) -> dict[str, Any]:
    """The figures of faces, presets and seeds, as they are written to JSON; those of seeds need `extract`.

    sets: the art of the presets' styles, and all of it under None, as `read_art` gives it, by the same `extract`.
    """
    if extract is not None and len(faces) < 2:
        raise TrainingError(
            "FACES_TOO_FEW", "Distances of features need two faces: give more, or leave --features out."
        )
    sets = sets or {}

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
        figures["diversity"] = diversity(
            model, [read_face(f, model.size) for f in evenly_spread(faces, SEEDS)], extract
        )
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
    if isinstance(value, list):
        return [rounded(item) for item in value]
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    return value


def write_sheets(model: Model, faces: Sequence[Face], rows: int, out: Path) -> None:
    """Presets, strengths and seeds of `rows` faces; prints what the columns are."""
    chosen = np.stack([read_face(face, model.size) for face in evenly_spread(faces, rows)])

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
    main = argparse.ArgumentParser(
        prog="python -m mmfs_training evaluate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    main.add_argument("model", type=Path)
    main.add_argument("--faces", type=Path, required=True, help="folder of photographs")
    main.add_argument("--landmarks", type=Path, required=True, help="CSV with the square of each face")
    main.add_argument("--art", type=Path, help="folder with art.csv, or a folder a style")
    main.add_argument("--features", type=Path, help="quantised MobileNetV2, a TFLite file")
    main.add_argument("--identity", type=Path, help='JSON {"presets": {name: {"cosine": …}}} to put beside the figures')
    main.add_argument("--prompts", type=Path, help="CSV with style, prompt and seen, as mmfs_training/prompts.csv")
    main.add_argument("--references", type=Path, help="folder of pictures to stylise after")
    main.add_argument("--packs", type=Path, help="folder with NAME/pack.safetensors, NAME being a reference's")
    main.add_argument("--clip", type=Path, help="folder of a CLIP, in place of the towers in MODEL")
    main.add_argument("--style-faces", type=positive, default=8, help="faces that prompts and references are tried on")
    main.add_argument("--sheet-references", type=Path, help="where a sheet of the references' results is written")
    main.add_argument("--json", type=Path, help="where the figures are written")
    main.add_argument("--out", type=Path, help="where the sheets of pictures are written")
    main.add_argument("--rows", type=positive, default=8, help="faces on the sheets")
    main.add_argument("--limit", type=positive, help="at most so many faces, evenly spread over the CSV")
    main.add_argument("--size", type=int, help="side of the pictures, a multiple of 16 (default the model's)")
    main.add_argument("--threads", type=positive, default=1)
    return main


def check_options(args: argparse.Namespace) -> None:
    """Raises `TrainingError` FEATURES_NEEDED, ART_NEEDED, REFERENCES_NEEDED."""
    if args.art and not (args.features or args.prompts):
        raise TrainingError("FEATURES_NEEDED", "Art is compared by features: give --features, a TFLite file.")
    if args.prompts and not args.art:
        raise TrainingError("ART_NEEDED", "Prompts are judged by what the art looks like: give --art.")
    if (args.packs or args.sheet_references) and not args.references:
        raise TrainingError("REFERENCES_NEEDED", "Packs and their sheet belong to references: give --references.")


def read_towers(model: Path, clip: Path | None) -> Towers:
    return ClipTowers(str(clip)) if clip else SmallTowers.load(model)


def measure(args: argparse.Namespace, model: Model, faces: Sequence[Face]) -> dict[str, Any]:
    """All figures that the options ask for; writes the sheet of references."""
    towers = read_towers(args.model, args.clip) if args.prompts or args.references else None
    prompts = read_prompts(args.prompts) if args.prompts else ()
    references = read_references(args.references, model.size) if args.references else []
    extract = TfliteFeatures(args.features, args.threads) if args.features else None
    identity = read_identity(args.identity) if args.identity else {}
    art = ArtFolder(args.art) if args.art else None
    sets: dict[str | None, ArtSet] = {}
    if art is not None and extract is not None:
        sets = read_art(art, [preset.style for preset in model.presets], model.size, extract)
    figures = evaluate(model, faces, extract, sets)
    for name in figures["presets"].keys() & identity.keys():
        figures["presets"][name]["identity"] = identity[name]

    photos = [read_face(face, model.size) for face in evenly_spread(faces, args.style_faces)]
    if model.presets:
        figures["strength"] = strength_figures(model, evenly_spread(model.presets, STRENGTH_PRESETS), photos)
    if prompts and towers is not None and art is not None:
        judge = train_style_judge(art.works, [prompt.style for prompt in prompts], model.size)
        figures["judge"] = judge.report()
        figures["prompts"] = prompt_figures(model, towers, prompts, photos, judge, extract, sets.get(None))
        figures["judgedPresets"] = preset_hits(model, photos, judge)
    if references and towers is not None:
        kinds = {"references": with_mapper(model, towers, references, photos)}
        if args.packs:
            kinds["packs"] = with_packs(model, args.packs, references, photos)
        for kind, stylised in kinds.items():
            figures[kind] = reference_figures(towers, references, stylised, photos)
        if args.sheet_references:
            write_picture(reference_sheet(references, *kinds.values()), args.sheet_references)
    return figures


def tables(figures: Mapping[str, Any]) -> str:
    """All figures as text, a part each."""
    parts = [table(figures)]
    if "strength" in figures:
        parts.append(strength_table(figures["strength"]))
    if "prompts" in figures:
        parts.append(prompt_tables(figures["judge"], figures["prompts"], figures["judgedPresets"]))
    if "references" in figures:
        parts.append(reference_tables("References, mapper alone", figures["references"]))
    if "packs" in figures:
        parts.append(reference_tables("References, tuned", figures["packs"]))
    return "\n\n".join(parts)


@command
def main(arguments: list[str] | None) -> None:
    args = parser().parse_args(arguments)
    torch.set_num_threads(args.threads)
    cv2.setNumThreads(args.threads)
    check_options(args)
    model = read_model(args.model)
    if args.size is not None:
        if args.size < 16 or args.size % 16:
            raise TrainingError("SIZE_INVALID", f"--size is {args.size}: give a multiple of 16, such as 512.")
        model = replace(model, size=args.size)
    faces = find_faces(args.faces, args.landmarks, args.limit)
    figures = rounded(measure(args, model, faces))
    if args.json:
        text = json.dumps(figures, indent=2, ensure_ascii=False) + "\n"
        write_atomically(args.json, lambda path: path.write_text(text, encoding="utf-8"))
    print(tables(figures))
    if args.out:
        write_sheets(model, faces, args.rows, args.out)
