"""One HTML page of a run: figures, summaries, loss curves, sheets, configurations; without scripts, one file."""

from __future__ import annotations

import argparse
import base64
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import yaml

from ...common.errors import command
from ...common.files import write_atomically
from .charts import curves_section, number_text
from .read import PhaseRecord, read_phases, read_table

SHEETS = 8
SHEET_WIDTH = 1100

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


@command
def main(arguments: list[str] | None) -> None:
    parser = argparse.ArgumentParser(prog="python -m mmfs_training report", description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--out", type=Path, help="by default RUN/report.html")
    args = parser.parse_args(arguments)
    print(write_report(args.run, args.out or args.run / "report.html"))
