"""A small discriminator of patches for known pairs: does this piece of picture belong to this photo and this style?

As in pix2pix (Isola et al. 2017) with the hinge loss and feature matching; spectrally normalised (Miyato et al. 2018).
A thousand pictures hold a million patches, so it learns strokes long before a discriminator of whole pictures does.
"""

from __future__ import annotations

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm


class PairJudge(nn.Module):
    """Picture and photo [N, 3, S, S] and a vector of the style [N, V] to the features of four layers and scores
    [N, 1, S/8, S/8].

    The style decides scale and offset of the second layer's channels.
    """

    def __init__(self, style_width: int, width: int = 32) -> None:
        super().__init__()
        widths = (6, width, 2 * width, 4 * width, 4 * width)
        self.layers = nn.ModuleList(
            spectral_norm(nn.Conv2d(a, b, 4 if i < 3 else 3, 2 if i < 3 else 1, 1))
            for i, (a, b) in enumerate(pairwise(widths))
        )
        self.style = nn.Linear(style_width, 4 * width, bias=False)
        nn.init.normal_(self.style.weight, 0, 0.1)
        self.score = spectral_norm(nn.Conv2d(4 * width, 1, 3, 1, 1))

    def forward(self, picture: Tensor, photo: Tensor, style: Tensor, dtype: torch.dtype) -> tuple[list[Tensor], Tensor]:
        x = torch.cat([picture, photo], 1).to(memory_format=torch.channels_last)
        features = []
        with torch.autocast(x.device.type, dtype=dtype, enabled=dtype != torch.float32):
            for i, layer in enumerate(self.layers):
                x = layer(x)
                if i == 1:
                    scale, offset = self.style(style)[:, :, None, None].to(x.dtype).chunk(2, 1)
                    x = x * (1 + scale) + offset
                x = F.leaky_relu(x, 0.2)
                features.append(x)
            score: Tensor = self.score(x)
        return features, score.float()


def hinge_loss(real: Tensor, made: Tensor, known: Tensor) -> Tensor:
    """Scores [N, 1, H, W] of real pictures above 1, of made ones below -1; pictures with `known` [N] 0 do not count."""
    each = (F.relu(1 - real) + F.relu(1 + made)).mean((1, 2, 3))
    return (each * known).mean()


def matching_loss(features: list[Tensor], wanted: list[Tensor], known: Tensor) -> Tensor:
    """Mean absolute difference of features, relative to their mean magnitude, averaged over layers."""
    terms = [
        (((f.float() - t.float()).abs().mean((1, 2, 3)) / (t.float().abs().mean() + 1e-6)) * known).mean()
        for f, t in zip(features, wanted, strict=True)
    ]
    return torch.stack(terms).mean()
