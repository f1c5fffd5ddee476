"""The structure loss and the two extractors it looks through."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from mmfs_training.common.config import StructureConfig
from mmfs_training.common.errors import TrainingError
from mmfs_training.losses.structure import (
    DinoFeatures,
    EncoderFeatures,
    self_similarity,
    structure_features,
    structure_loss,
)
from mmfs_training.networks.generator import GeneratorConfig
from mmfs_training.networks.reference import random_generator


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def numpy_similarity(tokens: np.ndarray) -> np.ndarray:
    out = np.zeros((len(tokens), tokens.shape[1], tokens.shape[1]))
    for n, rows in enumerate(tokens):
        for i, a in enumerate(rows):
            for j, b in enumerate(rows):
                out[n, i, j] = a @ b / np.sqrt((a @ a) * (b @ b))
    return out


def test_self_similarity_equals_the_formula() -> None:
    tokens = random(2, 5, 7)
    np.testing.assert_allclose(self_similarity(tokens).numpy(), numpy_similarity(tokens.double().numpy()), atol=1e-5)


def test_self_similarity_does_not_see_rotation_or_scale() -> None:
    tokens = random(2, 5, 7)
    rotation = torch.linalg.qr(random(7, 7, seed=1)).Q
    torch.testing.assert_close(self_similarity(3 * tokens @ rotation), self_similarity(tokens))
    assert not torch.allclose(self_similarity(tokens + 1), self_similarity(tokens), atol=0.05)


def test_structure_loss_is_the_mean_squared_difference() -> None:
    made, photos = random(2, 5, 7).requires_grad_(), random(2, 5, 7, seed=1).requires_grad_()
    loss = structure_loss(lambda pictures: pictures, made, photos)
    a, b = (numpy_similarity(t.detach().double().numpy()) for t in (made, photos))
    assert loss.item() == pytest.approx(np.mean((a - b) ** 2), rel=1e-4)
    loss.backward()  # type: ignore[no-untyped-call]
    assert made.grad is not None
    assert photos.grad is None


def test_encoder_tokens_are_its_centred_features() -> None:
    generator = random_generator(GeneratorConfig(2, 8), seed=1)
    x = random(2, 3, 32, 32)
    tokens = EncoderFeatures(generator, torch.float32)(x)
    features = generator.encode(x).features.double().numpy()  # [2, 16, 2, 2]
    expected = features.reshape(2, 16, 4).swapaxes(1, 2)
    np.testing.assert_allclose(tokens.numpy(), expected - expected.mean(1, keepdims=True), atol=2e-4)


def test_the_encoder_is_frozen_and_gradients_reach_the_picture() -> None:
    generator = random_generator(GeneratorConfig(2, 8), seed=1).requires_grad_(True)
    features = structure_features(StructureConfig(), generator, torch.float32)
    assert isinstance(features, EncoderFeatures)
    made, photo = random(1, 3, 64, 64).requires_grad_(), random(1, 3, 64, 64, seed=2)
    before = structure_loss(features, made, photo)
    before.backward()  # type: ignore[no-untyped-call]
    assert made.grad is not None
    assert made.grad.any()
    assert not any(p.requires_grad for p in features.parameters())
    with torch.no_grad():
        for parameter in generator.parameters():  # it goes on being trained, the extractor does not
            parameter.mul_(-2)
    assert structure_loss(features, made, photo).item() == before.item()


def test_the_loss_keeps_light_apart_from_shape() -> None:
    generator = random_generator(GeneratorConfig(2, 8), seed=1)
    features = EncoderFeatures(generator, torch.float32)
    photo = random(1, 3, 64, 64) * 0.5
    darker, other = structure_loss(features, photo * 0.8, photo), structure_loss(features, photo.flip(3), photo)
    assert structure_loss(features, photo, photo) == 0
    assert darker < 0.3 * other


@pytest.fixture(scope="module")
def dino(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random vision transformer of two layers, saved as DINO's is."""
    transformers = pytest.importorskip("transformers", reason="the optional extra dino is not installed")
    torch.manual_seed(0)
    config = transformers.ViTConfig(
        hidden_size=12, num_hidden_layers=2, num_attention_heads=3, intermediate_size=20, image_size=32, patch_size=8,
        hidden_act="gelu", layer_norm_eps=1e-12,
    )  # fmt: skip
    model = transformers.ViTModel(config, add_pooling_layer=False)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape) * 0.3)
    folder = tmp_path_factory.mktemp("dino")
    model.save_pretrained(folder)
    assert json.loads((folder / "config.json").read_text())["model_type"] == "vit"
    return folder


