"""Prompts, references, packs and strengths of a tiny random model, each figure computed again in plain steps."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from style_model import SIZE, WIDTH, StyleModel, random_generator, write_pack, write_style_model
from torch import Tensor

from mmfs_training.common.errors import TrainingError
from mmfs_training.data.folders import ArtFolder
from mmfs_training.figures.evaluate import main, measure, parser
from mmfs_training.figures.evaluation_faces import find_faces
from mmfs_training.figures.metrics import psnr
from mmfs_training.figures.reference_figures import read_pack, read_references
from mmfs_training.figures.style_distance import colour_distance, style_of, texture_distance
from mmfs_training.figures.style_judge import train_style_judge
from mmfs_training.models.model_folder import read_model
from mmfs_training.networks.checkpoint import load_generator, save_safetensors
from mmfs_training.networks.generator import Generator, draw_noises
from mmfs_training.towers.small_towers import SmallTowers
from mmfs_training.words.prompts import read_prompts

Bytes = NDArray[np.uint8]
Figures = dict[str, Any]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> StyleModel:
    pytest.importorskip("sklearn", reason="the extra `evaluate` is not installed")
    return write_style_model(tmp_path_factory.mktemp("world"))


def arguments(world: StyleModel, *more: object) -> list[str]:
    own = [world.model, "--faces", world.faces, "--landmarks", world.landmarks, "--style-faces", 3]
    return [str(value) for value in (*own, *more)]


@pytest.fixture(scope="module")
def figures(world: StyleModel, tmp_path_factory: pytest.TempPathFactory) -> Figures:
    options = ["--art", world.art, "--prompts", world.prompts, "--references", world.references, "--packs", world.packs]
    args = parser().parse_args(arguments(world, *options))
    return measure(args, read_model(world.model), find_faces(world.faces, world.landmarks))


def read_rgb(path: Path) -> Bytes:
    return np.ascontiguousarray(cv2.imread(str(path))[:, :, ::-1])


def to_tensor(pictures: list[Bytes]) -> Tensor:
    return torch.from_numpy(np.stack(pictures).astype(np.float32) / 127.5 - 1).permute(0, 3, 1, 2)


@torch.no_grad()
def made(generator: Generator, photos: list[Bytes], code: Tensor) -> list[Bytes]:
    """Results by the plain call of the generator."""
    noises = draw_noises(SIZE, torch.Generator().manual_seed(0))
    out = [generator(to_tensor([photo]), code[None], noises)[0] for photo in photos]
    return [((x.permute(1, 2, 0).double() + 1) * 127.5).round().byte().numpy() for x in out]


@pytest.fixture(scope="module")
def photos(world: StyleModel) -> list[Bytes]:
    return [read_rgb(world.faces / f"{i}.png") for i in (0, 2, 5)]  # three of six, evenly spread


def mean_cosine(towers: SmallTowers, before: list[Bytes], after: list[Bytes], direction: Tensor) -> float:
    change = (towers.embed_images(to_tensor(after)) - towers.embed_images(to_tensor(before))).double()
    unit = direction.double() / direction.double().norm()
    return float((change @ unit / change.norm(dim=1)).mean())


def test_prompts_are_what_mapper_and_towers_make(world: StyleModel, figures: Figures, photos: list[Bytes]) -> None:
    generator, towers = load_generator(world.model / "mmfs-mini.safetensors"), SmallTowers.load(world.model)
    judge = train_style_judge(ArtFolder(world.art).works, ["ruddy", "negative"], SIZE)
    found = figures["prompts"]
    assert [row["prompt"] for row in found["each"]] == ["a ruddy picture", "red", "a blue picture"]
    for row in found["each"]:
        with torch.no_grad():
            embedding, source = towers.embed_texts([row["prompt"], "photo"])
            results = made(generator, photos, generator.map_embedding(embedding[None])[0])
            expected = mean_cosine(towers, photos, results, embedding - source)
        assert row["direction"] == pytest.approx(expected, abs=5e-3)
        verdicts = [judge(picture) for picture in results]
        assert row["hitRate"] == pytest.approx(np.mean([verdict == row["style"] for verdict in verdicts]))
    assert found["hitRate"] == pytest.approx(np.mean([row["hitRate"] for row in found["each"]]))
    assert (found["count"], found["seen"]["count"], found["heldOut"]["count"]) == (3, 1, 2)
    assert found["direction"] == pytest.approx(np.mean([row["direction"] for row in found["each"]]))
    for row in found["confusion"].values():
        assert sum(row.values()) == pytest.approx(1)
    assert figures["judge"]["accuracy"] == 1
    assert list(figures["judgedPresets"]["each"]) == ["ruddy one"]


def test_references_are_compared_with_all_results(world: StyleModel, figures: Figures, photos: list[Bytes]) -> None:
    generator, towers = load_generator(world.model / "mmfs-mini.safetensors"), SmallTowers.load(world.model)
    references = [read_rgb(world.references / f"{name}.png") for name in ("rose", "sea")]
    with torch.no_grad():
        embeddings = towers.embed_images(to_tensor(references))
        codes = generator.map_embedding(embeddings)
        results = [made(generator, photos, code) for code in codes]
        source = towers.embed_images(to_tensor(photos)).mean(0)
        directions = [mean_cosine(towers, photos, results[i], embeddings[i] - source) for i in range(2)]
    tables = []
    for distance in (colour_distance, texture_distance):
        table = np.array([[[distance(style_of(p), style_of(r)) for r in references] for p in g] for g in results])
        tables.append(table / table.mean())
    table = tables[0] + tables[1]
    found = figures["references"]
    distances = [[found["distances"][a][b] for b in ("rose", "sea")] for a in ("rose", "sea")]
    np.testing.assert_allclose(distances, table.mean(1), atol=0.02)
    right = [int(table[i, f].argmin() == i) for i in range(2) for f in range(3)]
    assert found["nearest"] == pytest.approx(np.mean(right))
    assert found["meanRank"] == pytest.approx(2 - np.mean(right))
    np.testing.assert_allclose([found["each"][n]["direction"] for n in ("rose", "sea")], directions, atol=5e-3)


def test_packs_of_the_references_colours_are_nearest(figures: Figures) -> None:
    found = figures["packs"]
    assert (found["nearest"], found["nearestOfMean"], found["meanRank"]) == (1, 1, 1)
    assert found["nearest"] > figures["references"]["nearest"]


def test_pack_replaces_the_decoder(world: StyleModel, photos: list[Bytes]) -> None:
    generator = load_generator(world.model / "mmfs-mini.safetensors")
    before = {key: value.clone() for key, value in generator.state_dict().items()}
    tuned, code = read_pack(world.packs / "rose" / "pack.safetensors", generator)
    stored = load_file(world.packs / "rose" / "pack.safetensors")
    assert torch.equal(code, stored.pop("code"))
    after = tuned.state_dict()
    assert all(torch.equal(after[key], stored[key] if key in stored else before[key]) for key in after)
    assert all(torch.equal(value, before[key]) for key, value in generator.state_dict().items())
    reddest = made(tuned, photos, code)[0]
    assert reddest[:, :, 0].mean() > 200 > 60 > reddest[:, :, 2].mean()


def test_strength_goes_from_photo_code_to_preset(world: StyleModel, figures: Figures, photos: list[Bytes]) -> None:
    generator = load_generator(world.model / "mmfs-mini.safetensors")
    codes = load_file(world.model / "presets.safetensors")
    rows = {row["strength"]: row for row in figures["strength"]}
    assert list(rows) == [0, 0.25, 0.5, 0.75, 1, 1.25]
    for strength, end in ((0, "photo"), (1, "plain")):
        expected = np.mean([psnr(p, r) for p, r in zip(photos, made(generator, photos, codes[end]), strict=True)])
        assert rows[strength]["presets"]["plain"]["psnr"] == pytest.approx(expected, abs=0.02)
    middle = codes["photo"] + 0.5 * (codes["plain"] - codes["photo"])
    halfway = np.mean([psnr(p, r) for p, r in zip(photos, made(generator, photos, middle), strict=True)])
    assert rows[0.5]["presets"]["plain"]["psnr"] == pytest.approx(halfway, abs=0.02)
    assert rows[0]["psnrToReconstruction"] == np.inf
    assert rows[0]["structure"] == pytest.approx(rows[0]["presets"]["plain"]["structure"])


def test_features_of_all_prompts_together(world: StyleModel, monkeypatch: pytest.MonkeyPatch) -> None:
    def small(picture: Bytes) -> NDArray[np.float32]:
        return cv2.resize(picture, (2, 2), interpolation=cv2.INTER_AREA).astype(np.float32).ravel() / 255

    monkeypatch.setattr("mmfs_training.figures.evaluate.TfliteFeatures", lambda path, threads: small)
    args = parser().parse_args(arguments(world, "--art", world.art, "--prompts", world.prompts, "--features", "net"))
    found = measure(args, read_model(world.model), find_faces(world.faces, world.landmarks))["prompts"]
    assert found["art"] == 40
    assert found["diversity"]["faces"] > 0
    assert found["diversity"]["codes"] > 0
    # the art has one hue a picture and random results have none, so the other half of the art is nearer
    assert found["artHalves"]["kid"] < min(found["kid"], found["photos"]["kid"])


def test_command_prints_tables_and_writes_the_sheet(
    world: StyleModel, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = tmp_path / "sheet.png"
    options = ["--art", world.art, "--prompts", world.prompts, "--references", world.references, "--packs", world.packs]
    files = [tmp_path / f"{i}.json" for i in range(2)]
    for file in files:
        assert main(arguments(world, *options, "--sheet-references", sheet, "--json", file)) == 0
    assert files[0].read_bytes() == files[1].read_bytes()
    printed = capsys.readouterr().out
    found = json.loads(files[0].read_text())
    line = next(line for line in printed.splitlines() if line.startswith("a blue picture"))
    assert f"{100 * found['prompts']['each'][2]['hitRate']:.1f} %" in line
    assert "held out" in line
    assert "References, tuned, 2 of them, 3 faces each: nearest is its own 100.0 % of results" in printed
    assert found["strength"][0]["psnrToReconstruction"] is None
    picture = read_rgb(sheet)
    assert picture.shape == (2 * SIZE, (1 + 3 + 3) * SIZE, 3)
    np.testing.assert_array_equal(picture[SIZE:, :SIZE], read_rgb(world.references / "sea.png"))
    assert picture[:SIZE, 4 * SIZE :, 0].mean() > picture[SIZE:, 4 * SIZE :, 0].mean() + 100


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(TrainingError) as caught:
        call()
    return caught.value.code


def test_options_that_need_one_another(world: StyleModel, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def refused(*options: object) -> str:
        assert main(arguments(world, *options)) == 2
        return capsys.readouterr().err.splitlines()[-1].split(":")[0].split()[-1]

    assert refused("--art", world.art) == "FEATURES_NEEDED"
    assert refused("--prompts", world.prompts) == "ART_NEEDED"
    assert refused("--packs", world.packs) == "REFERENCES_NEEDED"
    assert refused("--references", tmp_path) == "REFERENCES_MISSING"
    assert refused("--references", world.references, "--clip", tmp_path) in ("TOWERS_MISSING", "TOWERS_UNAVAILABLE")
    (tmp_path / "prompts.csv").write_text("style,prompt,seen\nruddy,photo,no\nnegative,blue,no\n")
    assert refused("--art", world.art, "--prompts", tmp_path / "prompts.csv") == "PROMPT_IS_SOURCE"
    assert refused("--references", world.references, "--packs", tmp_path) == "PACK_MISSING"


def test_model_without_mapper_is_refused(world: StyleModel, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in world.model.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    weights = load_file(tmp_path / "mmfs-mini.safetensors")
    save_file({k: v for k, v in weights.items() if "clip_mapper" not in k}, tmp_path / "mmfs-mini.safetensors")
    options = ["--faces", world.faces, "--landmarks", world.landmarks, "--references", world.references]
    assert main([str(tmp_path), *map(str, options)]) == 2
    assert "error MAPPER_MISSING" in capsys.readouterr().err


def test_packs_that_do_not_fit(world: StyleModel, tmp_path: Path) -> None:
    generator = load_generator(world.model / "mmfs-mini.safetensors")
    write_pack(tmp_path / "other" / "pack.safetensors", random_generator(9), "0" * 64, (0.0, 0.0, 0.0))
    assert code_of(lambda: read_pack(tmp_path / "other" / "pack.safetensors", generator)) == "PACK_OTHER"
    save_safetensors({"code": torch.zeros(10, WIDTH)}, tmp_path / "short.safetensors")
    (tmp_path / "broken.safetensors").write_bytes(b"no tensors")
    for name in ("short", "broken"):
        assert code_of(lambda: read_pack(tmp_path / f"{name}.safetensors", generator)) == "PACK_INVALID"  # noqa: B023


@pytest.mark.parametrize(
    "text", ["", "style,prompt\na,b\n", "style,prompt,seen\na,,yes\n", "style,prompt,seen\na,b,perhaps\n"]
)
def test_prompts_that_cannot_be_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "prompts.csv"
    path.write_text(text)
    assert code_of(lambda: read_prompts(path)) == "PROMPTS_UNREADABLE"


def test_references_of_one_name(tmp_path: Path) -> None:
    for suffix in ("png", "jpg"):
        cv2.imwrite(str(tmp_path / f"a.{suffix}"), np.zeros((SIZE, SIZE, 3), np.uint8))
    assert code_of(lambda: read_references(tmp_path, SIZE)) == "REFERENCES_ALIKE"


def test_every_row_of_the_table_is_a_prompt() -> None:
    with (Path(__file__).parents[1] / "mmfs_training" / "words" / "prompts.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    prompts = read_prompts()
    assert len(prompts) == len(rows) == 160
    assert len({prompt.style for prompt in prompts}) == 32
