"""One HTML page of a run: figures, summaries, loss curves, sheets, configurations; without scripts, one file."""

from __future__ import annotations

import base64
import csv
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import yaml
from numpy.typing import NDArray

from .checkpoint import write_atomically
from .errors import TrainingError

Floats = NDArray[np.float64]

PHASES = ("prior", "encoder", "base", "mapper", "few-shot")
SHEETS = 8
SHEET_WIDTH = 1100
CURVE_POINTS = 600

STYLE = """
:root { color-scheme: light dark; --ink: #1d2126; --soft: #626b76; --line: #d9dde2; --back: #fff; --mark: #1a5fb4; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e7eb; --soft: #9aa4b0; --line: #363c44; --back: #16191d; --mark: #78aeed; }
}
* { box-sizing: border-box; }
body { max-width: 70rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; color: var(--ink); background: var(--back);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1, h2, h3 { line-height: 1.2; }
h1 { margin: 0 0 .5rem; font-size: 1.75rem; }
h2 { margin: 3rem 0 1rem; padding-top: 1rem; border-top: 1px solid var(--line); font-size: 1.375rem; }
h3 { margin: 2rem 0 .5rem; font-size: 1.0625rem; }
a { color: var(--mark); }
nav a { margin-right: 1rem; }
p.note, figcaption, caption { color: var(--soft); font-size: .875rem; }
p.note { margin: .25rem 0 .75rem; }
.tables { display: flex; flex-wrap: wrap; gap: 1rem 3rem; align-items: flex-start; }
.tables > div { max-width: 100%; overflow-x: auto; }
table { border-collapse: collapse; font-size: .9375rem; font-variant-numeric: tabular-nums; }
caption { padding-bottom: .25rem; text-align: left; white-space: nowrap; }
th, td { padding: .25rem 1.25rem .25rem 0; border-bottom: 1px solid var(--line); text-align: left;
  vertical-align: top; }
th { color: var(--soft); font-weight: 400; overflow-wrap: normal; }
td.number, th.number { padding-right: .25rem; padding-left: 1.25rem; text-align: right; white-space: nowrap; }
.curves { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); gap: 1.5rem 1.75rem; }
figure { margin: 0; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--soft); font: 11px system-ui, sans-serif; font-variant-numeric: tabular-nums; }
svg text.title { fill: var(--ink); font-size: 13px; font-weight: 600; }
svg line { stroke: var(--line); }
svg polyline { fill: none; stroke: var(--mark); stroke-linejoin: round; }
svg .raw { stroke-width: .75; opacity: .5; }
svg .median { stroke-width: 2; }
svg circle { fill: var(--mark); }
img { display: block; width: 100%; height: auto; }
details { margin: 1rem 0; }
summary { cursor: pointer; }
.thumbnails { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 11rem), 1fr)); gap: 1rem;
  margin-top: .75rem; }
.thumbnails figure { cursor: zoom-in; }
.thumbnails figure:focus { grid-column: 1 / -1; cursor: auto; }
pre { overflow-x: auto; padding: .75rem 1rem; border: 1px solid var(--line); border-radius: .375rem;
  font: .8125rem/1.5 ui-monospace, monospace; overflow-wrap: normal; }
"""


@dataclass(frozen=True)
class LossCurves:
    """losses.csv in columns of one length, by step. Values are NaN where a loss was not computed."""

    steps: Floats
    pictures_per_second: Floats
    losses: dict[str, Floats]


@dataclass(frozen=True)
class PhaseRecord:
    """What a phase's folder says; `report` is run.json."""

    name: str
    folder: Path
    report: dict[str, Any]
    curves: LossCurves
    figures: dict[str, Any]


def write_report(run: Path, out: Path) -> Path:
    """Writes the page of the run in the folder `run` to `out`, whole or not at all, and returns `out`.

    Raises `TrainingError`: RUN_MISSING where no subfolder has a run.json, RUN_UNREADABLE where a file of the run is
    damaged. A sheet that cannot be decoded is no error; the page says that it is left out.
    """
    phases = read_phases(run)
    figures = read_table(run / "figures.json") if (run / "figures.json").is_file() else {}
    text = page(run.resolve().name, phases, figures)
    # names of files may hold bytes that are no UTF-8
    write_atomically(out, lambda p: p.write_text(text, encoding="utf-8", errors="replace"))
    return out


