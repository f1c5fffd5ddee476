"""Every command of `python -m mmfs_training` that is no phase: where it is, and what it does in a sentence."""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple


class Command(NamedTuple):
    """module: has `main`, which takes arguments and returns an exit status; it is imported when it is called."""

    module: str
    help: str

    def run(self, arguments: list[str]) -> int:
        status: int = import_module(f".{self.module}", __package__).main(arguments)
        return status


GROUPS: dict[str, dict[str, Command]] = {
    "models": {
        "export": Command("models.export", "weights and presets of a run, as model-mini ships them"),
        "fit-presets": Command("models.preset_fit", "each preset's code, fitted to the pairs of its style"),
        "fit-seeds": Command("models.seed_fit", "the mapping network, so that a seed is a preset or between two"),
        "fit-text": Command("models.text_fit", "the small text tower, so that words lie where the pictures are"),
        "tune-mapper": Command("models.mapper_tune", "the mapper, tuned to known pairs of photo and art"),
        "refit-mapper": Command("models.mapper_refit", "the mapper, brought to the codes that `teach` ended at"),
    },
    "figures": {
        "report": Command("figures.report.page", "one HTML page of a run: curves, sheets, figures"),
        "evaluate": Command("figures.evaluate", "figures of a model on faces that it was not trained on"),
        "manner-figures": Command("figures.manner_figures", "figures of manners: strokes, and what becomes of skin"),
        "blind": Command("figures.blind_looks", "sheets for blind looks at several methods, and what the looks say"),
        "manners": Command("figures.manner_sheet", "a sheet of photos in every manner, by the teacher or a model"),
    },
    "data": {
        "photos": Command("prepare.photos", "photos of faces, square and of one size"),
        "pairs": Command("prepare.manner_pairs", "pairs of photo and drawing in the manners"),
        "gallery": Command("prepare.gallery_pairs", "pairs in the colours and strokes of many artworks"),
        "art-table": Command("prepare.art_table", "art.csv for folders of pairs: what is in them, in words"),
        "static-text": Command("towers.static_text", "token embeddings distilled from a sentence-embedding model"),
    },
    "networks": {
        "reference": Command("networks.reference", "a random network with inputs and outputs, for comparison"),
        "profile": Command("networks.profile", "pictures per second of a training step, by formulation"),
    },
}

COMMANDS = {name: command for group in GROUPS.values() for name, command in group.items()}
