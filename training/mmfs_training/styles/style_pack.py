"""A style pack: a decoder tuned to one style, the style's code, and a picture to show it."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from ..common.files import writing
from ..networks.checkpoint import encoder_digest, save_safetensors
from ..networks.generator import Generator

DECODER = ("decoder", "to_rgb", "detail")
FORMAT = "1"


def write_pack(
    path: Path, tuned: Generator, base: Generator, code: Tensor, preview: Tensor, size: int, said: dict[str, str]
) -> None:
    """Writes a pack, whole or not at all.

    The decoder's tensors under their published keys, float16, without the kernels of its blurs; `code`, the w+
    [10, D], float32; `preview`, a face in the style, RGB bytes [S, S, 3]. Metadata: `mmfs.pack` (the format),
    `mmfs.size`, `base`, which says whose decoder was tuned (`encoder_digest`), and what is `said`: its name, and what
    it is made of.
    """
    tensors = {key: parameter.half().cpu() for key, parameter in tuned.named_parameters() if key.startswith(DECODER)}
    tensors["code"] = code.float().cpu()
    tensors["preview"] = preview
    metadata = {"mmfs.pack": FORMAT, "mmfs.size": str(size), "base": encoder_digest(base.state_dict()), **said}
    with writing(path):
        save_safetensors(tensors, path, metadata)
