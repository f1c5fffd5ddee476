"""Figures of manners: how near a model comes to the teacher's strokes, and what both do to skin.

    python -m mmfs_training manner-figures --faces DIR --landmarks CSV [--model MODEL] [--limit 12] [--json FILE]

MODEL is a folder as `export --phase teach` writes it, whose presets have the manners as styles; without it the teacher
alone is measured. Faces are aligned at 512 px and drawn by teacher and model from the same noise.

energy: mean squared gradient of luma, model over teacher. rank: Spearman's correlation, over faces, of the CIE L* of
the cheeks in the photo with that in the picture. shifts: by how many L* (0 to 100) the cheeks of the darkest, middle
and lightest third of the faces moved, in the mean. psnr: of the photo code's result to the photo, in dB.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from ..common.errors import command
from ..common.files import write_atomically
from ..data.face_weights import EYES, MOUTH
from ..data.pictures import Pictures, nchw, scaled
from ..manners import MANNERS, Noise, Photo, folder_of, seed_of
from ..manners.arrays import Floats, luma
from ..manners.paint import lightness
from ..models.drawing_noise import noise_of
from ..models.model_folder import Model, read_model
from ..networks import fast
from ..runs.sheets import to_bytes
from .evaluate import reconstruction
from .evaluation_faces import Face, find_faces, read_face
from .metrics import psnr

SIDE = 512
CHEEK = 0.045  # radius, as a share of the picture's side


def cheeks(side: int) -> NDArray[np.bool_]:
    """Where the cheeks of an aligned face are: two discs under the eyes, at the height between eyes and mouth."""
    y, x = (np.mgrid[:side, :side] + 0.5) / side
    inside = np.zeros((side, side), bool)
    for (eye_x, eye_y), _ in EYES:
        outward = 0.02 if eye_x > 0.5 else -0.02
        inside |= np.hypot(x - (eye_x + outward), y - (0.45 * eye_y + 0.55 * MOUTH[0][1])) < CHEEK
    return inside


def gradient_energy(picture: Floats) -> float:
    """Mean squared gradient of the luma of a picture [H, W, 3] in [0, 1]."""
    grey = luma(picture)
    return float(np.mean(cv2.Sobel(grey, cv2.CV_32F, 1, 0) ** 2 + cv2.Sobel(grey, cv2.CV_32F, 0, 1) ** 2))


def rank_correlation(a: Sequence[float], b: Sequence[float]) -> float:
    """Spearman's, of values without ties."""
    ranks = [np.argsort(np.argsort(np.asarray(values))).astype(float) for values in (a, b)]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def shifts(before: Sequence[float], after: Sequence[float]) -> list[float]:
    """Mean change of the darkest, the middle and the lightest third, of values by what they were before."""
    order = np.argsort(before)
    moved = np.asarray(after) - np.asarray(before)
    return [float(moved[third].mean()) for third in np.array_split(order, 3)]


@torch.no_grad()
def drawn_by(model: Model, photo: Pictures, name: str) -> tuple[Pictures, dict[str, Pictures]]:
    """The photo given back, and the photo in every preset that is a manner, from the noise of this name. Sides are
    multiples of 16."""
    encoded = fast.encode(model.generator, nchw(scaled(photo[None])), torch.float32)
    maps = noise_of(name, (photo.shape[0], photo.shape[1]), torch.device("cpu"))

    def made(code: torch.Tensor) -> Pictures:
        return to_bytes(fast.decode(model.generator, encoded, code[None], maps)[0])

    by_folder = {folder_of(name): name for name in MANNERS}
    return made(model.photo), {by_folder[p.style]: made(p.code) for p in model.presets if p.style in by_folder}


def manner_figures(faces: Sequence[Face], names: Sequence[str], model: Model | None) -> dict[str, Any]:
    """What is written to JSON."""
    where = cheeks(SIDE)
    photo_skin: list[float] = []
    skin: dict[str, dict[str, list[float]]] = {who: {name: [] for name in names} for who in ("teacher", "model")}
    energy: dict[str, list[float]] = {name: [] for name in names}
    accuracy: list[float] = []

    def tone(picture: Floats) -> float:
        return 100 * float(lightness(picture)[where].mean())

    for face in tqdm(faces, desc="faces", leave=False, disable=None):
        photo = read_face(face, SIDE)
        stem = face.path.stem
        back, results = drawn_by(model, photo, stem) if model else (photo, {})
        accuracy.append(psnr(photo, back) if model else 0.0)
        source = Photo(np.float32(photo) / 255, Noise.draw(SIDE, SIDE, seed_of(stem)))
        photo_skin.append(tone(source.rgb))
        for name in names:
            drawing = np.clip(MANNERS[name].draw(source), 0, 1)
            skin["teacher"][name].append(tone(drawing))
            if name in results:
                picture = np.float32(results[name]) / 255
                skin["model"][name].append(tone(picture))
                energy[name].append(gradient_energy(picture) / gradient_energy(drawing))
    table: dict[str, Any] = {}
    for name in names:
        row: dict[str, Any] = {}
        for who, tones in skin.items():
            if tones[name]:
                row[who] = {
                    "rank": rank_correlation(photo_skin, tones[name]),
                    "shifts": shifts(photo_skin, tones[name]),
                }
        if energy[name]:
            row["energy"] = float(np.mean(energy[name]))
        table[name] = row
    figures: dict[str, Any] = {"faces": len(faces), "manners": table}
    if model:
        figures["reconstruction"] = reconstruction(accuracy)
    return figures


def table_of(figures: dict[str, Any]) -> str:
    """The figures as a Markdown table."""
    lines = [
        "| manner | rank: teacher | rank: model | shifts of the model (dark, middle, light) | energy |",
        "|---|--:|--:|--:|--:|",
    ]
    for name, row in figures["manners"].items():
        model = row.get("model")
        moved = ", ".join(f"{s:+.0f}" for s in (model or row["teacher"])["shifts"])
        rank = f"{model['rank']:.2f}" if model else ""
        energy = f"{row['energy']:.2f}" if "energy" in row else ""
        lines.append(f"| {name} | {row['teacher']['rank']:.2f} | {rank} | {moved} | {energy} |")
    if "reconstruction" in figures:
        found = figures["reconstruction"]
        lines.append(f"\nphoto code at {SIDE} px: {found['psnr']:.2f} dB, worst tenth {found['worstTenth']:.2f} dB")
    return "\n".join(lines)


@command
def main(arguments: list[str] | None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m mmfs_training manner-figures",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--faces", type=Path, required=True)
    parser.add_argument("--landmarks", type=Path, required=True)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--limit", type=int, help="faces, evenly spread (default all)")
    parser.add_argument("--manners", nargs="+", choices=list(MANNERS), metavar="NAME", help="default all")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    faces = find_faces(options.faces, options.landmarks, options.limit)
    model = read_model(options.model) if options.model else None
    figures = manner_figures(faces, options.manners or list(MANNERS), model)
    print(table_of(figures))
    if options.json:
        text = json.dumps(figures, indent=2) + "\n"
        write_atomically(options.json, lambda path: path.write_text(text))
