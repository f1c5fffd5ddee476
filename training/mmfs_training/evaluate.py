"""Looks at an exported model on faces it was not trained on: a sheet, and how well the photo code gives photos back.

    python -m mmfs_training.evaluate MODEL --faces DIR --landmarks landmarks.csv --out SHEET.png [--rows 8]

MODEL is what `mmfs_training.export` wrote. The CSV gives the square of each picture: columns file, crop_center_x,
crop_center_y, crop_side (pixels), crop_angle_degrees. Prints the mean PSNR of the photo code as JSON.
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path

import cv2
import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor
from tqdm import tqdm

from .checkpoint import load_generator
from .data import Pictures, nchw, scaled
from .networks import Generator, draw_noises, repeat_w
from .photos import read_picture
from .sheets import style_sheet, to_bytes, write_picture


def aligned_square(picture: Pictures, x: float, y: float, side: float, degrees: float, size: int) -> Pictures:
    """The square of `side` pixels around (x, y), turned by `degrees`, at `size` pixels."""
    scale = size / side
    matrix = cv2.getRotationMatrix2D((x, y), degrees, scale)
    matrix[:, 2] += size / 2 - np.array([x, y])
    if scale < 1:  # warpAffine does not average, so smooth first
        picture = cv2.GaussianBlur(picture, (0, 0), 0.4 / scale)
    return cv2.warpAffine(picture, matrix, (size, size), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)


def psnr(a: Pictures, b: Pictures) -> float:
    """Peak signal-to-noise ratio of 8-bit pictures, in dB."""
    error = np.mean((a.astype(np.float64) - b.astype(np.float64)) ** 2)
    return float("inf") if error == 0 else 10 * float(np.log10(255**2 / error))


def evaluation_faces(folder: Path, landmarks: Path, size: int) -> dict[str, Pictures]:
    faces = {}
    with landmarks.open(newline="") as file:
        for row in csv.DictReader(file):
            path = folder / Path(row["file"]).name
            if Path(row["file"]).parent.name != folder.name or not path.exists():
                continue
            picture = cv2.cvtColor(read_picture(path), cv2.COLOR_BGR2RGB)
            x, y, side, angle = (
                float(row[f"crop_{name}"]) for name in ("center_x", "center_y", "side", "angle_degrees")
            )
            faces[path.stem] = aligned_square(picture, x, y, side, angle, size)
    return faces


@torch.no_grad()
def stylise(generator: Generator, images: Tensor, wplus: Tensor) -> Tensor:
    noises = draw_noises(images.shape[-1], torch.Generator().manual_seed(0), len(images))
    return generator(images, wplus, noises)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--faces", type=Path, required=True)
    parser.add_argument("--landmarks", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=8)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)

    presets = json.loads((args.model / "presets.json").read_text())
    codes = load_file(args.model / "presets.safetensors")
    generator = load_generator(args.model / "mmfs-mini.safetensors")
    faces = evaluation_faces(args.faces, args.landmarks, presets["size"])
    if not faces:
        parser.error(f"{args.landmarks} names no picture in {args.faces}")

    photo = codes[presets["photo"]]
    figures = []
    for face in tqdm(faces.values(), leave=False):
        made = stylise(generator, nchw(scaled(face[None])), photo[None])
        figures.append(psnr(face, to_bytes(made[0])))
    print(json.dumps({
        "pictures": len(figures),
        "photoCodePsnr": round(float(np.mean(figures)), 2),
        "worst": round(min(figures), 2),
        "best": round(max(figures), 2),
    }))  # fmt: skip

    chosen = np.stack([list(faces.values())[i] for i in np.linspace(0, len(faces) - 1, args.rows).astype(int)])

    def make(images: Tensor, wplus: Tensor) -> Tensor:
        return stylise(generator, images, wplus)

    names = [preset["name"] for preset in presets["presets"]]
    write_picture(style_sheet(chosen, [photo, *(codes[name] for name in names)], make), args.out)
    print(f"{args.out}: photo, photo code, then {', '.join(names)}")

    first = codes[names[0]], codes[names[-1]]
    strengths = [photo + s * (code - photo) for code in first for s in (0.25, 0.5, 0.75, 1.0)]
    path = args.out.with_stem(args.out.stem + "-strength")
    write_picture(style_sheet(chosen, strengths, make), path)
    print(f"{path}: photo, then {names[0]} and {names[-1]} at strength 0.25, 0.5, 0.75, 1")

    z = torch.randn(12, generator.config.style_dim, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        seeds = repeat_w(generator.map_z(z))
    path = args.out.with_stem(args.out.stem + "-seeds")
    write_picture(style_sheet(chosen[:4], list(seeds), make), path)
    print(f"{path}: photo, then 12 random z")


if __name__ == "__main__":
    main()
