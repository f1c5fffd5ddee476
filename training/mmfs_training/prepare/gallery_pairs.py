"""Pairs in the styles of a gallery: for every artwork some crops of photographs, and those in its colours and strokes.

    python -m mmfs_training gallery --tool DATA/tools/stylize_art.py --gallery DATA/art/gallery \\
        --pairs PAIRS --out OUT [--each 2] [--unlike DATA/art/unseen-references --towers MODEL] [--part 0/2]

PAIRS is a folder of `manner_pairs.py`, whose square photographs are faces at 512 px. OUT becomes a folder of pairs
(`picture_pairs.py`): OUT/photos/ARTWORK.N.jpg and OUT/art/ARTWORK/ARTWORK.N.jpg, squares of 384 px, and
OUT/works/ARTWORK.jpg, the artwork itself. The transfer is the arbitrary style transfer of Ghiasi et al. 2017 (arXiv
1705.06830), through the functions of `--tool`. What is there already is kept. `--unlike` leaves out artworks that the
towers hardly tell from the pictures in a folder, which are to stay unseen.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import cv2
import numpy as np
import torch
from tqdm import tqdm

from ..common.errors import TrainingError, command
from ..data.picture_files import read_picture
from ..data.pictures import SUFFIXES, Pictures, nchw, read_square, scaled
from ..towers.small_towers import SmallTowers
from .manner_pairs import save_picture

SIDE, WORK_SIDE, STYLE_SIDE = 384, 256, 256
ALIKE = 0.97


def load_tool(path: Path) -> ModuleType:
    """The module of a file, whose folder may hold what it imports."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise TrainingError("DATA_MISSING", f"{path} is no Python file: name the style transfer's script.")
    sys.path.insert(0, str(path.parent))
    try:
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(path.parent))
    return module


def pictures_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise TrainingError("DATA_MISSING", f"There is no folder {folder}: name a folder of pictures.")
    return [path for path in sorted(folder.iterdir()) if path.suffix.lower() in SUFFIXES]


def smoothed(picture: Pictures) -> Pictures:
    """Without grain and pores, which style transfer takes for strokes."""
    for sigma in (28, 20):
        picture = np.asarray(cv2.bilateralFilter(picture, 9, sigma, 7), np.uint8)
    return picture


@torch.no_grad()
def unlike(works: list[Path], others: list[Path], towers: SmallTowers) -> list[Path]:
    """The works whose embedding lies nowhere near that of the others."""

    def embed(paths: list[Path]) -> torch.Tensor:
        parts = [paths[i : i + 64] for i in range(0, len(paths), 64)]
        return torch.cat(
            [towers.embed_images(nchw(scaled(np.stack([read_square(p, towers.side) for p in part])))) for part in parts]
        )

    near = (embed(works) @ embed(others).t()).amax(1)
    return [work for work, cosine in zip(works, near.tolist(), strict=True) if cosine < ALIKE]


def make(tool: Any, nets: tuple[Any, Any], work: Path, faces: list[Path], out: Path, each: int) -> int:
    """Draws the crops of one artwork; how many are new."""
    predict, transfer = nets
    index = int.from_bytes(work.stem.encode()[-8:], "big")
    rng = np.random.default_rng((index, len(work.stem)))
    style, made = None, 0
    if not (out / "works" / f"{work.stem}.jpg").exists():
        save_picture(read_square(work, WORK_SIDE), out / "works" / f"{work.stem}.jpg")
    for number in range(each):
        face = faces[int(rng.integers(len(faces)))]
        top, left = (int(n) for n in rng.integers(512 - SIDE + 1, size=2))
        name = f"{work.stem}.{number}.jpg"
        target = out / "art" / work.stem / name
        if target.exists():
            continue
        photo = read_picture(face)[top : top + SIDE, left : left + SIDE]
        if style is None:
            style = predict(tool.read(work, STYLE_SIDE))[0]
        content = torch.from_numpy(smoothed(photo).transpose(2, 0, 1).astype(np.float32) / 255)[None]
        drawn = transfer(content, style)[0][0].clamp(0, 1).permute(1, 2, 0).numpy()
        save_picture(photo, out / "photos" / name)
        save_picture((drawn * 255).round().astype(np.uint8), target)
        made += 1
    return made


@command
def main(arguments: list[str] | None) -> None:
    parser = argparse.ArgumentParser(prog="python -m mmfs_training gallery", description=__doc__.split("\n\n")[0])
    parser.add_argument("--tool", type=Path, required=True, help="stylize_art.py")
    parser.add_argument("--gallery", type=Path, required=True, help="folder of artworks")
    parser.add_argument("--pairs", type=Path, required=True, help="folder of `pairs`, for its photographs")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--each", type=int, default=2, help="crops of each artwork (default 2)")
    parser.add_argument("--unlike", type=Path, help="folder of pictures that are to stay unseen")
    parser.add_argument("--towers", type=Path, help="folder of small towers, for --unlike")
    parser.add_argument("--part", default="0/1", help="I/N: every N-th artwork from the I-th (default 0/1)")
    parser.add_argument("--without", nargs="*", default=[], help="stems of photographs that are held out")
    options = parser.parse_args(arguments)
    first, step = (int(n) for n in options.part.split("/"))
    torch.set_num_threads(1)
    tool = load_tool(options.tool)
    nets = tuple(
        tool.TfliteNet(tool.WEIGHTS / f"arbitrary-style-{name}.tflite") for name in ("predict-int8", "transfer-f16")
    )
    works = pictures_in(options.gallery)
    if options.unlike:
        if options.towers is None:
            raise TrainingError("TOWERS_MISSING", "--unlike looks through small towers: name their folder (--towers).")
        works = unlike(works, pictures_in(options.unlike), SmallTowers.load(options.towers))
        print(f"{len(works)} artworks are unlike those that stay unseen")
    held = set(options.without)
    faces = [p for p in pictures_in(options.pairs / "photos") if not p.stem.startswith("whole-") and p.stem not in held]
    made = sum(
        make(tool, nets, work, faces, options.out, options.each) for work in tqdm(works[first::step], disable=None)
    )
    print(f"{made} new pairs in {options.out}")
