"""Lines where a picture is darker than what lies beside it: difference of Gaussians along the flow."""

from __future__ import annotations

from .arrays import Floats, blur, smoothstep
from .flow import Flow

RATIO = 1.6


def dark_lines(tone: Floats, flow: Flow, sigma: float, floor: float, gain: float, length: float = 3.0) -> Floats:
    """Strength of lines in [0, 1]: G(1.6 sigma) - G(sigma) of the tone [H, W], above `floor`, full at `floor + 1/gain`.

    Separable flow-based difference of Gaussians (Kyprianidis & Döllner 2008), without the tone that XDoG (Winnemöller
    et al. 2012) adds to it, so that flat grounds stay flat: what is below the floor is no line. sigma: half the width
    of a line, in pixels; length: deviation of the smoothing along the flow, in pixels.
    """
    response = blur(tone, RATIO * sigma) - blur(tone, sigma)
    return smoothstep(flow.along(response, length), floor, floor + 1 / gain)


def light_lines(tone: Floats, flow: Flow, sigma: float, floor: float, gain: float, length: float = 3.0) -> Floats:
    """The same where a picture is lighter than what lies beside it: highlights, teeth, strands of hair."""
    return dark_lines(1 - tone, flow, sigma, floor, gain, length)
