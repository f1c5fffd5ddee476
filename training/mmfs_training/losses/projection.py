"""The projection loss of phase 4: a result should be made of what its reference picture is made of.

With U [R, C] an orthonormal basis of the span of the reference's tokens, each of unit length, and t a token of the
result, of unit length, the loss is the mean of |t - Uᵀ U t|² = 1 - |U t|² over tokens and pictures: 0 where every token
is a mixture of the reference's, 1 where it has nothing of them.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

SIGNIFICANT = 1e-4
ENERGY = 0.99


@torch.no_grad()
def token_span(tokens: Tensor) -> Tensor:
    """Tokens [T, C] to an orthonormal basis [R, C] of the span of the tokens, each normalised; 0 < R < C.

    The right singular vectors whose singular value is above 1e-4 of the largest. Where there are so many tokens that
    these leave nothing of the space (T ≥ C), which would make every distance 0, only the first that hold 99 % of the
    sum of squares, and at most half of them all.
    """
    _, values, vectors = torch.linalg.svd(F.normalize(tokens.double(), dim=1), full_matrices=False)
    rank = int((values > SIGNIFICANT * values[0]).sum())
    if rank == tokens.shape[1]:
        energy = values.square().cumsum(0) / values.square().sum()
        rank = min(int((energy < ENERGY).sum()) + 1, max(1, rank // 2))
    return vectors[:rank].to(tokens.dtype)


def projection_loss(tokens: Tensor, span: Tensor) -> Tensor:
    """Tokens [N, T, C] and an orthonormal basis [R, C]; between 0 and 1."""
    tokens = F.normalize(tokens, dim=2)
    return (tokens - tokens @ span.t() @ span).square().sum(2).mean()
