"""The small two-tower model: its function, its file, and its training."""

from __future__ import annotations

import copy
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from small_run import CONFIG, command, losses, write_config, write_pictures
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from mmfs_training.__main__ import main
from mmfs_training.common.errors import TrainingError
from mmfs_training.models.mapper_fit import fit_mapper
from mmfs_training.networks.generator import ClipMapper
from mmfs_training.phases.towers import contrast
from mmfs_training.towers.small_towers import SmallTowers, StaticText, StyleCnn, Tokens, folded, resized

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "negative", "ruddy", "picture", "photo", "red"]


def write_static(folder: Path, width: int = 12) -> Path:
    """A table of random rows and its tokenizer."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    scale = rng.uniform(0.5, 1, len(WORDS)).astype(np.float32)
    scale[:4] = 0
    table = rng.integers(-127, 128, (len(WORDS), width)).astype(np.int8)
    save_file(
        {"text.table": torch.from_numpy(table), "text.scale": torch.from_numpy(scale)}, folder / "static.safetensors"
    )
    tokenizer = Tokenizer(models.WordPiece(vocab={word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def towers(folder: Path) -> SmallTowers:
    torch.manual_seed(0)
    tokens = Tokens(write_static(folder) / "tokenizer.json")
    table = torch.randint(-127, 128, (len(WORDS), 12), dtype=torch.int8)
    scale = torch.rand(len(WORDS))
    scale[:4] = 0
    image = StyleCnn(16, 20, (4, 6, 8))
    for module in image.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias)
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
    text = StaticText(table, scale, tokens.end, 16, 20)
    text.mean.normal_(0, 0.1)
    return SmallTowers(text, image, tokens, 32).eval()


def test_a_text_is_its_weighted_words_up_to_the_end(tmp_path: Path) -> None:
    model = towers(tmp_path)
    text = model.text
    table, scale = text.table.double().numpy(), text.scale.double().numpy()
    pooled = 2 * scale[5] * table[5] + scale[9] * table[9]
    pooled = pooled / np.linalg.norm(pooled) - text.mean.double().numpy()
    weights = {name: p.detach().double().numpy() for name, p in text.named_parameters()}
    hidden = weights["hidden.weight"] @ pooled + weights["hidden.bias"]
    hidden = hidden * 0.5 * (1 + np.array([math.erf(x / math.sqrt(2)) for x in hidden]))
    out = weights["out.weight"] @ hidden + weights["out.bias"] + weights["skip.weight"] @ pooled
    expected = out / np.linalg.norm(out)
    np.testing.assert_allclose(model.embed_texts(["negative red negative"])[0].numpy(), expected, atol=1e-5)
    # in a batch the shorter one is padded behind its end, and what stands there does not count
    batch = model.embed_texts(["negative red negative", "a negative picture red red ruddy photo"])
    np.testing.assert_allclose(batch[0].numpy(), expected, atol=1e-5)


def test_a_memory_draws_texts_to_the_pictures_that_they_are_nearest_to(tmp_path: Path) -> None:
    model = towers(tmp_path)
    before = model.embed_texts(["negative red", "ruddy photo"]).double().numpy()
    places = torch.nn.functional.normalize(torch.randn(6, 16), dim=1)
    model.text.remember(places, 9.0)
    shares = np.exp(9 * before @ places.double().numpy().T)
    expected = shares @ places.double().numpy()
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    # the memory is int8
    np.testing.assert_allclose(model.embed_texts(["negative red", "ruddy photo"]).numpy(), expected, atol=0.02)
    model.save(tmp_path)
    again = SmallTowers.load(tmp_path)
    torch.testing.assert_close(
        again.embed_texts(["negative red", "ruddy photo"]),
        model.embed_texts(["negative red", "ruddy photo"]),
        atol=5e-3,
        rtol=0,
    )
    assert torch.equal(again.text.memory, model.text.memory)


def test_normalisation_is_folded_into_the_convolutions(tmp_path: Path) -> None:
    image = towers(tmp_path).image
    pixels = torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        wanted = image.features(pixels)
        x = pixels
        for (weight, bias), stride, expected in zip(folded(image), image.strides, wanted, strict=True):
            x = torch.relu(torch.nn.functional.conv2d(x, weight, bias, stride, 1))
            torch.testing.assert_close(x, expected, atol=1e-4, rtol=1e-4)


def test_a_file_gives_the_same_towers_back(tmp_path: Path) -> None:
    model = towers(tmp_path)
    model.save(tmp_path)
    again = SmallTowers.load(tmp_path)
    pictures = torch.rand(3, 3, 48, 48) * 2 - 1
    texts = ["a negative picture", "ruddy"]
    # weights are float16 in the file
    with torch.no_grad():
        torch.testing.assert_close(again.embed_images(pictures), model.embed_images(pictures), atol=5e-3, rtol=0)
    torch.testing.assert_close(again.embed_texts(texts), model.embed_texts(texts), atol=5e-3, rtol=0)
    assert again.width == 16
    assert again.tokens(pictures).shape == (3, 16, 8)  # 32 px, three halvings
    (tmp_path / "towers.safetensors").write_bytes(b"no weights")
    with pytest.raises(TrainingError) as caught:
        SmallTowers.load(tmp_path)
    assert caught.value.code == "TOWERS_UNREADABLE"


def test_gradients_reach_the_pictures(tmp_path: Path) -> None:
    model = towers(tmp_path).requires_grad_(False)
    pictures = (torch.rand(1, 3, 40, 40) * 2 - 1).requires_grad_()
    model.embed_images(pictures)[0, 0].backward()
    assert pictures.grad is not None
    assert pictures.grad.abs().sum() > 0


def test_pixels_are_those_of_clip() -> None:
    grey = torch.zeros(1, 3, 32, 32)
    expected = (0.5 - np.array([0.48145466, 0.4578275, 0.40821073])) / [0.26862954, 0.26130258, 0.27577711]
    np.testing.assert_allclose(resized(grey, 16)[0, :, 8, 8].numpy(), expected, rtol=1e-5)


def test_contrast_is_a_cross_entropy_to_all_that_is_the_same() -> None:
    similarity = torch.randn(3, 4, generator=torch.Generator().manual_seed(0))
    same = torch.tensor([[1.0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    values = similarity.double().numpy()
    logs = values - np.log(np.exp(values).sum(1, keepdims=True))
    expected = -np.mean([(logs[0, 0] + logs[0, 1]) / 2, logs[1, 2], logs[2, 3]])
    assert contrast(similarity, same).item() == pytest.approx(expected, abs=1e-6)


def test_the_mapper_is_fitted_to_codes() -> None:
    torch.manual_seed(0)
    mapper = ClipMapper(16, feedforward=32)
    embeddings = torch.nn.functional.normalize(torch.randn(6, 16))
    codes = torch.randn(6, 16)
    error = fit_mapper(mapper, list(mapper.parameters()), [(embeddings, codes)], 3e-3, 150, 12, seed=0)
    assert error < 0.3
    with torch.no_grad():
        found = (mapper(embeddings) - codes[:, None]).square().mean() / codes.var(0).mean()
    assert found.item() == pytest.approx(error, abs=0.15)


def settings(folder: Path, steps: int) -> dict[str, Any]:
    values: dict[str, Any] = copy.deepcopy(CONFIG)
    values["small_towers"] = {
        "static_text": str(write_static(folder)),
        "side": 32,
        "widths": [4, 6, 8],
        "hidden": 12,
        "steps": steps,
        "batch": 4,
        "coordinates": 1,
        "optimizer": {"learning_rate": 0.01, "beta1": 0.9},
    }
    return values


def test_the_image_tower_can_start_as_another_runs(tmp_path: Path) -> None:
    photos, art = write_pictures(tmp_path / "data")
    values = settings(tmp_path / "static", 3)
    first = write_config(tmp_path / "first.yaml", values)
    assert main(command("towers", first, tmp_path / "first", photos, art, "--threads", "1")) == 0
    values["small_towers"] |= {"steps": 1, "start_from": str(tmp_path / "first")}
    values["small_towers"]["optimizer"]["learning_rate"] = 1e-9
    second = write_config(tmp_path / "second.yaml", values)
    assert main(command("towers", second, tmp_path / "second", photos, art, "--threads", "1")) == 0
    before, after = (
        torch.load(tmp_path / run / "towers" / "checkpoint.pt", weights_only=True)["towers"]
        for run in ("first", "second")
    )
    for name in ("image.out.weight", "image.convolutions.0.weight"):
        torch.testing.assert_close(after[name], before[name], atol=1e-6, rtol=0)
    assert not torch.allclose(after["text.out.weight"], before["text.out.weight"], atol=1e-3)
    values["small_towers"]["hidden"] = 14
    third = write_config(tmp_path / "third.yaml", values)
    assert main(command("towers", third, tmp_path / "third", photos, art, "--threads", "1")) == 2


def test_the_image_tower_can_start_as_exported(tmp_path: Path) -> None:
    photos, art = write_pictures(tmp_path / "data")
    values = settings(tmp_path / "static", 3)
    first = write_config(tmp_path / "first.yaml", values)
    assert main(command("towers", first, tmp_path / "first", photos, art, "--threads", "1")) == 0
    assert main(["export", str(tmp_path / "first"), "--phase", "towers", "--out", str(tmp_path / "out")]) == 0
    values["small_towers"] |= {"steps": 1, "start_from": str(tmp_path / "out")}
    values["small_towers"]["optimizer"]["learning_rate"] = 1e-9
    second = write_config(tmp_path / "second.yaml", values)
    assert main(command("towers", second, tmp_path / "second", photos, art, "--threads", "1")) == 0
    assert main(["export", str(tmp_path / "second"), "--phase", "towers", "--out", str(tmp_path / "again")]) == 0
    pictures = torch.rand(2, 3, 40, 40) * 2 - 1
    before, after = (SmallTowers.load(tmp_path / name).embed_images(pictures) for name in ("out", "again"))
    torch.testing.assert_close(after, before, atol=1e-3, rtol=0)
    values["small_towers"]["widths"] = [4, 6, 10]
    third = write_config(tmp_path / "third.yaml", values)
    assert main(command("towers", third, tmp_path / "third", photos, art, "--threads", "1")) == 2


def test_towers_are_trained_exported_and_go_on_after_a_stop(tmp_path: Path) -> None:
    photos, art = write_pictures(tmp_path / "data")
    config = write_config(tmp_path / "config.yaml", settings(tmp_path / "static", 30))
    whole = command("towers", config, tmp_path / "whole", photos, art, "--threads", "1")
    assert main(whole) == 0
    found = losses(tmp_path / "whole" / "towers")
    first, last = (np.mean([float(row["captions"]) for row in part]) for part in (found[:5], found[-5:]))
    assert last < 0.9 * first
    halved = command("towers", config, tmp_path / "halved", photos, art, "--threads", "1")
    assert main([*halved, "--stop-at", "13"]) == 0
    assert main(halved) == 0
    for row, other in zip(found, losses(tmp_path / "halved" / "towers"), strict=True):
        assert {k: v for k, v in row.items() if "second" not in k} == {
            k: v for k, v in other.items() if "second" not in k
        }
    assert main(["export", str(tmp_path / "whole"), "--phase", "towers", "--out", str(tmp_path / "model")]) == 0
    model = SmallTowers.load(tmp_path / "model")
    assert model.width == CONFIG["network"]["style_dim"]  # type: ignore[index]
    text = model.embed_texts(["a negative picture", "a ruddy picture"])
    assert (text[0] @ text[1]).item() < 0.9


def test_towers_without_their_table_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photos, art = write_pictures(tmp_path / "data")
    values = settings(tmp_path / "static", 3)
    values["small_towers"]["static_text"] = str(tmp_path / "nothing")
    config = write_config(tmp_path / "config.yaml", values)
    assert main(command("towers", config, tmp_path / "run", photos, art)) == 2
    assert "STATIC_TEXT_MISSING" in capsys.readouterr().err
