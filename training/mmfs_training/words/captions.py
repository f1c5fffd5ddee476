"""Captions varied by rules and synonyms: one picture, many wordings.

No caption holds a prompt that `prompts.csv` keeps for measuring, and the same generator gives the same captions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from ..common.errors import TrainingError
from .color_words import TONES
from .prompts import is_held_out
from .wordings import (
    ARTIST_TEMPLATES,
    CAPTION_COLORS,
    COLOR_SYNONYMS,
    COLORED_NAMES,
    COVERS,
    DETAILS,
    FILLERS,
    MANNER_TEMPLATES,
    NAMELESS,
    NOUN_TEMPLATES,
    PHOTOS,
    SHORT_NAMES,
    TECHNIQUES,
)

T = TypeVar("T")

TRIES = 1000  # the worst captions, which are held out themselves, take 1.25 on average


def pick(rng: np.random.Generator, choices: Sequence[T]) -> T:
    return choices[int(rng.integers(len(choices)))]


def find_techniques(text: str) -> list[str]:
    """Keys of TECHNIQUES that a caption or a movement names, the first to be found first; "oil" only by itself."""
    text = text.lower()
    found = [key for key, technique in TECHNIQUES.items() if re.search(technique.found, text)]
    covered = {general for special in found for general in COVERS.get(special, ())}
    found = [key for key in found if key not in covered]
    return [key for key in found if key != "oil"] or found


def find_colors(caption: str) -> list[str]:
    """Colour words in the order of the caption; those of a technique's name, as "red" of red chalk, are none."""
    rest = caption.lower()
    for name in COLORED_NAMES:
        rest = rest.replace(name, "")
    places: list[tuple[int, str]] = []
    for color in CAPTION_COLORS:
        for match in re.finditer(rf"\b{color}\b", rest):
            places.append((match.start(), color))
        rest = re.sub(rf"\b{color}\b", lambda m: "." * len(m[0]), rest)
    return [color for _, color in sorted(places)]


def find_details(caption: str) -> list[str]:
    rest = caption.lower()
    found = []
    for detail in DETAILS:
        if re.search(rf"\b{detail}\b", rest):
            found.append(detail)
            rest = rest.replace(detail, "")
    return found


def joined(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def with_article(noun: str) -> str:
    if noun.endswith(NAMELESS):
        return noun
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def colored(noun: str, colors: list[str], rng: np.random.Generator) -> str:
    hues = [color for color in colors if color not in TONES or color in ("black and white", "sepia")]
    tones = [color for color in colors if color in TONES and color not in hues]
    hues = hues[: int(rng.integers(1, 4))]
    if len(hues) > 1 and rng.random() < 0.3:
        hues = [hues[i] for i in rng.permutation(len(hues))]
    words = [pick(rng, COLOR_SYNONYMS.get(hue, (hue,))) for hue in hues]
    if words:
        form = rng.random()
        if form < 0.4:
            noun = f"{joined(words)} {noun}"
        elif form < 0.85:
            noun = f"{noun} in {joined(words)}"
        else:
            noun = f"{noun}, {joined(words)}"
    if tones and rng.random() < 0.5:
        tone = pick(rng, tones)
        word = pick(rng, COLOR_SYNONYMS.get(tone, (tone,)))
        noun = f"{noun}, {word}" if word.startswith("in ") or rng.random() < 0.3 else f"{word} {noun}"
    return noun


def detailed(noun: str, details: list[str], rng: np.random.Generator) -> str:
    word = pick(rng, DETAILS[pick(rng, details)])
    behind = " " in word and word.split()[0] in ("with", "on", "in", "built", "full")
    if behind:
        return f"{noun} {word}"
    return f"{noun}, {word}" if " " in word or rng.random() < 0.3 else f"{word} {noun}"


def shaken(text: str, rng: np.random.Generator) -> str:
    """Parts between commas change places, or a word that says nothing of the style is lost, as people write prompts."""
    parts = text.split(", ")
    if len(parts) > 1 and rng.random() < 0.3:
        parts = [parts[i] for i in rng.permutation(len(parts))]
    words = ", ".join(parts).split(" ")
    idle = [i for i, word in enumerate(words) if word in FILLERS]
    if idle and rng.random() < 0.15:
        del words[pick(rng, idle)]
    return " ".join(words).strip(" ,")


def compose(caption: str, rng: np.random.Generator, colors: list[str], artist: str | None, movement: str | None) -> str:
    if caption and rng.random() < 0.15:
        return caption
    named = find_techniques(caption) or find_techniques(movement or "")
    if caption and not named and not is_held_out(caption):  # of what the rules do not know, the words stay
        article = caption if caption.split()[0] in ("a", "an", "the") else with_article(caption)
        return shaken(pick(rng, NOUN_TEMPLATES).format(x=caption, a=article), rng)
    technique = TECHNIQUES[pick(rng, named)] if named else TECHNIQUES["oil"]
    said, details = find_colors(caption), find_details(caption)
    use_manner = bool(technique.manners) and rng.random() < 0.3
    text = pick(rng, technique.manners if use_manner else technique.nouns)
    if artist and rng.random() < 0.45:
        short = SHORT_NAMES.get(artist, artist.split()[-1])
        noun = pick(rng, technique.nouns)
        return shaken(pick(rng, ARTIST_TEMPLATES).format(x=noun, n=pick(rng, (artist, short))), rng)
    # the caption's own colours are what sets its style apart; measured ones change from picture to picture
    chosen = said if said and rng.random() < 0.75 else colors
    if use_manner:
        if chosen and rng.random() < 0.5:
            text = f"{text}, {joined([pick(rng, COLOR_SYNONYMS.get(c, (c,))) for c in chosen[:2]])}"
        return shaken(pick(rng, MANNER_TEMPLATES).format(x=text), rng)
    if details and rng.random() < 0.4:
        text = detailed(text, details, rng)
    if chosen and rng.random() < 0.6:
        text = colored(text, chosen, rng)
    return shaken(pick(rng, NOUN_TEMPLATES).format(x=text, a=with_article(text)), rng)


def vary(
    caption: str,
    rng: np.random.Generator,
    colors: list[str] | None = None,
    artist: str | None = None,
    movement: str | None = None,
) -> str:
    """One of many wordings for a picture.

    caption: of the style, empty where there is none. colors: as `color_words` measured them. artist, movement: as in
    `gallery.csv`, several movements with commas between them. A movement counts where the caption names no technique.
    Throws TrainingError CAPTION_EMPTY when nothing is known of the picture, CAPTION_HELD_OUT when every wording is kept
    for measuring.
    """
    if not (caption or colors or artist or movement):
        raise TrainingError("CAPTION_EMPTY", "Give a caption, colors, an artist or a movement: nothing can be said.")
    for _ in range(TRIES):
        text = compose(caption, rng, colors or [], artist, movement)
        if text and not is_held_out(text):
            return text
    known = ", ".join(repr(words) for words in (caption, artist, movement) if words)
    raise TrainingError(
        "CAPTION_HELD_OUT",
        f"{TRIES} wordings of {known or colors} are prompts that prompts.csv keeps for measuring: describe the "
        "picture in other words, or keep fewer.",
    )


def photo_caption(rng: np.random.Generator) -> str:
    """One of many wordings for a photograph of a face that was left as it was."""
    text = pick(rng, PHOTOS)
    template = pick(rng, ("{x}", "{x}", "{x}", "a {x}", "just a {x}", "{x} of me", "{x}, natural colors"))
    return template.format(x=text)
