"""Blind looks: which of several methods draws the better picture, judged by who does not know which is which.

    python -m mmfs_training blind sheets OUT --photos DIR --method NAME=DIR --method NAME=DIR … [--seed N] [--rows 3]
    python -m mmfs_training blind score OUT ANSWERS.txt …

`sheets` writes OUT/sheet1.png …, rows of a photo and what the methods made of it under letters in random order, and
OUT/key.json, which is kept from who looks. A photo is `NAME.jpg` or `.png`, a method's picture of it `NAME.png` or
`NAME_STYLE.png`; only what every method has is shown. An answer is a line `sheet1 row2: B > A > C`, the best first.
Every look needs sheets of its own `--seed`, so that letters tell nothing.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from ..common.errors import TrainingError, command
from ..common.files import write_atomically
from ..data.pictures import Pictures

SIDE = 520
LETTERS = "ABCDEFGH"
LINE = re.compile(r"sheet(\d+) row(\d+):\s*([A-H](?:\s*>\s*[A-H])+)")

Key = dict[str, dict[str, str]]


def pictures_in(folder: Path) -> dict[str, Path]:
    """Pictures of a folder by their names without ending."""
    found = {p.stem: p for p in sorted(folder.glob("*")) if p.suffix.lower() in (".png", ".jpg", ".jpeg", ".webp")}
    if not found:
        raise TrainingError("PICTURES_MISSING", f"{folder} has no pictures.")
    return found


def cell(path: Path, label: str) -> Pictures:
    """A picture scaled to a square cell, with its label in a corner."""
    picture = cv2.imread(str(path))
    if picture is None:
        raise TrainingError("PICTURE_UNREADABLE", f"{path} is no picture.")
    scale = SIDE / max(picture.shape[:2])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)[:SIDE, :SIDE]
    out = np.full((SIDE, SIDE, 3), 255, np.uint8)
    out[: small.shape[0], : small.shape[1]] = small
    cv2.rectangle(out, (0, 0), (12 + 18 * len(label), 34), (255, 255, 255), -1)
    cv2.putText(out, label, (6, 26), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (0, 0, 0), 2)
    return np.asarray(out, np.uint8)


def make_sheets(out: Path, photos: Path, methods: dict[str, Path], seed: int, rows: int) -> Key:
    """Writes sheets and key; returns the key: which method stands under which letter, by row."""
    if not 2 <= len(methods) <= len(LETTERS):
        raise TrainingError("METHODS_INVALID", f"Two to {len(LETTERS)} methods are compared, not {len(methods)}.")
    originals = pictures_in(photos)
    made = {name: pictures_in(folder) for name, folder in methods.items()}
    shared = set.intersection(*(set(pictures) for pictures in made.values()))
    shown = sorted(stem for stem in shared if stem.split("_")[0] in originals)
    if not shown:
        raise TrainingError("PICTURES_MISSING", "There is no photo of which every method has a picture.")
    rng = np.random.default_rng(seed)
    out.mkdir(parents=True, exist_ok=True)
    key: Key = {}
    for start in range(0, len(shown), rows):
        number, lines = start // rows + 1, []
        for row, stem in enumerate(shown[start : start + rows]):
            order = [list(methods)[i] for i in rng.permutation(len(methods))]
            key[f"sheet{number} row{row + 1}"] = {"picture": stem, **dict(zip(LETTERS, order, strict=False))}
            cells = [cell(originals[stem.split("_")[0]], "photo")]
            lines.append(
                [*cells, *(cell(made[name][stem], letter) for letter, name in zip(LETTERS, order, strict=False))]
            )
        cv2.imwrite(str(out / f"sheet{number}.png"), np.concatenate([np.concatenate(line, 1) for line in lines]))
    write_atomically(out / "key.json", lambda p: p.write_text(json.dumps(key, indent=1) + "\n"))
    return key


def read_answers(text: str, key: Key) -> list[list[str]]:
    """For every row its methods, the best first."""
    looks = []
    for sheet, row, letters in LINE.findall(text):
        place = f"sheet{sheet} row{row}"
        order = [letter.strip() for letter in letters.split(">")]
        known = key.get(place, {})
        if sorted(order) != sorted(set(known) - {"picture"}):
            raise TrainingError("ANSWER_INVALID", f"{place}: {letters} does not rank each of its letters once.")
        looks.append([known[letter] for letter in order])
    if not looks:
        raise TrainingError("ANSWER_INVALID", "There is no line like `sheet1 row2: B > A > C`.")
    return looks


def score(looks: Sequence[Sequence[str]]) -> str:
    """A table: how often each method came first, and before each of the others."""
    methods = sorted({name for order in looks for name in order})
    first = Counter(order[0] for order in looks)
    lines = [f"| method | first of {len(looks)} | {' | '.join(f'before {m}' for m in methods)} |"]
    lines.append("|---" * (2 + len(methods)) + "|")
    for name in methods:
        before = [sum(order.index(name) < order.index(other) for order in looks) for other in methods]
        cells = [str(n) if other != name else "" for n, other in zip(before, methods, strict=True)]
        lines.append(f"| {name} | {first[name]} | {' | '.join(cells)} |")
    return "\n".join(lines)


def parse_method(text: str) -> tuple[str, Path]:
    name, _, folder = text.partition("=")
    if not name or not folder:
        raise TrainingError("METHODS_INVALID", f"--method is NAME=DIR, not {text!r}.")
    return name, Path(folder)


@command
def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m mmfs_training blind", description=(__doc__ or "").split("\n")[0])
    actions = parser.add_subparsers(dest="action", required=True)
    sheets = actions.add_parser("sheets", help="sheets with letters in random order, and their key")
    sheets.add_argument("out", type=Path)
    sheets.add_argument("--photos", type=Path, required=True)
    sheets.add_argument("--method", action="append", required=True, metavar="NAME=DIR")
    sheets.add_argument("--seed", type=int, default=0)
    sheets.add_argument("--rows", type=int, default=3)
    scored = actions.add_parser("score", help="how often each method came first, and before the others")
    scored.add_argument("out", type=Path, help="the folder with key.json")
    scored.add_argument("answers", type=Path, nargs="+")
    args = parser.parse_args(arguments)
    if args.action == "sheets":
        methods = dict(parse_method(text) for text in args.method)
        print(f"{args.out}: {len(make_sheets(args.out, args.photos, methods, args.seed, max(args.rows, 1)))} rows")
        return
    key: Key = json.loads((args.out / "key.json").read_text())
    print(score([look for path in args.answers for look in read_answers(path.read_text(), key)]))