def read_phases(run: Path) -> list[PhaseRecord]:
    # phase 4 has a folder for each of its styles
    files = [*run.glob("*/run.json"), *run.glob("few-shot/*/run.json")]
    names = sorted(path.parent.relative_to(run).as_posix() for path in files if path.is_file())
    names.sort(key=lambda name: PHASES.index(phase) if (phase := name.split("/")[0]) in PHASES else len(PHASES))
    if not names:
        raise TrainingError(
            "RUN_MISSING",
            f"{run} is no run: name the folder given as --run to a phase; it has folders such as prior or base with a "
            "run.json in them.",
        )
    return [read_phase(run / name, name) for name in names]


def read_phase(folder: Path, name: str) -> PhaseRecord:
    report = read_table(folder / "run.json")
    for key in ("data", "losses", "config"):
        if not isinstance(report.setdefault(key, {}), dict):
            raise unreadable(folder / "run.json", f"{key} is no table")
    figures = folder / "figures.json"
    return PhaseRecord(
        name,
        folder,
        report,
        read_losses(folder / "losses.csv"),
        read_table(figures) if figures.is_file() else {},
    )


def unreadable(path: Path, reason: object) -> TrainingError:
    return TrainingError(
        "RUN_UNREADABLE", f"{path} is damaged ({reason}): mend it, or move it away and run the phase again."
    )


