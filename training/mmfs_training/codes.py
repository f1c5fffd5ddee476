"""One learned w per style, and one for the photo."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .networks import Generator, repeat_w


class StyleCodes(nn.Module):
    """`weight[0]` is the code that gives the photo back, `weight[1 + i]` the i-th style's."""

    def __init__(self, generator: Generator, styles: int, seed: int) -> None:
        super().__init__()
        z = torch.randn(1 + styles, generator.config.style_dim, generator=torch.Generator().manual_seed(seed))
        with torch.no_grad():
            w = generator.map_z(z)
            w = (w - w.mean(0)) / w.std()
        self.weight = nn.Parameter(w)

    def forward(self, mixture: Tensor) -> Tensor:
        """Shares [N, 1 + styles] to w+ [N, 10, D]."""
        return repeat_w(mixture @ self.weight)
