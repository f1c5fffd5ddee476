"""Two-tower models: pictures and texts to one space of embeddings, in which phases 3 and 4 look at styles."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor


class Towers(Protocol):
    """Frozen: gradients flow to the pictures alone. Pictures are [N, 3, S, S] in [-1, 1], of any side S."""

    @property
    def width(self) -> int:
        """Numbers in an embedding, E."""

    def embed_images(self, pictures: Tensor) -> Tensor:
        """Embeddings [N, E], L2-normalised."""

    def embed_texts(self, texts: list[str]) -> Tensor:
        """Embeddings [N, E], L2-normalised; a text that is too long is cut."""

    def tokens(self, pictures: Tensor) -> Tensor:
        """Local features [N, T, C] of an early layer, for the projection loss; not normalised."""
