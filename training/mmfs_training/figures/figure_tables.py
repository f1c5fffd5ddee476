"""Figures as lines of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .seed_diversity import SEEDS

PSNR_LABELS = {"psnr": "mean", "worstTenth": "worst tenth", "worst": "worst", "best": "best"}


@dataclass(frozen=True)
class Column:
    title: str
    keys: tuple[str, ...]
    digits: int
    factor: int = 1

    def find(self, row: Mapping[str, Any]) -> Any:
        value: Any = row
        for key in self.keys:
            value = value.get(key) if value is not None else None
        return value


COLUMNS = (
    Column("structure", ("structure",), 3),
    Column("identity", ("identity",), 3),
    Column("art", ("art",), 0),
    Column("KID×1000", ("kid",), 2, 1000),
    Column("of photos", ("photos", "kid"), 2, 1000),
    Column("of halves", ("artHalves", "kid"), 2, 1000),
    Column("Fréchet", ("frechet",), 2),
    Column("of photos", ("photos", "frechet"), 2),
    Column("of halves", ("artHalves", "frechet"), 2),
)


def table(figures: Mapping[str, Any]) -> str:
    """The figures as lines of text; KIDs times 1000."""
    psnrs = figures["reconstruction"]
    lines = [
        f"{figures['pictures']} faces, photo code: "
        + ", ".join(f"{label} {number(psnrs[key], 2)}" for key, label in PSNR_LABELS.items())
        + " (PSNR, dB)",
    ]
    if "diversity" in figures:
        lines.append(
            f"cosine distance of features: one face, {SEEDS} z {number(figures['diversity']['seeds'], 4)}; "
            f"one z, different faces {number(figures['diversity']['faces'], 4)}"
        )
    rows = {**figures["presets"], "all presets": figures["all"]}
    width = max(map(len, rows))
    columns = [column for column in COLUMNS if any(column.find(row) is not None for row in rows.values())]
    lines.append(" ".join([" " * width, *(column.title for column in columns)]))
    for name, row in rows.items():
        cells = [number(column.find(row), column.digits, column.factor).rjust(len(column.title)) for column in columns]
        lines.append(" ".join([name.ljust(width), *cells]))
    return "\n".join(lines)


def number(value: float | None, digits: int, factor: int = 1) -> str:
    return "-" if value is None else f"{value * factor:.{digits}f}"


def grid(rows: Sequence[Sequence[str]]) -> str:
    """Cells in columns, the first to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))]).rstrip()
        for row in rows
    )


def percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def confusion_table(confusion: Mapping[str, Mapping[str, float]]) -> str:
    """A row a style asked for, a column a style seen, numbered as the rows; in percent, a point for nothing."""
    seen = list(next(iter(confusion.values())))
    head = ["asked for \\ seen", *(str(i) for i in range(1, len(seen) + 1))]
    number_of = {style: i for i, style in enumerate(seen, 1)}
    rows = [
        [f"{number_of[asked]} {asked}", *(f"{100 * share:.0f}" if share else "." for share in row.values())]
        for asked, row in confusion.items()
    ]
    return grid([head, *rows])


def judge_line(judge: Mapping[str, Any]) -> str:
    return (
        f"judge, on {judge['heldOut']} artworks of photos that it did not see: {percent(judge['accuracy'])}, "
        f"on softened copies {percent(judge['softenedAccuracy'])}"
    )


def hits_row(name: str, hits: Mapping[str, Any]) -> list[str]:
    return [name, str(hits["count"]), percent(hits["hitRate"]), percent(hits["majority"])]


PARTS = (("seen", "… whose words captions may hold"), ("heldOut", "… held out of all captions"))


def prompt_tables(judge: Mapping[str, Any], prompts: Mapping[str, Any], presets: Mapping[str, Any]) -> str:
    """Hit rates of prompts and presets, both confusion tables, and every prompt; presets may be empty."""
    hits = [["", "count", "of faces", "of majorities"], hits_row("prompts", prompts)]
    hits += [hits_row(label, prompts[name]) for name, label in PARTS if name in prompts]
    hits += [hits_row("presets", presets)] if presets else []
    lines = [f"Prompts, {prompts['faces']} faces each", judge_line(judge), grid(hits)]
    lines.append(f"direction {number(prompts['direction'], 3)}, structure {number(prompts['structure'], 3)}")
    if "kid" in prompts:
        of_photos = (prompts["photos"] or {}).get("kid")
        lines.append(
            f"KID×1000 {number(prompts['kid'], 2, 1000)} (photos {number(of_photos, 2, 1000)}, "
            f"halves of the art {number(prompts['artHalves']['kid'], 2, 1000)}), "
            f"Fréchet {number(prompts['frechet'], 2)}"
        )
    if "diversity" in prompts:
        spread = prompts["diversity"]
        lines.append(
            f"cosine distance of features: one face, all prompts {number(spread['codes'], 4)}; "
            f"one prompt, different faces {number(spread['faces'], 4)}"
        )
    lines += ["Prompts, what the judge sees (%)", confusion_table(prompts["confusion"])]
    if presets:
        lines += ["Presets, what the judge sees (%)", confusion_table(presets["confusion"])]
    each = []
    for row in prompts["each"]:
        wording = "seen" if row["seen"] else "held out"
        cells = [row["prompt"], row["style"], wording, percent(row["hitRate"])]
        each.append([*cells, number(row["direction"], 3), number(row["structure"], 3)])
    lines.append(grid([["prompt", "style", "wording", "of faces", "direction", "structure"], *each]))
    return "\n".join(lines)


def reference_tables(title: str, figures: Mapping[str, Any]) -> str:
    """Nearest of N, then every reference with its figures and the table of distances."""
    names = list(figures["each"])
    lines = [
        f"{title}, {figures['references']} of them, {figures['faces']} faces each: nearest is its own "
        f"{percent(figures['nearest'])} of results, {percent(figures['nearestOfMean'])} of references; mean rank "
        f"{number(figures['meanRank'], 2)}, direction {number(figures['direction'], 3)}, "
        f"structure {number(figures['structure'], 3)}"
    ]
    rows = [["", "nearest", "rank", "direction", "structure", *(f"to {name}" for name in names)]]
    for name, each in figures["each"].items():
        own = [percent(each["nearest"]), number(each["meanRank"], 2)]
        own += [number(each["direction"], 3), number(each["structure"], 3)]
        rows.append([name, *own, *(number(figures["distances"][name][other], 2) for other in names)])
    lines.append(grid(rows))
    return "\n".join(lines)


def strength_table(rows: Sequence[Mapping[str, Any]]) -> str:
    head = ["strength", "PSNR to photo", "to reconstruction", "structure", *rows[0]["presets"]]
    cells = []
    for row in rows:
        figures = [number(row[key], 2) for key in ("strength", "psnr", "psnrToReconstruction")]
        structures = [number(each["structure"], 3) for each in (row, *row["presets"].values())]
        cells.append([*figures, *structures])
    return "Strength (under a preset's name: its structure)\n" + grid([head, *cells])
