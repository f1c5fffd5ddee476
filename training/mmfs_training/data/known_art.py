"""Art whose photo is known, for phases that compare the two."""

from __future__ import annotations

from ..common.errors import TrainingError
from .folders import ArtFolder, Artwork, PhotoFolder, training_art


class KnownArt:
    """The art of which the training photo is known, with what else there is of its style."""

    def __init__(self, art: ArtFolder, photos: PhotoFolder) -> None:
        stems = {path.stem: path for path in photos.training}
        self.works = [work for work in training_art(art, photos) if work.photo in stems]
        if not self.works:
            raise TrainingError(
                "PAIRS_MISSING", f"No art in {art.folder} names one of the photos: leave mapper.art out, or give pairs."
            )
        self.photos = [stems[str(work.photo)] for work in self.works]
        self.captions = sorted({work.caption for work in self.works})
        self.by_style: dict[str, list[Artwork]] = {}
        for work in training_art(art, photos):  # the artwork itself among them, which was made from no photo
            self.by_style.setdefault(work.style, []).append(work)

    def another(self, work: Artwork, choice: float) -> Artwork:
        """Art of the same style, not made from this photo, by a number in [0, 1); the same where it is the only one."""
        others = [other for other in self.by_style[work.style] if other.photo != work.photo]
        return others[int(choice * len(others))] if others else work
