"""Prompts that measure the text tower: five for each of twelve styles, and which of them no caption may hold."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Prompt:
    """style: the folder's name in the art set. seen: captions in training may hold these words."""

    style: str
    prompt: str
    seen: bool


@cache
def read_prompts() -> tuple[Prompt, ...]:
    """All rows of `prompts.csv`."""
    with (Path(__file__).parent / "prompts.csv").open(newline="", encoding="utf-8") as file:
        return tuple(Prompt(row["style"], row["prompt"], row["seen"] == "yes") for row in csv.DictReader(file))


def plain_words(text: str) -> str:
    """Lower-cased words with one space between them: what a phrase is compared by."""
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


@cache
def held_out() -> tuple[str, ...]:
    return tuple(plain_words(p.prompt) for p in read_prompts() if not p.seen)


def is_held_out(text: str) -> bool:
    """Does the text hold a prompt that is kept for measuring, as a whole phrase?"""
    words = f" {plain_words(text)} "
    return any(f" {phrase} " in words for phrase in held_out())
