"""A small two-tower model for styles: words and pictures to one space, 8 MB, trained here (`phases/towers.py`).

Text is a weighted sum of static token embeddings (`static_text.py`) and a layer with a skip connection, and a memory of
pictures may draw the result to where pictures are (`text_fit.py`). A picture goes through a plain convolutional
network, and the means and standard deviations of its features at several depths, which are what a style is (Gatys et
al. 2016; Huang & Belongie 2017), through two layers.

In a file, towers.safetensors, batch normalisation is folded into the convolutions; `SmallTowers` is what is loaded.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from ..common.errors import TrainingError
from ..networks.checkpoint import save_safetensors

WEIGHTS, TOKENIZER = "towers.safetensors", "tokenizer.json"
CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)
EPSILON = 1e-5


class Tokens:
    """The tokenizer: texts to ids [N, T], padded behind the end token."""

    def __init__(self, path: Path, end_token: str = "[SEP]") -> None:
        try:
            from tokenizers import Tokenizer
        except ImportError as error:
            raise TrainingError(
                "EXTRA_MISSING", "Text needs the package tokenizers: pip install 'mmfs-training[towers]'."
            ) from error
        try:
            self.tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # the library throws a bare Exception
            raise TrainingError(
                "TOWERS_UNREADABLE", f"{path} is no tokenizer that can be read ({error}): make it again."
            ) from error
        found = self.tokenizer.token_to_id(end_token)
        if found is None:
            raise TrainingError("TOWERS_UNREADABLE", f"{path} has no token {end_token}: it is of another model.")
        self.end: int = found

    def __call__(self, texts: list[str]) -> Tensor:
        ids = [encoding.ids for encoding in self.tokenizer.encode_batch(texts)]
        length = max(map(len, ids))
        return torch.tensor([row + [self.end] * (length - len(row)) for row in ids])


class StaticText(nn.Module):
    """ids [N, T] to embeddings [N, E], L2-normalised; what stands behind the first end token does not count.

    table: int8 [V, K]; scale: [V], the token's weight times the step of its row; both frozen.
    memory: int8 [M, E], embeddings of pictures, and memory_scale [M], the steps of its rows; without rows until
    `remember` is called.
    """

    table: Tensor
    scale: Tensor
    mean: Tensor
    memory: Tensor
    memory_scale: Tensor

    def __init__(self, table: Tensor, scale: Tensor, end: int, width: int, hidden: int) -> None:
        super().__init__()
        self.register_buffer("table", table)
        self.register_buffer("scale", scale)
        self.register_buffer("mean", torch.zeros(table.shape[1]))
        self.register_buffer("memory", torch.zeros(0, width, dtype=torch.int8), persistent=False)
        self.register_buffer("memory_scale", torch.zeros(0), persistent=False)
        self.sharpness = 0.0
        self.end = end
        self.hidden = nn.Linear(table.shape[1], hidden)
        self.out = nn.Linear(hidden, width)
        self.skip = nn.Linear(table.shape[1], width, bias=False)

    def rows(self, ids: Tensor) -> Tensor:
        """Weighted rows of the table [N, T, K], zeros from the end token on."""
        before_end = (ids == self.end).cumsum(1) == 0
        return self.table[ids].float() * (self.scale[ids] * before_end)[:, :, None]

    def forward(self, ids: Tensor, keep: Tensor | None = None, noise: Tensor | None = None) -> Tensor:
        """For training, keep [N, T]: which tokens count; noise [N, K]: added to the pooled tokens."""
        rows = self.rows(ids)
        total = (rows if keep is None else rows * keep[:, :, None]).sum(1)
        pooled = total / total.norm(dim=1, keepdim=True).clamp(min=1e-6) - self.mean
        return self.recall(self.embed(pooled if noise is None else pooled + noise))

    def embed(self, pooled: Tensor) -> Tensor:
        """Pooled tokens [N, K], less their mean, to embeddings [N, E]."""
        return F.normalize(self.out(F.gelu(self.hidden(pooled))) + self.skip(pooled))

    def remember(self, embeddings: Tensor, sharpness: float) -> None:
        """Takes embeddings of pictures [M, E] as the memory. sharpness: inverse temperature of `recall`, positive."""
        step = embeddings.abs().amax(1).clamp(min=1e-8) / 127
        self.memory = (embeddings / step[:, None]).round().to(torch.int8)
        self.memory_scale = step
        self.sharpness = sharpness

    def recall(self, embedding: Tensor) -> Tensor:
        """Embeddings [N, E] to the mean of the memory, weighted by a softmax of their cosines, L2-normalised; unchanged
        without a memory.

        What reads embeddings has learnt from pictures and knows nothing of the places between them, where a text may
        come to lie: support memory of DeCap (Li et al. 2023, arXiv 2303.03032), from texts to pictures.
        """
        if len(self.memory) == 0:
            return embedding
        remembered = self.memory.float() * self.memory_scale[:, None]
        return F.normalize(torch.softmax(self.sharpness * embedding @ remembered.t(), 1) @ remembered)


class StyleCnn(nn.Module):
    """Normalised pixels [N, 3, P, P] to embeddings [N, E], L2-normalised. widths: channels, two convolutions each."""

    def __init__(self, width: int, hidden: int, widths: tuple[int, ...], norms: bool = True) -> None:
        super().__init__()
        channels = [3, *(c for c in widths for _ in range(2))]
        self.strides = [2, 1] * len(widths)
        self.pools = list(range(1, 2 * len(widths), 2))
        self.convolutions = nn.ModuleList(
            nn.Conv2d(a, b, 3, stride, 1) for (a, b), stride in zip(pairwise(channels), self.strides, strict=True)
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(c) for c in channels[1:]) if norms else None
        self.hidden = nn.Linear(2 * sum(widths), hidden)
        self.out = nn.Linear(hidden, width)

    def features(self, pixels: Tensor, stop: int | None = None) -> list[Tensor]:
        """What every convolution gives after its activation, up to number `stop`."""
        x, found = pixels.to(memory_format=torch.channels_last), []
        for i, convolution in enumerate(self.convolutions[: None if stop is None else stop + 1]):
            x = convolution(x)
            x = F.relu(x if self.norms is None else self.norms[i](x))
            found.append(x)
        return found

    def forward(self, pixels: Tensor) -> Tensor:
        features = self.features(pixels)
        statistics = []
        for i in self.pools:
            flat = features[i].float().flatten(2)
            statistics += [flat.mean(2), (flat.var(2, correction=0) + EPSILON).sqrt()]
        embedding: Tensor = self.out(F.relu(self.hidden(torch.cat(statistics, 1))))
        return F.normalize(embedding)


def resized(pictures: Tensor, side: int) -> Tensor:
    """Square pictures [N, 3, S, S] in [-1, 1] to normalised pixels [N, 3, side, side]: antialiased bicubic."""
    if pictures.shape[-1] != side:
        pictures = F.interpolate(
            pictures.float(), size=(side, side), mode="bicubic", align_corners=False, antialias=True
        )
    mean, std = (torch.tensor(v, device=pictures.device)[:, None, None] for v in (CLIP_MEAN, CLIP_STD))
    return ((pictures.float() + 1) / 2 - mean) / std


class SmallTowers(nn.Module):
    """Both towers, for phases 3 and 4; the interface is `Towers`. side: P, that of the pictures they look at."""

    def __init__(self, text: StaticText, image: StyleCnn, tokens: Tokens, side: int) -> None:
        super().__init__()
        self.text, self.image, self.tokenizer, self.side = text, image, tokens, side

    @property
    def width(self) -> int:
        return self.image.out.out_features

    def embed_images(self, pictures: Tensor) -> Tensor:
        embedding: Tensor = self.image(resized(pictures, self.side))
        return embedding

    @torch.no_grad()
    def embed_texts(self, texts: list[str]) -> Tensor:
        embedding: Tensor = self.text(self.tokenizer(texts).to(self.text.table.device))
        return embedding

    def tokens(self, pictures: Tensor) -> Tensor:
        """Features of the third doubling's second convolution, [N, (P/8)², C]."""
        features = self.image.features(resized(pictures, self.side), stop=5)
        return features[5].float().flatten(2).transpose(1, 2)

    def save(self, folder: Path) -> Path:
        """Writes towers.safetensors, float16 but for table, memory and their scales. tokenizer.json is the caller's."""
        tensors: dict[str, Any] = {
            "text.table": self.text.table,
            "text.scale": self.text.scale,
            "text.mean": self.text.mean,
            "text.skip.weight": self.text.skip.weight.half(),
        }
        for tower, module in (("text", self.text), ("image", self.image)):
            for name in ("hidden", "out"):
                layer: Any = module.get_submodule(name)
                tensors[f"{tower}.{name}.weight"] = layer.weight.half()
                tensors[f"{tower}.{name}.bias"] = layer.bias.half()
        for i, (weight, bias) in enumerate(folded(self.image)):
            tensors[f"image.conv{i}.weight"], tensors[f"image.conv{i}.bias"] = weight.half(), bias.half()
        metadata = {
            "text.end_id": str(self.text.end),
            "image.size": str(self.side),
            "image.strides": ",".join(map(str, self.image.strides)),
            "image.pools": ",".join(map(str, self.image.pools)),
        }
        if len(self.text.memory):
            tensors |= {"text.memory": self.text.memory, "text.memory_scale": self.text.memory_scale}
            metadata["text.sharpness"] = str(round(self.text.sharpness))
        path = folder / WEIGHTS
        save_safetensors(tensors, path, metadata)
        return path

    @classmethod
    def load(cls, folder: Path) -> SmallTowers:
        """Raises `TrainingError`: TOWERS_MISSING, TOWERS_UNREADABLE."""
        for name in (WEIGHTS, TOKENIZER):
            if not (folder / name).is_file():
                raise TrainingError("TOWERS_MISSING", f"{folder} has no {name}: name the folder of small towers.")
        try:
            with safe_open(folder / WEIGHTS, "pt") as file:
                metadata = file.metadata() or {}
                t: dict[str, Tensor] = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 no mapping
            width, hidden = t["text.out.weight"].shape
            text = StaticText(t["text.table"], t["text.scale"], int(metadata["text.end_id"]), width, hidden)
            memory = t.pop("text.memory", None)
            if memory is not None:
                text.memory, text.memory_scale = memory, t.pop("text.memory_scale")
                text.sharpness = float(metadata["text.sharpness"])
            state: dict[str, Any] = {k.removeprefix("text."): v for k, v in t.items() if k.startswith("text.")}
            text.load_state_dict({k: v if k == "table" else v.float() for k, v in state.items()})
            count = metadata["image.strides"].count(",") + 1
            widths = tuple(len(t[f"image.conv{i}.weight"]) for i in range(0, count, 2))
            image = StyleCnn(width, len(t["image.hidden.weight"]), widths, norms=False)
            state = {
                k.removeprefix("image.").replace("conv", "convolutions."): v.float()
                for k, v in t.items()
                if k.startswith("image.")
            }
            image.load_state_dict(state)
            side = int(metadata["image.size"])
        except (KeyError, ValueError, RuntimeError, SafetensorError) as error:
            raise TrainingError(
                "TOWERS_UNREADABLE", f"{folder / WEIGHTS} holds no small towers ({error}): export them again."
            ) from error
        tokens = Tokens(folder / TOKENIZER)
        if tokens.tokenizer.get_vocab_size() > len(text.table):
            raise TrainingError("TOWERS_UNREADABLE", f"{folder / TOKENIZER} has words that the table has no row for.")
        return cls(text, image, tokens, side).eval()


def folded(image: StyleCnn) -> list[tuple[Tensor, Tensor]]:
    """Weight and bias of every convolution with the running batch normalisation behind it multiplied in."""
    pairs = []
    convolutions: Any = image.convolutions
    for i, convolution in enumerate(convolutions):
        weight, bias = convolution.weight, convolution.bias
        if image.norms is not None:
            norm: Any = image.norms[i]
            scale = norm.weight / (norm.running_var + norm.eps).sqrt()
            weight = weight * scale[:, None, None, None]
            bias = (bias - norm.running_mean) * scale + norm.bias
        pairs.append((weight.detach(), bias.detach()))
    return pairs
