"""A small discriminator of patches: does this piece of picture belong to this photo and this style?"""

from __future__ import annotations

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm


class PatchDiscriminator(nn.Module):
    """Picture and photo [N, 3, S, S] and a style index [N] to the features of four layers and scores [N, 1, S/8, S/8].

    Spectrally normalised (Miyato et al. 2018); each style has its own scale and offset of the second layer's channels.
    """

    def __init__(self, styles: int, width: int = 32) -> None:
        super().__init__()
        widths = (6, width, 2 * width, 4 * width, 4 * width)
        self.layers = nn.ModuleList(
            spectral_norm(nn.Conv2d(a, b, 4 if i < 3 else 3, 2 if i < 3 else 1, 1))
            for i, (a, b) in enumerate(pairwise(widths))
        )
        self.style = nn.Embedding(styles, 4 * width)
        nn.init.normal_(self.style.weight, 0, 0.1)
        self.score = spectral_norm(nn.Conv2d(4 * width, 1, 3, 1, 1))

    def forward(self, picture: Tensor, photo: Tensor, style: Tensor) -> tuple[list[Tensor], Tensor]:
        x = torch.cat([picture, photo], 1).to(torch.bfloat16, memory_format=torch.channels_last)
        features = []
        with torch.autocast("cpu", dtype=torch.bfloat16):
            for i, layer in enumerate(self.layers):
                x = layer(x)
                if i == 1:
                    scale, offset = self.style(style)[:, :, None, None].to(x.dtype).chunk(2, 1)
                    x = x * (1 + scale) + offset
                x = F.leaky_relu(x, 0.2)
                features.append(x)
            score: Tensor = self.score(x)
        return features, score.float()
