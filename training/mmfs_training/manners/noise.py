"""Noise that strokes are drawn from: the maps that the decoder is given.

A network cannot know strokes that chance decided elsewhere, and an L1 loss averages them away. So whatever is random in
a manner is drawn from unit normal maps at S/4, S/2 and S, and whoever trains on the pair gives the decoder these very
maps (the first of each pair that belongs to a resolution: `DECODER_PLACES` among the nine of
`networks.noise_shapes`). The stroke is then a function of what the decoder has. Through the convolutions that follow
the map at S/2 it sees about five pixels around a place, so strokes of more than six or so are its to know in part only.
All filters here are local and fixed, so a crop of the drawing is the drawing of the crop.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from .arrays import Floats, blur, floats
from .flow import Flow

# scale of a map, as the divisor of the picture's side, to its place among the decoder's nine
DECODER_PLACES = {4: 3, 2: 5, 1: 7}


def seed_of(name: str) -> int:
    """The seed of the noise of a picture that has this name (the stem of its file)."""
    return zlib.crc32(name.encode())


@dataclass(frozen=True)
class Noise:
    """Unit normal maps: quarter [H/4, W/4], half [H/2, W/2], full [H, W]."""

    quarter: Floats
    half: Floats
    full: Floats

    @classmethod
    def draw(cls, height: int, width: int, seed: int) -> Noise:
        """Sides are multiples of 4."""
        if height % 4 or width % 4:
            raise ValueError(f"the sides of a picture must be multiples of 4, not {height} x {width}")
        maps = [
            np.random.default_rng((seed, scale)).standard_normal((height // scale, width // scale), np.float32)
            for scale in DECODER_PLACES
        ]
        return cls(*maps)

    def maps(self) -> dict[int, Floats]:
        """The maps by place among the decoder's nine."""
        return dict(zip(DECODER_PLACES.values(), (self.quarter, self.half, self.full), strict=True))

    def enlarged(self, scale: int) -> Floats:
        """The map of 1/scale, resampled to the picture's size (cubic)."""
        source = {4: self.quarter, 2: self.half, 1: self.full}[scale]
        height, width = self.full.shape
        return source if scale == 1 else floats(cv2.resize(source, (width, height), interpolation=cv2.INTER_CUBIC))

    def grain(self, sigma: float, scale: int = 1) -> Floats:
        """Isotropic grain of unit deviation, blurred by sigma pixels."""
        return blur(self.enlarged(scale), sigma) / _deviation("grain", scale, sigma)

    def hatching(self, degrees: float, period: float, length: float, scale: int = 2, width: float = 0.55) -> Floats:
        """Wavy parallel lines of unit deviation: Gabor noise (Lagae et al. 2009), a band around one frequency.

        degrees: direction of the lines, counter-clockwise from the x axis; period: pixels from line to line; length:
        deviation of the kernel along the lines, in pixels; width: that across them, in periods.
        """
        kernel = gabor(degrees, period, length, width)
        filtered = cv2.filter2D(self.enlarged(scale), cv2.CV_32F, kernel, borderType=cv2.BORDER_REFLECT_101)
        return floats(filtered / _deviation("gabor", scale, degrees, period, length, width))

    def screen(self, degrees: float, period: float, length: float, scale: int = 2, width: float = 0.6) -> Floats:
        """As `hatching`, in [-1, 1]: the cosine of its phase, so that lines are whole wherever they are thin."""
        even = self.hatching(degrees, period, length, scale, width)
        kernel = gabor(degrees, period, length, width, math.pi / 2)
        odd = cv2.filter2D(self.enlarged(scale), cv2.CV_32F, kernel, borderType=cv2.BORDER_REFLECT_101)
        odd /= _deviation("gabor", scale, degrees, period, length, width, math.pi / 2)
        return floats(even / np.sqrt(even * even + odd * odd + 0.02))

    def dots(self, pitch: float, scale: int = 2) -> Floats:
        """Isotropic band-passed noise of unit deviation, whose maxima lie about `pitch` pixels apart: stipple that
        never clumps (a difference of Gaussians of white noise)."""
        source = self.enlarged(scale)
        sigma = pitch / 4.4
        return floats((blur(source, sigma) - blur(source, 1.8 * sigma)) / _deviation("dots", scale, pitch))

    def strokes(self, flow: Flow, sigma: float, length: float, scale: int = 4) -> Floats:
        """Strokes of unit deviation along a flow: grain of `sigma` pixels drawn out by `length` pixels (line integral
        convolution of noise, Cabral & Leedom 1993)."""
        return floats(
            flow.along(blur(self.enlarged(scale), sigma), length) / _deviation("strokes", scale, sigma, length)
        )


@lru_cache
def gabor(degrees: float, period: float, length: float, width: float, phase: float = 0.0) -> Floats:
    """The kernel of `Noise.hatching`."""
    across = width * period
    reach = math.ceil(2.2 * max(length, across))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    a = math.radians(degrees)
    u, v = x * math.cos(a) - y * math.sin(a), x * math.sin(a) + y * math.cos(a)
    envelope = np.exp(-0.5 * ((u / length) ** 2 + (v / across) ** 2))
    kernel = envelope * np.cos(2 * math.pi * v / period - phase)
    kernel -= envelope * kernel.sum() / envelope.sum()
    return floats(kernel)


@lru_cache
def _deviation(kind: str, scale: int, *options: float) -> float:
    """Deviation of a filter's output, measured once on a large draw: dividing by a picture's own would not be local."""
    trial = Noise.draw(768, 768, 1)
    source = trial.enlarged(scale)
    if kind == "grain":
        out = blur(source, options[0])
    elif kind == "strokes":
        line = cv2.getGaussianKernel(2 * math.ceil(2 * options[1]) + 1, options[1])
        out = cv2.filter2D(blur(source, options[0]), cv2.CV_32F, line.reshape(1, -1))
    elif kind == "gabor":
        out = cv2.filter2D(source, cv2.CV_32F, gabor(*options))
    else:
        sigma = options[0] / 4.4
        out = blur(source, sigma) - blur(source, 1.8 * sigma)
    return float(out[64:-64, 64:-64].std())
