"""A photograph and what several manners need of it, computed once."""

from __future__ import annotations

from functools import cached_property

import cv2
import numpy as np

from .arrays import Floats, blur, floats, luma, smoothstep
from .flow import Flow
from .noise import Noise
from .smoothing import flattened, flattened_tone, guided, kuwahara
from .tone import lifted, tone_mapped

COLOR_LIFT = 0.35


class Photo:
    """rgb: float32 [H, W, 3] in [0, 1]; sides multiples of 4, a face about 400 to 600 px from chin to crown.

    Everything here is local, except that no filter reaches further than about 60 pixels: no histogram, no percentile,
    no mean over the picture. So light in a photo is light in the drawing whoever else is in the picture, and a network
    that sees a crop sees enough.
    """

    def __init__(self, rgb: Floats, noise: Noise) -> None:
        if noise.full.shape != rgb.shape[:2]:
            raise ValueError(f"noise of {noise.full.shape} does not belong to a picture of {rgb.shape[:2]}")
        self.rgb, self.noise = floats(rgb), noise

    @cached_property
    def luma(self) -> Floats:
        return luma(self.rgb)

    @cached_property
    def base(self) -> Floats:
        """Large light and shade in [0, 1]: the luma without wrinkles and strands."""
        return guided(self.luma, self.luma, 14, 0.006)

    @cached_property
    def tone(self) -> Floats:
        """How light a drawing is here, in [0, 1]: see `tone_mapped`."""
        return tone_mapped(self.luma, self.base)

    @cached_property
    def broad(self) -> Floats:
        """`tone` without detail."""
        return lifted(self.base)

    @cached_property
    def flow(self) -> Flow:
        """Fine: follows lids, lips and strands."""
        return Flow(self.rgb, 2.0)

    @cached_property
    def wide_flow(self) -> Flow:
        """Coarse: follows cheeks and locks."""
        return Flow(blur(self.rgb, 3.0), 9.0, resting=4e-5)

    @cached_property
    def color(self) -> Floats:
        """The photo in full colour, its darks lifted a third of the way to `tone`; hue and chroma kept in Lab."""
        lab = cv2.cvtColor(self.rgb, cv2.COLOR_RGB2LAB)
        light = blur(self.luma, 0.5)
        wanted = COLOR_LIFT * self.tone + (1 - COLOR_LIFT) * (self.luma + 0.3 * (self.luma - self.base))
        gain = np.clip((wanted + 0.02) / (light + 0.02), 0.7, 1.7)[..., None]
        lifted_lab = cv2.cvtColor(floats(np.clip(self.rgb * gain, 0, 1)), cv2.COLOR_RGB2LAB)
        # dark colours hold little chroma: what the photo's own hue allows at the new lightness
        lab[..., 0] = lifted_lab[..., 0]
        lab[..., 1:] = 0.5 * lab[..., 1:] + 0.5 * lifted_lab[..., 1:]
        return floats(np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0, 1))

    @cached_property
    def calm(self) -> Floats:
        """`color` in small even patches with clean edges, as a brush would leave them."""
        return self.flow.along(kuwahara(self.color, 5), 3.0)

    @cached_property
    def flat(self) -> Floats:
        """`color` in large even areas."""
        return self.flow.along(flattened(self.color, 3, 5, 0.09), 2.0)

    @cached_property
    def fine_tone(self) -> Floats:
        """`tone` without the grain of the photo: what lines are found in."""
        return blur(self.tone, 0.6)

    @cached_property
    def flat_tone(self) -> Floats:
        """`tone` in large even areas with clean edges."""
        return self.flow.along(flattened_tone(self.tone), 3.0)

    @cached_property
    def detail(self) -> Floats:
        """Where small things are, in [0, 1]: eyes, mouth, wrinkles, strands; there a finer tool is taken."""
        return smoothstep(blur(np.abs(self.tone - blur(self.tone, 3)), 3), 0.022, 0.065)
