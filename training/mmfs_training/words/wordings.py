"""The words of `wordings.yaml`, which `captions.py` makes wordings of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .color_words import COLORS, TONES


@dataclass(frozen=True)
class Technique:
    """found: a regular expression that finds it in a lower-cased caption. nouns: what a picture in it is called.
    manners: what follows "a portrait"."""

    found: str
    nouns: tuple[str, ...]
    manners: tuple[str, ...] = ()


WORDS: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "wordings.yaml").read_text(encoding="utf-8"))


def lists_of(section: str) -> dict[str, tuple[str, ...]]:
    return {key: tuple(words) for key, words in WORDS[section].items()}


TECHNIQUES = {
    key: Technique(said["found"], tuple(said["nouns"]), tuple(said.get("manners", ())))
    for key, said in WORDS["techniques"].items()
}
COVERS, DETAILS, COLOR_SYNONYMS = lists_of("covers"), lists_of("details"), lists_of("color_synonyms")
COLORED_NAMES: tuple[str, ...] = tuple(WORDS["colored_names"])
CAPTION_COLORS: list[str] = sorted({*COLORS, *TONES[:3], *WORDS["more_colors"]}, key=len, reverse=True)
PHOTOS: tuple[str, ...] = tuple(WORDS["photos"])
NOUN_TEMPLATES: tuple[str, ...] = tuple(WORDS["noun_templates"])
MANNER_TEMPLATES: tuple[str, ...] = tuple(WORDS["manner_templates"])
ARTIST_TEMPLATES: tuple[str, ...] = tuple(WORDS["artist_templates"])
SHORT_NAMES: dict[str, str] = WORDS["short_names"]
NAMELESS: tuple[str, ...] = tuple(WORDS["nameless"])
FILLERS = frozenset(WORDS["fillers"])