def read_table(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise unreadable(path, error) from error
    if not isinstance(values, dict):
        raise unreadable(path, "it holds no JSON object")
    return values


def read_losses(path: Path) -> LossCurves:
    """A file that is not there is one without rows: a phase that was stopped at once."""
    first = ["step", "seconds", "pictures_per_second"]
    if not path.exists():
        return LossCurves(np.empty(0), np.empty(0), {})
    try:
        with path.open(newline="", encoding="utf-8") as file:
            lines = [row for row in csv.reader(file) if row]
    except (OSError, ValueError, csv.Error) as error:
        raise unreadable(path, error) from error
    if not lines or lines[0][:3] != first:
        raise unreadable(path, f"its columns do not start with {', '.join(first)}")
    header = lines[0]
    rows = []
    for number, line in enumerate(lines[1:], 1):
        if len(line) != len(header):
            raise unreadable(path, f"row {number} has {len(line)} cells, not {len(header)}")
        try:
            rows.append([float(cell) if cell.strip() else math.nan for cell in line])
        except ValueError as error:
            raise unreadable(path, f"row {number}: {error}") from error
    values = np.array(rows, dtype=np.float64).reshape(-1, len(header))
    if not np.isfinite(values[:, 0]).all():
        raise unreadable(path, "a row has no step")
    values = values[np.argsort(values[:, 0], kind="stable")]
    columns = dict(zip(header[3:], values[:, 3:].T, strict=True))
    return LossCurves(values[:, 0], values[:, 2], columns)


def number_text(value: Any) -> str:
    """Four digits that count; nothing and what is no number are a dash; anything else as it is."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.1f}" if 1000 <= abs(value) < 1e9 else f"{value:.4g}"
    if isinstance(value, list):
        return ", ".join(number_text(v) for v in value)
    return str(value)


def page(name: str, phases: Sequence[PhaseRecord], figures: dict[str, Any]) -> str:
    links = "".join(f'<a href="#phase-{i}">{escape(p.name)}</a>' for i, p in enumerate(phases))
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta http-equiv="Content-Security-Policy" '
            "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">",
            f"<title>Training run {escape(name)}</title>",
            f"<style>{STYLE}</style>",
            "</head>",
            "<body>",
            f"<h1>Training run {escape(name)}</h1>",
            f"<nav>{links}</nav>" if len(phases) > 1 else "",
            figures_section(figures),
            *(phase_section(phase, f"phase-{i}") for i, phase in enumerate(phases)),
            "</body>",
            "</html>",
            "",
        ]
    )


def phase_section(phase: PhaseRecord, anchor: str) -> str:
    config = yaml.safe_dump(phase.report["config"], sort_keys=False, allow_unicode=True)
    return "\n".join(
        [
            f'<section id="{anchor}">',
            f"<h2>{escape(phase.name)}</h2>",
            summary(phase),
            figures_section(phase.figures),
            curves_section(phase.curves),
            sheets_section(phase.folder / "sheets"),
            f"<details><summary>Configuration</summary><pre>{escape(config)}</pre></details>",
            "</section>",
        ]
    )


def row_table(caption: str, rows: Iterable[tuple[str, Any]]) -> str:
    cells = "".join(f'<tr><th scope="row">{escape(name)}</th>{cell(value)}</tr>' for name, value in rows)
    return f"<div><table><caption>{escape(caption)}</caption><tbody>{cells}</tbody></table></div>"


def cell(value: Any) -> str:
    kind = "" if isinstance(value, str | list) else ' class="number"'
    return f"<td{kind}>{escape(number_text(value))}</td>"


def summary(phase: PhaseRecord) -> str:
    report, curves = phase.report, phase.curves
    paces = curves.pictures_per_second[np.isfinite(curves.pictures_per_second)]
    # a run that goes on has no losses in run.json before its first row, and never those not computed in the last one
    last = {name: float(v[np.isfinite(v)][-1]) for name, v in curves.losses.items() if np.isfinite(v).any()}
    told = {**last, **report["losses"]}
    losses = [(name, told[name]) for name in dict.fromkeys([*curves.losses, *told]) if name in told]
    rows = [
        ("steps", f"{number_text(report.get('steps'))} of {number_text(report.get('of'))}"),
        ("pictures", report.get("pictures")),
        ("minutes", report.get("minutes")),
        ("pictures a second", float(np.median(paces)) if len(paces) else None),
        ("device", report.get("device")),
        ("precision", report.get("precision")),
        ("processes", report.get("processes")),
        ("code", report.get("code")),
        ("package", report.get("package")),
        ("PyTorch", report.get("torch")),
        ("seed", str(report.get("seed", "–"))),
        *((f"data: {name}", digest) for name, digest in report["data"].items()),
        ("written", report.get("time")),
    ]
    # numbers stand in one column with words here, where an alignment of their own would be restless
    tables = [row_table("Summary", [(name, number_text(value)) for name, value in rows])]
    if losses:
        tables.append(row_table("Losses at the end", losses))
    return f'<div class="tables">{"".join(tables)}</div>'


def figures_section(figures: dict[str, Any]) -> str:
    if not figures:
        return ""
    return f'<h3>Figures</h3><div class="tables">{"".join(figure_tables(figures, ()))}</div>'


def figure_tables(values: dict[str, Any], path: tuple[str, ...]) -> list[str]:
    """Tables with the same keys become the rows of one; others have a table each, named by the keys that lead there."""
    inner = {name: table for name, value in values.items() if (table := as_table(value)) is not None}
    caption = " · ".join(path)
    tables = []
    plain = [(name, value) for name, value in values.items() if name not in inner]
    if plain:
        tables.append(row_table(caption, plain))
    flat = {name: flattened(table) for name, table in inner.items()}
    if len(flat) > 1 and len({tuple(t) for t in flat.values()}) == 1:
        columns = next(iter(flat.values()))
        head = "".join(f'<th scope="col" class="number">{escape(name)}</th>' for name in columns)
        body = "".join(
            f'<tr><th scope="row">{escape(name)}</th>{"".join(cell(v) for v in table.values())}</tr>'
            for name, table in flat.items()
        )
        tables.append(
            f"<div><table><caption>{escape(caption)}</caption><thead><tr><td></td>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table></div>"
        )
    else:
        tables += [made for name, table in inner.items() for made in figure_tables(table, (*path, name))]
    return tables


def as_table(value: Any) -> dict[str, Any] | None:
    """A list with tables in it counts as a table with the keys 1, 2, …"""
    if isinstance(value, list) and any(isinstance(v, dict | list) for v in value):
        return {str(i): v for i, v in enumerate(value, 1)}
    return value if isinstance(value, dict) else None


def flattened(table: dict[str, Any]) -> dict[str, Any]:
    """Tables in a table become columns of it: `photos kid`."""
    flat: dict[str, Any] = {}
    for name, value in table.items():
        inner = as_table(value)
        flat |= {name: value} if inner is None else {f"{name} {key}": v for key, v in flattened(inner).items()}
    return flat


def curves_section(curves: LossCurves) -> str:
    if not len(curves.steps) or not curves.losses:
        return '<h3>Losses</h3><p class="note">No row in losses.csv yet.</p>'
    charts = [chart(name, curves.steps, values) for name, values in curves.losses.items()]
    return (
        '<h3>Losses</h3><p class="note">Thin: the rows of losses.csv. Thick: their running median.</p>'
        f'<div class="curves">{"".join(charts)}</div>'
    )


def tick_step(span: float, count: int) -> float:
    """The smallest of 1, 2, 5 times a power of ten that cuts `span` into at most `count` parts."""
    least = span / count
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9))


def step_text(value: float) -> str:
    for unit, name in ((1e6, "M"), (1e3, "k")):
        if value >= unit:
            return f"{value / unit:g}{name}"
    return f"{value:g}"


def value_text(value: float, step: float, largest: float) -> str:
    """Digits enough to tell values `step` apart."""
    place = math.floor(math.log10(step) + 1e-9)
    if not 1e-3 <= largest < 1e5:
        return f"{value:.{max(1, math.floor(math.log10(largest)) - place + 1)}g}"
    return f"{value:.{max(0, -place)}f}"


def value_range(values: Floats) -> tuple[float, float]:
    """All of the values, unless single ones (up to 2 %) are so far away that the rest would be a flat line."""
    low, high = float(values.min()), float(values.max())
    if len(values) >= 20:
        first, last = (float(v) for v in np.percentile(values, [1, 99]))
        spread = last - first
        if spread > 0 and high - low > 4 * spread:
            low, high = max(low, first - spread / 2), min(high, last + spread / 2)
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-100):
        margin = abs(low) / 10 or 1.0
        low, high = low - margin, high + margin
    return low, high


def decimated(values: Floats, points: int) -> NDArray[np.intp]:
    """At most `points` rising indices: the ends, and the least and the greatest of equal parts, so that peaks stay."""
    if len(values) <= points:
        return np.arange(len(values))
    kept = {0, len(values) - 1}
    for part in np.array_split(np.arange(1, len(values) - 1), (points - 2) // 2):
        kept |= {int(part[values[part].argmin()]), int(part[values[part].argmax()])}
    return np.array(sorted(kept))


def running_median(values: Floats, at: NDArray[np.intp]) -> Floats:
    """The medians of a 25th of the values (at least 5) around the indices `at`, of those that there are at the ends."""
    half = max(2, len(values) // 50)
    return np.array([np.median(values[max(0, i - half) : i + half + 1]) for i in at])


def chart(name: str, steps: Floats, values: Floats) -> str:
    """A curve over steps [N], N ≥ 1, as SVG; values [N] that are NaN are left out and the line goes on over them."""
    width, height = 360, 220
    left, right, top, bottom = 52, width - 16, 30, height - 36
    end = max(float(steps.max()), 1.0)
    finite = np.isfinite(values)
    steps, values = steps[finite], values[finite]
    title = f'<text class="title" x="0" y="14">{escape(name)}</text>'
    opening = f'<svg viewBox="0 0 {width} {height if len(values) else 40}" role="img" aria-label="{escape(name)}">'
    if not len(values):
        return f'<figure>{opening}{title}<text x="0" y="34">not computed</text></svg></figure>'

    low, high = value_range(values)
    y_step = tick_step(high - low, 4)
    y_ticks = np.arange(math.floor(low / y_step + 1e-9), math.ceil(high / y_step - 1e-9) + 1) * y_step
    low, high = float(y_ticks[0]), float(y_ticks[-1])
    beyond = values[(values < low) | (values > high)]
    x_step = max(1.0, tick_step(end, 5))
    x_ticks = np.arange(0, math.floor(end / x_step + 1e-9) + 1) * x_step

    def x_of(step: float) -> float:
        return left + (right - left) * step / end

    def y_of(value: float) -> float:
        return bottom - (bottom - top) * (min(max(value, low), high) - low) / (high - low)

    def polyline(kind: str, at: NDArray[np.intp], heights: Floats) -> str:
        points = " ".join(f"{x_of(s):.1f},{y_of(v):.1f}" for s, v in zip(steps[at], heights, strict=True))
        return f'<polyline class="{kind}" points="{points}"/>'

    parts = [opening, title]
    for value in y_ticks:
        y = y_of(value)
        label = value_text(value, y_step, max(abs(low), abs(high)))
        parts.append(f'<line x1="{left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="y" x="{left - 6}" y="{y:.1f}" dy="4" text-anchor="end">{label}</text>')
    for step in x_ticks:
        x = x_of(step)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{bottom}" y2="{bottom + 4}"/>')
        parts.append(f'<text class="x" x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{step_text(step)}</text>')
    parts.append(f'<text x="{(left + right) / 2}" y="{height - 4}" text-anchor="middle">step</text>')
    at = decimated(values, CURVE_POINTS)
    if len(values) == 1:
        parts.append(f'<circle r="3" cx="{x_of(steps[0]):.1f}" cy="{y_of(values[0]):.1f}"/>')
    else:
        parts.append(polyline("raw", at, values[at]))
        even = np.unique(np.linspace(0, len(values) - 1, CURVE_POINTS).round().astype(np.intp))
        parts.append(polyline("median", even, running_median(values, even)))
    parts.append("</svg>")
    note = ""
    if len(beyond):
        extremes = f"{number_text(float(beyond.min()))} to {number_text(float(beyond.max()))}"
        note = f"<figcaption>Beyond the axis: {len(beyond)} of {len(values)} values, {extremes}.</figcaption>"
    return f"<figure>{''.join(parts)}{note}</figure>"


def evenly(paths: Sequence[Path], count: int) -> list[Path]:
    """At most `count` of them with the first and the last."""
    indices = np.linspace(0, len(paths) - 1, min(count, len(paths))).round().astype(int)
    return [paths[i] for i in indices]


def jpeg(path: Path) -> bytes | None:
    """A picture at most `SHEET_WIDTH` pixels wide; nothing if it cannot be decoded."""
    try:
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if picture is None:
            return None
        height, width = picture.shape[:2]
        if width > SHEET_WIDTH:
            size = (SHEET_WIDTH, max(1, round(height * SHEET_WIDTH / width)))
            picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 88])
    except cv2.error:  # for one, more pixels than OpenCV takes
        return None
    return bytes(data) if done else None


def sheets_section(folder: Path) -> str:
    paths = sorted((p for p in folder.glob("*.png") if p.is_file()), key=lambda p: (len(p.stem), p.stem))
    figures, failed = [], []
    for path in evenly(paths, SHEETS):
        data = jpeg(path)
        if data is None:
            failed.append(path.name)
            continue
        caption = f"Step {int(path.stem):,}" if path.stem.isdecimal() else path.stem
        source = f"data:image/jpeg;base64,{base64.b64encode(data).decode()}"
        image = f'<img src="{source}" alt="Sheet {escape(path.name)}">'
        figures.append(f"{image}<figcaption>{escape(caption)}</figcaption>")
    parts = ["<h3>Sheets</h3>"]
    parts += [f'<p class="note">{escape(name)} is left out: it cannot be decoded.</p>' for name in failed]
    if not paths:
        parts.append('<p class="note">No sheet yet.</p>')
    if figures:
        parts.append(f"<figure>{figures[-1]}</figure>")
    if len(figures) > 1:
        # focus instead of a script: a click or the tab key makes a thumbnail as wide as the page
        small = "".join(f'<figure tabindex="0">{figure}</figure>' for figure in figures[:-1])
        text = f"{len(figures) - 1} earlier of {len(paths)} sheets; a click makes one large"
        parts.append(f'<details><summary>{text}</summary><div class="thumbnails">{small}</div></details>')
    return "".join(parts)
