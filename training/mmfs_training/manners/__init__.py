"""Manners of drawing, printing and painting by non-photorealistic rendering: the project's own teacher of crisp lines.

    from mmfs_training.manners import MANNERS, Noise, Photo
    photo = Photo(rgb, Noise.draw(height, width, seed_of("name")))
    picture = MANNERS["red chalk"].draw(photo)

Pictures are float32 RGB [H, W, 3] in [0, 1]. The constants were chosen by eye. `python -m mmfs_training manners`
draws sheets.
"""

from __future__ import annotations

from . import (
    art_nouveau,
    ballpoint,
    blueprint,
    brush_ink,
    cartoon,
    charcoal,
    colored_pencil,
    comic,
    engraving,
    gouache,
    line_art,
    linocut,
    neon,
    night_oil,
    oil,
    pastel,
    pen_crosshatch,
    pencil,
    pop_print,
    red_chalk,
    risograph,
    sepia_wash,
    slate_chalk,
    stipple,
    ukiyo_e,
    watercolour,
    woodcut,
)
from .manner import Manner
from .noise import DECODER_PLACES, Noise, seed_of
from .photo import Photo

MANNERS: dict[str, Manner] = {
    module.MANNER.name: module.MANNER
    for module in (
        red_chalk,
        pencil,
        charcoal,
        brush_ink,
        line_art,
        engraving,
        linocut,
        comic,
        pop_print,
        neon,
        watercolour,
        gouache,
        oil,
        ballpoint,
        stipple,
        slate_chalk,
        blueprint,
        ukiyo_e,
        art_nouveau,
        pen_crosshatch,
        pastel,
        night_oil,
        woodcut,
        cartoon,
        risograph,
        sepia_wash,
        colored_pencil,
    )
}


def folder_of(name: str) -> str:
    """The folder of a manner's drawings."""
    return name.replace(" ", "-")


def name_of(folder: str) -> str:
    """The name of the style whose drawings lie in a folder: the inverse of `folder_of` for manners."""
    known = {folder_of(name): name for name in MANNERS}
    return known.get(folder, folder.replace("-", " "))


__all__ = ["DECODER_PLACES", "MANNERS", "Manner", "Noise", "Photo", "folder_of", "name_of", "seed_of"]
