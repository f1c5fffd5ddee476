"""Says in which of the art's styles a picture is: the judge of what prompts and presets make.

Logistic regression on statistics of colour and texture, trained on the art set apart from everything that it judges: it
shares no weights and no features with the generator or the towers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from ..common.errors import TrainingError
from ..data.folders import Artwork
from ..data.pictures import Pictures, read_square
from ..words.color_words import oklab

Statistics = NDArray[np.float64]

COLOUR_SIDE = 64
QUANTILES = (0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98)
HUES, CHROMA_SCALE = 12, 0.05
BANDS, ORIENTATIONS = 5, 8
HELD_OUT = 0.2


def colour_statistics(picture: Pictures) -> Statistics:
    """RGB bytes [S, S, 3] to quantiles of OKLab's L, a, b and of chroma, their correlations, and a histogram of hues.

    Of the picture at 64 px, so that grain is left to `texture_statistics`. A pixel counts in the histogram by its
    chroma: a grey one has no hue.
    """
    if picture.shape[0] > COLOUR_SIDE:
        picture = np.asarray(cv2.resize(picture, (COLOUR_SIDE, COLOUR_SIDE), interpolation=cv2.INTER_AREA), np.uint8)
    lab = oklab(picture).reshape(-1, 3)
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    quantiles = np.quantile(np.column_stack([lab, chroma]), QUANTILES, axis=0)
    spread = np.cov(lab.T) + 1e-6 * np.eye(3)
    deviation = np.sqrt(np.diag(spread))
    correlations = (spread / np.outer(deviation, deviation))[np.triu_indices(3, 1)]
    hue = np.arctan2(lab[:, 2], lab[:, 1]) / (2 * np.pi) * HUES
    low = np.floor(hue)
    share = hue - low
    hues = sum(
        np.bincount((low + step).astype(int) % HUES, chroma * weight, HUES)
        for step, weight in ((0, 1 - share), (1, share))
    )
    return np.concatenate([quantiles.ravel(), np.log(deviation), correlations, hues / len(lab) / CHROMA_SCALE])


def texture_statistics(picture: Pictures) -> Statistics:
    """RGB bytes [S, S, 3] to what its strokes are like at five scales: 5 × (energy, sparseness, asymmetry, directions).

    A Laplacian pyramid (Burt & Adelson 1983) of the luma: log of each band's standard deviation, its log kurtosis and
    its skewness (Portilla & Simoncelli 2000), and the share of the gradients' energy in each of eight directions.
    """
    level = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float64) / 255
    parts = []
    for _ in range(BANDS):
        coarse = cv2.pyrDown(level)
        band = level - cv2.pyrUp(coarse, dstsize=(level.shape[1], level.shape[0]))
        deviation = float(band.std()) + 1e-4
        unit = (band - band.mean()) / deviation
        gx, gy = cv2.Sobel(level, cv2.CV_64F, 1, 0), cv2.Sobel(level, cv2.CV_64F, 0, 1)
        energy = gx**2 + gy**2
        direction = (np.arctan2(gy, gx) % np.pi / np.pi * ORIENTATIONS).astype(int) % ORIENTATIONS
        directions = np.bincount(direction.ravel(), energy.ravel(), ORIENTATIONS) / (energy.sum() + 1e-6)
        parts.append([np.log(deviation), np.log((unit**4).mean() + 1), (unit**3).mean(), *directions])
        level = coarse
    return np.concatenate(parts)


def statistics(picture: Pictures) -> Statistics:
    """RGB bytes [S, S, 3]; S must be that of the pictures trained on, since strokes are measured in pixels."""
    return np.concatenate([colour_statistics(picture), texture_statistics(picture)])


def softened(picture: Pictures, rng: np.random.Generator) -> Pictures:
    """Blurred, in other colours and compressed, at random: a network's results are softer than the art, and paler."""
    values = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 1.6)).astype(np.float32)
    values = (values - 127.5) * rng.uniform(0.8, 1.1) + 127.5 + rng.normal(0, 6) + rng.normal(0, 3, 3)
    data = cv2.imencode(
        ".jpg", np.clip(values, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(60, 96))]
    )[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


@dataclass(frozen=True)
class StyleJudge:
    """styles: what it tells apart, sorted. accuracy, softened_accuracy: shares of the art made from held-out photos,
    and of softened copies of it, that it puts right. trained, held_out: numbers of artworks."""

    styles: tuple[str, ...]
    classifier: Any
    accuracy: float
    softened_accuracy: float
    trained: int
    held_out: int

    def __call__(self, picture: Pictures) -> str:
        """The style of RGB bytes [S, S, 3], S as in training."""
        return str(self.classifier.predict(statistics(picture)[None])[0])

    def report(self) -> dict[str, Any]:
        return {
            "accuracy": self.accuracy,
            "softenedAccuracy": self.softened_accuracy,
            "trained": self.trained,
            "heldOut": self.held_out,
        }


def held_out_photos(works: Sequence[Artwork]) -> NDArray[np.bool_]:
    """Which works were made from the fifth of the photos that is kept from training."""
    origins = [work.photo or str(work.path) for work in works]
    known = sorted(set(origins))
    order = np.random.default_rng(0).permutation(len(known))
    kept = {known[i] for i in order[: round(len(known) * HELD_OUT)]}
    return np.array([origin in kept for origin in origins])


def train_style_judge(works: Sequence[Artwork], styles: Sequence[str], size: int) -> StyleJudge:
    """From the works that are of `styles`, read at `size` pixels. The same works give the same judge.

    Raises `TrainingError`: STYLE_UNKNOWN for a style without works, ART_TOO_FEW where a style lacks works on one side
    of the split, JUDGE_STYLES for fewer than two styles, EXTRA_MISSING without scikit-learn.
    """
    try:
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
    except ImportError as error:
        raise TrainingError(
            "EXTRA_MISSING", "The judge of styles needs scikit-learn: pip install 'mmfs-training[evaluate]'."
        ) from error
    names = tuple(sorted(set(styles)))
    if len(names) < 2:
        raise TrainingError("JUDGE_STYLES", "A judge tells at least two styles apart: name more of them.")
    unknown = sorted(set(names) - {work.style for work in works})
    if unknown:
        raise TrainingError("STYLE_UNKNOWN", f"The art has no style {', '.join(unknown)}: give art of every style.")
    chosen = [work for work in works if work.style in names]
    aside = held_out_photos(chosen)
    truth = np.array([work.style for work in chosen])
    for style in names:
        if min((aside & (truth == style)).sum(), (~aside & (truth == style)).sum()) < 1:
            raise TrainingError(
                "ART_TOO_FEW",
                f"The style {style} has too few pictures for a judge to be trained and tested: give at least twenty.",
            )
    rng = np.random.default_rng(0)
    plain, soft = [], []
    for work in tqdm(chosen, desc="judge", leave=False):
        picture = read_square(work.path, size)
        plain.append(statistics(picture))
        soft.append(statistics(softened(picture, rng)))
    x, y = np.stack(plain), np.stack(soft)
    # strongly regularised: 101 numbers of a thousand pictures tell twelve styles apart with room to spare
    classifier = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=1000))
    classifier.fit(np.concatenate([x[~aside], y[~aside]]), np.tile(truth[~aside], 2))
    return StyleJudge(
        names,
        classifier,
        float(classifier.score(x[aside], truth[aside])),
        float(classifier.score(y[aside], truth[aside])),
        int((~aside).sum()),
        int(aside.sum()),
    )
