"""How far two pictures are apart in style: in their colours, and in their strokes. What is shown does not count.

colours: the sliced Wasserstein distance of their pixels in OKLab (Rabin et al. 2011, "Wasserstein barycenter and its
application to texture mixing"; Bonneel et al. 2015), the root of the mean squared difference of sorted projections on
directions spread evenly over the half sphere. 0.02 is a difference that is just seen between two plain colours.

texture: the root mean squared difference of the logarithms of energies at several scales: of the bands of a Laplacian
pyramid of OKLab's L, a and b (Burt & Adelson 1983), and of L's gradients in four orientations. These are among the
statistics that decide what a texture looks like (Heeger & Bergen 1995, "Pyramid-based texture analysis/synthesis";
Portilla & Simoncelli 2000). 0.7 is a factor of two in contrast everywhere.

`style_distances` scales each by its mean over all pairs, since they have different units, and adds them. No network is
asked, so none that the model was trained with can flatter it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..data.pictures import Pictures
from ..words.color_words import oklab

Numbers = NDArray[np.float64]

COLOUR_SIDE, SLICES = 64, 32
BANDS, ORIENTATIONS = 5, 4
FLOOR = 0.004


def half_sphere(count: int) -> Numbers:
    """Unit vectors [count, 3] spread evenly over half of the sphere (a Fibonacci lattice); the rest are opposites."""
    turn = np.pi * (3 - np.sqrt(5))
    height = (np.arange(count) + 0.5) / count
    radius = np.sqrt(1 - height**2)
    angle = turn * np.arange(count)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle), height])


@dataclass(frozen=True)
class StyleOf:
    """colours: sorted projections of the pixels [slices, pixels]. texture: logarithms of energies [T]."""

    colours: Numbers
    texture: Numbers


def style_of(picture: Pictures) -> StyleOf:
    """RGB bytes [S, S, 3]; pictures to be compared should have one S of at least 64, since scales are in pixels."""
    small = np.asarray(cv2.resize(picture, (COLOUR_SIDE, COLOUR_SIDE), interpolation=cv2.INTER_AREA), np.uint8)
    colours = np.sort(half_sphere(SLICES) @ oklab(small).reshape(-1, 3).T, axis=1)
    return StyleOf(colours, texture_energies(picture))


def texture_energies(picture: Pictures) -> Numbers:
    """RGB bytes [S, S, 3] to the logarithms of 5 × (3 bands' and 4 orientations') root mean squares, OKLab's unit."""
    energies = []
    level = oklab(picture)
    for _ in range(BANDS):
        coarse = cv2.pyrDown(level)
        band = level - cv2.pyrUp(coarse, dstsize=(level.shape[1], level.shape[0]))
        energies.extend((band**2).mean((0, 1)))
        x, y = (cv2.Sobel(level[:, :, 0], cv2.CV_64F, *order, scale=1 / 8) for order in ((1, 0), (0, 1)))
        angles = np.arange(ORIENTATIONS) * np.pi / ORIENTATIONS
        energies.extend(((x * np.cos(angle) + y * np.sin(angle)) ** 2).mean() for angle in angles)
        level = coarse
    return np.log(np.sqrt(energies) + FLOOR)


def colour_distance(a: StyleOf, b: StyleOf) -> float:
    """Sliced Wasserstein distance of the pixels in OKLab."""
    return float(np.sqrt(((a.colours - b.colours) ** 2).mean()))


def texture_distance(a: StyleOf, b: StyleOf) -> float:
    """Root mean squared difference of the logarithms of energies."""
    return float(np.sqrt(((a.texture - b.texture) ** 2).mean()))


def style_distances(rows: Sequence[StyleOf], columns: Sequence[StyleOf]) -> Numbers:
    """Colours and texture, each divided by its mean over all pairs, added: [rows, columns], their mean is 2 (or 0)."""
    total = np.zeros((len(rows), len(columns)))
    for distance in (colour_distance, texture_distance):
        table = np.array([[distance(row, column) for column in columns] for row in rows])
        total += table / max(table.mean(), 1e-12)
    return total
