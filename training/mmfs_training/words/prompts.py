"""Prompts that measure the text tower: five for each of its styles, and which of them no caption may hold."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..common.errors import TrainingError


@dataclass(frozen=True)
class Prompt:
    """style: the folder's name in the art set. seen: captions in training may hold these words."""

    style: str
    prompt: str
    seen: bool


PROMPTS = Path(__file__).parent / "prompts.csv"


@cache
def read_prompts(path: Path = PROMPTS) -> tuple[Prompt, ...]:
    """All rows of a CSV with the columns style, prompt and seen (yes or no).

    Raises `TrainingError` PROMPTS_UNREADABLE.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = csv.DictReader(file)
            prompts = []
            for row in rows:
                if not row["style"] or not (row["prompt"] or "").strip() or row["seen"] not in ("yes", "no"):
                    raise ValueError(f"line {rows.line_num} needs a style, a prompt, and yes or no")
                prompts.append(Prompt(row["style"], row["prompt"], row["seen"] == "yes"))
        if not prompts:
            raise ValueError("it has no rows")
    except KeyError as error:
        raise TrainingError("PROMPTS_UNREADABLE", f"{path} lacks the column {error.args[0]}: add it.") from error
    except (OSError, ValueError, csv.Error) as error:
        raise TrainingError("PROMPTS_UNREADABLE", f"{path} cannot be used ({error}): mend it.") from error
    return tuple(prompts)


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
