"""Numbers as text, and losses as curves in SVG."""

from __future__ import annotations

import math
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .read import Floats, LossCurves

CURVE_POINTS = 600


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