def tensor_of(weights: dict[str, np.ndarray], *endings: str) -> np.ndarray:
    """The one tensor whose name ends so; v4 and v5 of transformers name them differently."""
    (found,) = [value for key, value in weights.items() if key.endswith(endings)]
    return found


def test_dino_keys_equal_the_linear_layer(dino: Path) -> None:
    from safetensors.numpy import load_file

    features = DinoFeatures(str(dino), layer=1, size=32)
    x = random(2, 3, 32, 32).clamp(-1, 1)
    keys = features(x)
    assert keys.shape == (2, 17, 12)
    weights = {key: value.astype(np.float64) for key, value in load_file(dino / "model.safetensors").items()}
    first = {key: value for key, value in weights.items() if "layer.0." in key or "layers.0." in key}
    # at its own size the picture is not resampled: normalise, cut into patches, add class token and positions
    pixels = (x.double().numpy() + 1) / 2
    pixels = (pixels - np.reshape([0.485, 0.456, 0.406], (3, 1, 1))) / np.reshape([0.229, 0.224, 0.225], (3, 1, 1))
    patches = pixels.reshape(2, 3, 4, 8, 4, 8).transpose(0, 2, 4, 1, 3, 5).reshape(2, 16, -1)
    projection = tensor_of(weights, "patch_embeddings.projection.weight").reshape(12, -1)
    tokens = patches @ projection.T + tensor_of(weights, "patch_embeddings.projection.bias")
    classes = np.broadcast_to(tensor_of(weights, "cls_token"), (2, 1, 12))
    tokens = np.concatenate([classes, tokens], 1) + tensor_of(weights, "position_embeddings")
    centred = tokens - tokens.mean(-1, keepdims=True)
    tokens = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12)
    tokens = tokens * tensor_of(first, "layernorm_before.weight") + tensor_of(first, "layernorm_before.bias")
    expected = tokens @ tensor_of(first, ".key.weight", ".k_proj.weight").T
    expected += tensor_of(first, ".key.bias", ".k_proj.bias")
    np.testing.assert_allclose(keys.numpy(), expected, atol=1e-4)


def test_dino_layers_differ_and_gradients_reach_the_picture(dino: Path) -> None:
    settings = StructureConfig(features="dino", path=str(dino), layer=2, size=32)
    features = structure_features(settings, random_generator(GeneratorConfig(2, 8), seed=1), torch.float32)
    made, photo = random(1, 3, 64, 64).requires_grad_(), random(1, 3, 64, 64, seed=2)
    assert not torch.allclose(features(photo), DinoFeatures(str(dino), 1, 32)(photo), atol=0.01)
    structure_loss(features, made, photo).backward()  # type: ignore[no-untyped-call]
    assert made.grad is not None
    assert made.grad.any()


def test_dino_errors_say_what_is_missing(dino: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"config\.json") as caught:
        DinoFeatures(str(tmp_path), 1, 32)
    assert caught.value.code == "DINO_MISSING"
    for layer in (0, 3):
        with pytest.raises(TrainingError, match=f"layers 1 to 2, not {layer}") as caught:
            DinoFeatures(str(dino), layer, 32)
        assert caught.value.code == "DINO_LAYER"


def test_without_transformers_dino_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(__import__("sys").modules, "transformers", None)
    with pytest.raises(TrainingError, match="pip install transformers") as caught:
        DinoFeatures(str(tmp_path), 1, 32)
    assert caught.value.code == "DINO_UNAVAILABLE"
