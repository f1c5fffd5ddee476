"""Writes art.csv for folders of pairs, so that the towers can learn words for what is in them.

    python -m mmfs_training art-table --pairs PAIRS … [--gallery GALLERY --artworks DATA/art/gallery.csv] --out DIR

Captions are those of the manners and of `style_captions.csv`; an artwork of the gallery (`gallery_pairs.py`) is
captioned with its movement and artist, from a CSV with the columns file, artist and movement. DIR/art.csv is as
`ArtFolder` reads it; its paths lead out of DIR to where the pictures are. Two styles that one word
means (`--without`) would confuse a text.
"""

from __future__ import annotations

import argparse
import csv
import os
from collections.abc import Collection, Iterator
from pathlib import Path

from ..common.errors import TrainingError, command
from ..common.files import write_atomically
from ..data.picture_pairs import PicturePairs
from ..data.pictures import SUFFIXES
from ..manners import MANNERS, folder_of

COLUMNS = ("file", "style", "caption", "photo", "artist", "movement")


def style_captions() -> dict[str, str]:
    """What the pictures of a style are called, by folder."""
    with (Path(__file__).parent / "style_captions.csv").open(newline="", encoding="utf-8") as file:
        captions = {row["style"]: row["caption"] for row in csv.DictReader(file)}
    return captions | {folder_of(manner.name): manner.caption for manner in MANNERS.values()}


def rows_of_pairs(folder: Path, without: Collection[str] = ()) -> Iterator[dict[str, str]]:
    pairs, captions = PicturePairs([folder], 0), style_captions()
    unknown = [style for style in pairs.styles if style not in captions and style not in without]
    if unknown:
        raise TrainingError(
            "CAPTIONS_MISSING", f"{folder} has {', '.join(unknown)}, which style_captions.csv has no words for."
        )
    for style, known in zip(pairs.styles, pairs.by_style, strict=True):
        for pair in known if style not in without else []:
            yield {"file": str(pair.art), "style": style, "caption": captions[style], "photo": pair.photo.name}


def rows_of_gallery(folder: Path, artworks: Path) -> Iterator[dict[str, str]]:
    with artworks.open(newline="", encoding="utf-8-sig") as file:
        known = {Path(row["file"]).stem: row for row in csv.DictReader(file)}
    for work in sorted((folder / "works").iterdir()):
        row = known.get(work.stem)
        if row is None:
            raise TrainingError("CAPTIONS_MISSING", f"{artworks} says nothing of {work.stem}.")
        said = {
            "style": work.stem,
            "caption": f"{row['movement']} painting",
            "artist": row["artist"],
            "movement": row["movement"],
        }
        yield {"file": str(work), **said}
        for drawn in sorted((folder / "art" / work.stem).iterdir()):
            if drawn.suffix.lower() in SUFFIXES:
                yield {"file": str(drawn), **said, "photo": drawn.name}


@command
def main(arguments: list[str] | None) -> None:
    parser = argparse.ArgumentParser(prog="python -m mmfs_training art-table", description=__doc__.split("\n\n")[0])
    parser.add_argument("--pairs", type=Path, nargs="+", required=True, help="folders of pairs")
    parser.add_argument("--gallery", type=Path, help="folder of gallery_pairs.py")
    parser.add_argument("--artworks", type=Path, help="CSV of the gallery's artworks: file, artist, movement")
    parser.add_argument("--without", nargs="*", default=[], metavar="STYLE", help="styles of pairs to leave out")
    parser.add_argument("--out", type=Path, required=True, help="folder for art.csv")
    options = parser.parse_args(arguments)
    rows = [row for folder in options.pairs for row in rows_of_pairs(folder, options.without)]
    if options.gallery:
        if not options.artworks:
            raise TrainingError("CAPTIONS_MISSING", "--gallery needs --artworks, the CSV that names artists.")
        rows += rows_of_gallery(options.gallery, options.artworks)
    options.out.mkdir(parents=True, exist_ok=True)

    def write(path: Path) -> None:
        with path.open("w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, COLUMNS, restval="")
            table.writeheader()
            table.writerows({**row, "file": os.path.relpath(row["file"], options.out)} for row in rows)

    write_atomically(options.out / "art.csv", write)
    print(f"{options.out / 'art.csv'}: {len(rows)} pictures of {len({row['style'] for row in rows})} styles")
