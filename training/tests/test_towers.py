"""CLIP's two towers, against formulas, NumPy and Pillow."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_clip import BLOCKS, HIDDEN, SIDE, write_tiny_clip
from torch import Tensor

from mmfs_training.common.config import TowersConfig
from mmfs_training.common.errors import TrainingError
from mmfs_training.towers.clip import ClipTowers
from mmfs_training.towers.load import load_towers, towers_digest

WIDTH = 16
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("transformers", reason="the optional extra with transformers is not installed")
    return write_tiny_clip(tmp_path_factory.mktemp("clip") / "tiny", WIDTH)


@pytest.fixture(scope="module")
def towers(folder: Path) -> ClipTowers:
    return ClipTowers(str(folder))


def pictures(count: int, side: int, seed: int = 0) -> Tensor:
    return torch.rand(count, 3, side, side, generator=torch.Generator().manual_seed(seed)) * 2 - 1


class Blocks:
    """The image tower of a checkpoint, in NumPy."""

    def __init__(self, folder: Path) -> None:
        from safetensors.numpy import load_file

        self.weights = {key: value.astype(np.float64) for key, value in load_file(folder / "model.safetensors").items()}

    def get(self, name: str) -> np.ndarray:
        (found,) = [value for key, value in self.weights.items() if key.endswith(name) and "text_model" not in key]
        return found

    def norm(self, x: np.ndarray, name: str) -> np.ndarray:
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5)
        return scaled * self.get(f"{name}.weight") + self.get(f"{name}.bias")

    def linear(self, x: np.ndarray, name: str) -> np.ndarray:
        return x @ self.get(f"{name}.weight").T + self.get(f"{name}.bias")

    def block(self, x: np.ndarray, index: int, heads: int = 2) -> np.ndarray:
        name = f"layers.{index}"
        y = self.norm(x, f"{name}.layer_norm1")
        q, k, v = (self.linear(y, f"{name}.self_attn.{part}_proj") for part in "qkv")
        out = np.zeros_like(q)
        size = q.shape[-1] // heads
        for head in range(heads):
            part = slice(head * size, (head + 1) * size)
            scores = q[:, part] @ k[:, part].T / np.sqrt(size)
            shares = np.exp(scores - scores.max(1, keepdims=True))
            out[:, part] = shares / shares.sum(1, keepdims=True) @ v[:, part]
        x = x + self.linear(out, f"{name}.self_attn.out_proj")
        y = self.linear(self.norm(x, f"{name}.layer_norm2"), f"{name}.mlp.fc1")
        return x + self.linear(y / (1 + np.exp(-1.702 * y)), f"{name}.mlp.fc2")

    def states(self, picture: np.ndarray) -> list[np.ndarray]:
        """Of a picture [3, 32, 32] in [-1, 1]: the tokens before the first block and after each."""
        mean = np.reshape([0.48145466, 0.4578275, 0.40821073], (3, 1, 1))
        std = np.reshape([0.26862954, 0.26130258, 0.27577711], (3, 1, 1))
        pixels = ((picture + 1) / 2 - mean) / std
        patches = pixels.reshape(3, 4, 8, 4, 8).transpose(1, 3, 0, 2, 4).reshape(16, -1)
        tokens = patches @ self.get("patch_embedding.weight").reshape(HIDDEN, -1).T
        x = np.concatenate([self.get("class_embedding")[None], tokens]) + self.get("position_embedding.weight")
        found = [self.norm(x, "pre_layrnorm")]
        for index in range(BLOCKS):
            found.append(self.block(found[-1], index))
        return found


def test_embeddings_and_tokens_equal_the_formulas(towers: ClipTowers, folder: Path) -> None:
    blocks, x = Blocks(folder), pictures(2, SIDE)
    embeddings, tokens = towers.embed_images(x), towers.tokens(x)
    assert (towers.width, tuple(tokens.shape)) == (WIDTH, (2, 17, HIDDEN))
    for n, picture in enumerate(x.double().numpy()):
        states = blocks.states(picture)
        np.testing.assert_allclose(tokens[n].numpy(), states[4], atol=1e-3)
        projected = blocks.get("visual_projection.weight") @ blocks.norm(states[-1][0], "post_layernorm")
        np.testing.assert_allclose(embeddings[n].numpy(), projected / np.sqrt(projected @ projected), atol=1e-4)


def test_a_picture_of_another_side_is_resized_with_antialiasing(towers: ClipTowers) -> None:
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    smooth = torch.nn.functional.interpolate(pictures(1, 6), size=(80, 80), mode="bilinear", align_corners=False)
    planes = [image.fromarray(plane.numpy(), "F").resize((SIDE, SIDE), image.BICUBIC) for plane in smooth[0]]
    small = torch.from_numpy(np.stack([np.asarray(plane) for plane in planes]))[None]
    torch.testing.assert_close(towers.embed_images(smooth), towers.embed_images(small), atol=1e-4, rtol=0)


def test_texts_are_normalised_do_not_depend_on_their_batch_and_are_cut(towers: ClipTowers) -> None:
    found = towers.embed_texts(["red", "a blue picture"])
    torch.testing.assert_close(found.norm(dim=1), torch.ones(2))
    torch.testing.assert_close(towers.embed_texts(["red"]), found[:1], atol=1e-5, rtol=0)
    assert found[0] @ found[1] < 0.99
    long = towers.embed_texts(["a" * 30, "a" * 200])
    torch.testing.assert_close(long[0], long[1])


def test_gradients_reach_the_pictures_and_nothing_else(towers: ClipTowers) -> None:
    for part in (towers.embed_images, towers.tokens):
        x = pictures(1, 48).requires_grad_()
        part(x).square().sum().backward() if part == towers.tokens else part(x)[0, 0].backward()
        assert x.grad is not None
        assert x.grad.abs().sum() > 0
    assert not any(parameter.requires_grad for parameter in towers.parameters())


def test_errors_say_what_is_missing(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(settings: TowersConfig | None, code: str, mentioned: str) -> None:
        with pytest.raises(TrainingError, match=mentioned) as caught:
            load_towers(settings, CPU)
        assert caught.value.code == code

    refused(None, "TOWERS_MISSING", "towers: ")
    refused(TowersConfig("clip", str(tmp_path)), "TOWERS_MISSING", r"config\.json")
    refused(TowersConfig("small", str(tmp_path / "none")), "TOWERS_MISSING", r"towers\.safetensors")
    refused(TowersConfig("clip", str(write_tiny_clip(tmp_path / "flat", 8, blocks=3))), "TOWERS_UNREADABLE", "3 blocks")
    damaged = Path(shutil.copytree(folder, tmp_path / "damaged"))
    (damaged / "model.safetensors").write_bytes(b"no weights")
    refused(TowersConfig("clip", str(damaged)), "TOWERS_UNREADABLE", "no whole CLIP")
    monkeypatch.setitem(__import__("sys").modules, "transformers", None)
    refused(TowersConfig("clip", str(folder)), "TOWERS_UNAVAILABLE", "pip install transformers")


def test_the_digest_is_of_what_is_looked_through(folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    settings = TowersConfig("clip", str(copy))
    first = towers_digest(settings)
    assert first == towers_digest(TowersConfig("clip", str(folder)))
    (copy / "README.md").write_text("where it is from")
    assert towers_digest(settings) == first
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps(config | {"logit_scale_init_value": 1}))
    assert towers_digest(settings) != first
