"""Pairs from folders, the phase `teach`, its models and packs."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import small_run
import torch
from safetensors import safe_open
from safetensors.torch import load_file
from small_towers_folder import write_small_towers

from mmfs_training.__main__ import main
from mmfs_training.common.config import parse_config
from mmfs_training.common.errors import TrainingError
from mmfs_training.common.place import find_place
from mmfs_training.data import picture_pairs
from mmfs_training.data.picture_pairs import PicturePairs, crop_pair, load_pair
from mmfs_training.manners import Noise, seed_of
from mmfs_training.models import mapper_refit, seed_fit
from mmfs_training.models.export import export
from mmfs_training.models.model_folder import read_model
from mmfs_training.models.seed_fit import SHARPNESS, fit_seeds
from mmfs_training.networks.checkpoint import save_safetensors
from mmfs_training.networks.generator import GeneratorConfig
from mmfs_training.networks.reference import random_generator
from mmfs_training.phases.teach import TeachPhase
from mmfs_training.phases.teach_batch import GALLERY_STYLE, MAPPED, MEAN_CODE, OWN_CODE
from mmfs_training.styles.style_space import Cells
from mmfs_training.towers.small_towers import SmallTowers
from mmfs_training.towers.style_embeddings import anchor, embed_files

SIDE = 64


def write_pairs(root: Path, styles: tuple[str, ...] = ("negative", "noisy"), count: int = 5) -> Path:
    """Photos of 96 x 80; `noisy` is drawn from the noise that belongs to the photo's name."""
    rng = np.random.default_rng(0)
    (root / "photos").mkdir(parents=True, exist_ok=True)
    for i in range(count):
        photo = cv2.resize(rng.integers(0, 256, (5, 6, 3), dtype=np.uint8), (96, 80), interpolation=cv2.INTER_LINEAR)
        cv2.imwrite(str(root / "photos" / f"p{i}.png"), photo)
        for style in styles:
            (root / "art" / style).mkdir(parents=True, exist_ok=True)
            drawn = 255 - photo
            if style == "noisy":
                half = cv2.resize(Noise.draw(80, 96, seed_of(f"p{i}")).half, (96, 80), interpolation=cv2.INTER_NEAREST)
                drawn = np.clip(128 + 30 * half, 0, 255).astype(np.uint8)[..., None].repeat(3, 2)
            cv2.imwrite(str(root / "art" / style / f"p{i}.png"), drawn)
    if "noisy" in styles:
        (root / "noise.json").write_text(json.dumps(["noisy"]))
    return root


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    return write_pairs(tmp_path / "pairs")


def write_start(root: Path) -> dict[str, str]:
    """A random generator and two codes, as `teach` starts from."""
    root.mkdir(parents=True, exist_ok=True)
    generator = random_generator(GeneratorConfig(4, 16, clip_mapper=True, mapper_feedforward=32), seed=2)
    save_safetensors(generator.state_dict(), root / "generator.safetensors")
    codes = {
        name: torch.randn(10, 16, generator=torch.Generator().manual_seed(i))
        for i, name in enumerate(("photo", "old", "negative"))
    }
    save_safetensors(codes, root / "presets.safetensors")
    return {"generator": str(root / "generator.safetensors"), "presets": str(root / "presets.safetensors")}


def config_of(start: dict[str, str], **teach: object) -> dict[str, object]:
    return {
        "network": {"size": SIDE, "base_width": 4, "style_dim": 16, "mapper_feedforward": 32, "detail": True},
        "seed": 3,
        "held_out": 2,
        "teach": {**start, "steps": 6, "batch": 2, "judge_width": 4, **teach},
    }


def phase_of(tmp_path: Path, folder: Path, **teach: object) -> TeachPhase:
    config = parse_config(config_of(write_start(tmp_path / "start"), **teach))
    return TeachPhase(config, find_place("cpu", "float32"), [folder], tmp_path / "run")


def test_pairs_of_a_folder(pairs: Path) -> None:
    found = PicturePairs([pairs], 2)
    assert found.styles == ["negative", "noisy"] and len(found.held_out) == 2
    assert [len(p) for p in found.by_style] == [3, 3] and len(found.training) == 3
    assert all(p.from_noise for p in found.by_style[1]) and not any(p.from_noise for p in found.by_style[0])
    hidden = set(found.held_out)
    assert not hidden & {p.photo.stem for ps in (*found.by_style, found.training) for p in ps}
    assert [set(shown) for shown in found.shown] == [hidden, hidden]


def test_held_out_photos_stay_when_a_folder_grows(pairs: Path) -> None:
    before = PicturePairs([pairs], 2).held_out
    write_pairs(pairs, count=9)
    assert PicturePairs([pairs], 2, before).held_out == before


def test_loose_art_is_one_style(tmp_path: Path) -> None:
    root = write_pairs(tmp_path / "my-manner", ("a",))
    for path in (root / "art" / "a").iterdir():
        path.rename(root / "art" / path.name)
    (root / "art" / "a").rmdir()
    assert PicturePairs([root], 1).styles == ["my-manner"]


def test_crops_of_photo_drawing_and_noise_belong_together(pairs: Path) -> None:
    found = PicturePairs([pairs], 2)
    pair = found.by_style[1][0]
    for seed in range(8):
        crop = crop_pair(pair, SIDE, np.random.default_rng(seed), mirror=True)
        assert crop.photo.shape == crop.art.shape == (SIDE, SIDE, 3)
        assert {k: v.shape for k, v in crop.noises.items()} == {3: (16, 16), 5: (32, 32), 7: (64, 64)}
        from_noise = np.clip(128 + 30 * crop.noises[5], 0, 255).astype(np.uint8).repeat(2, 0).repeat(2, 1)
        np.testing.assert_array_equal(crop.art[..., 0], from_noise)
    negative = [crop_pair(found.by_style[0][0], SIDE, np.random.default_rng(s), mirror=True) for s in range(8)]
    for crop in negative:
        np.testing.assert_array_equal(crop.art, 255 - crop.photo)
    whole = load_pair(found.by_style[0][0], SIDE)[0]
    windows = [whole[t : t + SIDE, s : s + SIDE] for t in (0, 16) for s in (0, 16, 32)]
    mirrored = [not any(np.array_equal(c.photo, w) for w in windows) for c in negative]
    assert any(mirrored) and not all(mirrored)


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda root: (root / "art").rename(root / "other"), "PAIRS_MISSING"),
        (lambda root: [p.rename(p.with_stem(f"x{p.stem}")) for p in list(root.glob("art/*/*"))], "PAIRS_MISSING"),
        (lambda root: [p.unlink() for p in list(root.glob("art/noisy/*"))[1:]], "PAIRS_TOO_FEW"),
        (lambda root: (root / "noise.json").write_text("{"), "PAIRS_INVALID"),
        (lambda root: [cv2.imwrite(str(p), np.zeros((80, 80, 3))) for p in root.glob("art/noisy/*")], "PAIR_SHAPES"),
        (lambda root: [cv2.imwrite(str(p), np.zeros((48, 96, 3))) for p in root.glob("photos/*")], "PICTURE_SMALL"),
        (lambda root: [p.write_bytes(b"no picture") for p in root.glob("art/noisy/*")], "PICTURE_UNREADABLE"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_pairs_is_said(pairs: Path, damage, code: str) -> None:  # type: ignore[no-untyped-def]
    damage(pairs)
    if code == "PAIRS_TOO_FEW":
        keep = next(pairs.glob("art/noisy/*")).stem
        with pytest.raises(TrainingError) as error:
            PicturePairs([pairs], 1, [keep])
    else:
        with pytest.raises(TrainingError) as error:
            PicturePairs([pairs], 2).check(SIDE)
    assert error.value.code == code


def test_a_style_starts_at_the_preset_of_its_name_or_the_nearest(tmp_path: Path, pairs: Path) -> None:
    phase = phase_of(tmp_path, pairs)
    presets = load_file(tmp_path / "start" / "presets.safetensors")
    assert torch.equal(phase.codes.wplus[0], presets["photo"])
    assert torch.equal(phase.codes.wplus[1], presets["negative"])
    assert any(torch.equal(phase.codes.wplus[2], presets[name]) for name in ("old", "negative"))


def test_the_decoder_gets_the_noise_of_the_drawing(tmp_path: Path, pairs: Path) -> None:
    phase = phase_of(tmp_path, pairs, photo_share=0.0, batch=8)
    batch = phase.make_batch(0)
    assert set(batch.styles.tolist()) == {1, 2}
    for style, own in zip(batch.styles.tolist(), batch.noises, strict=True):
        assert set(own) == ({3, 5, 7} if style == 2 else set())
    again = phase.make_batch(0)
    assert torch.equal(batch.targets, again.targets) and not torch.equal(batch.targets, phase.make_batch(1).targets)


def test_teach_learns_codes_detail_and_noise(tmp_path: Path, pairs: Path) -> None:
    phase = phase_of(tmp_path, pairs, steps=40, batch=4, energy=0.2, optimizer={"learning_rate": 0.003})
    before = {k: v.clone() for k, v in phase.generator.state_dict().items()}
    code = phase.codes.wplus.detach().clone()
    reports = [phase.step(i, phase.make_batch(i)) for i in range(40)]
    again = [phase.step(i, phase.make_batch(i)) for i in range(8)]  # other batches have other styles in them
    first, last = (sum(r["pixel"] for r in part) / 8 for part in (reports[:8], again))
    assert last < 0.93 * first
    after = phase.generator.state_dict()
    moved = {k for k in before if not torch.equal(before[k], after[k])}
    assert {"detail1.weight", "detail2.weight", "encoder.0.0.weight", "decoder3a.noise.weight"} <= moved
    assert not any(key.startswith("mapping_z") for key in moved)
    assert all(not torch.equal(a, b) for a, b in zip(code, phase.codes.wplus, strict=True))
    sheet = phase.sheet()
    assert sheet.dtype == np.uint8 and sheet.shape[1] == 8 * 320 and sheet.shape[0] == 2 * 2 * 320


def gallery_of(tmp_path: Path) -> dict[str, object]:
    """Settings of a run with the pairs of four artworks, and towers."""
    gallery = write_pairs(tmp_path / "gallery", ("w1", "w2", "w3", "w4"), count=3)
    (gallery / "works").mkdir(exist_ok=True)
    for name in ("w1", "w2"):
        cv2.imwrite(str(gallery / "works" / f"{name}.jpg"), np.full((40, 40, 3), 90, np.uint8))
    towers = write_small_towers(tmp_path / "towers", 16)
    return {"gallery": str(gallery), "towers": str(towers)}


def test_a_gallery_is_drawn_under_what_the_mapper_says(tmp_path: Path, pairs: Path) -> None:
    phase = phase_of(
        tmp_path, pairs, batch=16, mapped_share=0.4, mean_share=0.3, optimizer={"learning_rate": 0.003},
        **gallery_of(tmp_path),
    )  # fmt: skip
    batch = phase.make_batch(0)
    gallery = batch.styles == GALLERY_STYLE
    assert gallery.any() and not gallery.all()
    assert (batch.codes[gallery] == MAPPED).all() and (batch.codes[batch.styles == 0] == OWN_CODE).all()
    seen = batch.embeddings.norm(dim=1)
    torch.testing.assert_close(seen, (batch.codes == MAPPED).float(), atol=1e-5, rtol=0)
    wplus = phase._wplus(batch, batch.styles)
    mapped = phase.generator.map_embedding(batch.embeddings)
    for row, (style, way) in enumerate(zip(batch.styles.tolist(), batch.codes.tolist(), strict=True)):
        own = phase.codes.wplus[max(style, 0)]
        wanted = {OWN_CODE: own, MEAN_CODE: own.mean(0).expand(10, -1), MAPPED: mapped[row]}[way]
        torch.testing.assert_close(wplus[row], wanted)
    before = {k: v.clone() for k, v in phase.generator.clip_mapper.state_dict().items()}
    reports = [phase.step(i, phase.make_batch(i)) for i in range(30)]
    assert all(np.isfinite(list(report.values())).all() for report in reports)
    assert any(not torch.equal(v, before[k]) for k, v in phase.generator.clip_mapper.state_dict().items())


def test_a_run_may_get_a_gallery_on_its_way(tmp_path: Path, pairs: Path) -> None:
    assert main(arguments(tmp_path, "run", pairs, "--stop-at", "3")) == 0
    gallery = gallery_of(tmp_path)
    assert main(arguments(tmp_path, "run", pairs, **gallery)) == 0
    model = tmp_path / "run" / "teach" / "model"
    assert read_model(model).generator.config.clip_mapper
    assert (model / "towers.safetensors").is_file() and (model / "tokenizer.json").is_file()
    # stopped once more, with the gallery, it goes on as if nothing had been
    for run in ("whole", "parts"):
        assert main(arguments(tmp_path, run, pairs, "--stop-at", "2", **gallery)) == 0
        if run == "parts":
            assert main(arguments(tmp_path, run, pairs, "--stop-at", "4", **gallery)) == 0
        assert main(arguments(tmp_path, run, pairs, **gallery)) == 0
    assert small_run.losses(tmp_path / "parts" / "teach") == small_run.losses(tmp_path / "whole" / "teach")


def test_the_mapper_is_brought_to_the_codes_of_a_model(tmp_path: Path, pairs: Path) -> None:
    gallery = gallery_of(tmp_path)
    assert main(arguments(tmp_path, "run", pairs, **gallery)) == 0
    model = tmp_path / "run" / "teach" / "model"
    said = [str(model), "--pairs", str(pairs), "--gallery", str(gallery["gallery"]), "--out", str(model)]
    before = load_file(model / "mmfs-mini.safetensors")
    assert mapper_refit.main([*said, "--steps", "300"]) == 0
    after = load_file(model / "mmfs-mini.safetensors")
    moved = {key for key in before if not torch.equal(before[key], after[key])}
    assert moved and all(key.startswith("clip_mapper.") for key in moved)
    taught = read_model(model)
    towers = SmallTowers.load(model)
    with torch.no_grad():
        for preset in taught.presets:
            files = sorted((pairs / "art" / str(preset.style)).iterdir())
            center = torch.nn.functional.normalize(embed_files(towers, files).mean(0), dim=0)
            found = taught.generator.map_embedding(anchor(center, str(preset.style))[None])[0]
            distances = torch.stack([(found - other.code).norm() for other in taught.presets])
            assert taught.presets[int(distances.argmin())].name == preset.name
    assert mapper_refit.main([str(model), "--pairs", str(tmp_path / "gallery"), "--out", str(model)]) == 2


def test_a_gallery_needs_towers_of_its_width(tmp_path: Path, pairs: Path) -> None:
    with pytest.raises(TrainingError, match="gallery needs towers"):
        parse_config(config_of(write_start(tmp_path / "start"), gallery="somewhere"))
    wrong = {**gallery_of(tmp_path), "towers": str(write_small_towers(tmp_path / "wide", 24))}
    with pytest.raises(TrainingError) as error:
        phase_of(tmp_path, pairs, **wrong)
    assert error.value.code == "TOWERS_WIDTH"


def test_seeds_are_fitted_to_the_presets(tmp_path: Path, pairs: Path) -> None:
    assert main(arguments(tmp_path, "run", pairs)) == 0
    folder = tmp_path / "run" / "teach" / "model"
    model = read_model(folder)
    cells = Cells(16, 2, SHARPNESS, 0)
    assert fit_seeds(model, 400, SHARPNESS) > 0.5
    for i, preset in enumerate(model.presets):
        found = cells.code(model.generator.mapping_z, i, 7)
        distances = [(found - other.code.mean(0)).norm() for other in model.presets]
        assert int(torch.stack(distances).argmin()) == i, preset.name
    before = load_file(folder / "mmfs-mini.safetensors")
    assert seed_fit.main([str(folder), "--out", str(folder), "--steps", "5"]) == 0
    after = load_file(folder / "mmfs-mini.safetensors")
    assert before.keys() == after.keys()
    moved = {key for key in before if not torch.equal(before[key], after[key])}
    assert moved and all(key.startswith("mapping_z.") for key in moved)


def arguments(tmp_path: Path, run: str, pairs: Path, *more: str, **teach: object) -> list[str]:
    config = small_run.write_config(tmp_path / "config.yaml", config_of(write_start(tmp_path / "start"), **teach))
    fixed = ["--config", config, "--run", tmp_path / run, "--pairs", pairs]
    return [
        "teach",
        *map(str, fixed),
        "--no-progress",
        "--device",
        "cpu",
        "--precision",
        "float32",
        "--log-steps",
        "1",
        "--threads",
        "1",
        *more,
    ]


def test_stopping_and_going_on_changes_nothing_and_a_model_comes_out(tmp_path: Path, pairs: Path) -> None:
    assert main(arguments(tmp_path, "whole", pairs)) == 0
    assert main(arguments(tmp_path, "parts", pairs, "--stop-at", "2")) == 0
    assert main(arguments(tmp_path, "parts", pairs)) == 0
    assert small_run.losses(tmp_path / "parts" / "teach") == small_run.losses(tmp_path / "whole" / "teach")
    model = read_model(tmp_path / "whole" / "teach" / "model")
    assert [p.name for p in model.presets] == ["negative", "noisy"] and model.generator.config.detail
    # what came out is a start again
    start = {
        "generator": str(tmp_path / "whole/teach/model/mmfs-mini.safetensors"),
        "presets": str(tmp_path / "whole/teach/model/presets.safetensors"),
    }
    phase = TeachPhase(parse_config(config_of(start)), find_place("cpu", "float32"), [pairs], tmp_path / "next")
    assert torch.equal(phase.codes.wplus[2].detach(), model.presets[1].code)


def test_a_style_may_be_drawn_more_often(tmp_path: Path, pairs: Path) -> None:
    phase = phase_of(tmp_path, pairs, shares={"noisy": 3.0}, flat=0.5)
    assert phase.styles == ["negative", "noisy"] and phase.shares == pytest.approx([0.25, 0.75])
    assert "flat" in phase.step(0, phase.make_batch(0)) and "flat" not in phase_of(tmp_path, pairs).step(
        0, phase.make_batch(0)
    )
    with pytest.raises(TrainingError, match="names nosy; there are negative, noisy") as caught:
        phase_of(tmp_path, pairs, shares={"nosy": 3.0})
    assert caught.value.code == "CONFIG_INVALID"


def test_emphasis_moves_a_preset_away_from_the_photo(tmp_path: Path, pairs: Path) -> None:
    assert main(arguments(tmp_path, "run", pairs)) == 0
    plain = read_model(tmp_path / "run" / "teach" / "model")
    presets = [{"name": "loud", "description": "", "cell": "noisy", "emphasis": 1.5}]
    export(tmp_path / "run", tmp_path / "out", parse_config({"presets": presets}), "teach")
    loud = read_model(tmp_path / "out").presets[0]
    photo, noisy = plain.photo, next(p.code for p in plain.presets if p.name == "noisy")
    assert torch.allclose(loud.code, photo + 1.5 * (noisy - photo), atol=1e-6)


def test_styles_may_be_added(tmp_path: Path, pairs: Path) -> None:
    assert main(arguments(tmp_path, "run", pairs, "--stop-at", "3")) == 0
    write_pairs(pairs, ("negative", "added", "noisy"), count=7)
    assert main(arguments(tmp_path, "run", pairs)) == 0
    state = torch.load(tmp_path / "run" / "teach" / "checkpoint.pt", weights_only=True)
    assert state["mmfs"]["extra"]["styles"] == ["negative", "noisy", "added"]
    assert state["codes"]["wplus"].shape == (4, 10, 16)
    (pairs / "art" / "added").rename(pairs / "art" / "renamed")
    assert main(arguments(tmp_path, "run", pairs)) == 2


def test_a_pack_of_one_style(tmp_path: Path, pairs: Path) -> None:
    start = write_start(tmp_path / "start")
    values = config_of(start, train="decoder")
    values["network"] = {**values["network"], "detail": False}  # type: ignore[dict-item]
    config = small_run.write_config(tmp_path / "pack.yaml", values)
    one = write_pairs(tmp_path / "my-manner", ("my-manner",))
    fixed = ["--config", config, "--run", tmp_path / "run", "--pairs", one, "--name", "My manner"]
    assert main(["teach", *map(str, fixed), "--no-progress", "--device", "cpu", "--precision", "float32"]) == 0
    path = tmp_path / "run" / "teach" / "pack.safetensors"
    with safe_open(path, "pt") as pack:
        said = pack.metadata()
    tensors = load_file(path)
    assert said["name"] == "My manner" and said["mmfs.pack"] == "1" and said["mmfs.size"] == str(SIDE)
    assert tensors["code"].shape == (10, 16) and tensors["preview"].shape == (SIDE, SIDE, 3)
    begun = load_file(start["generator"])
    assert {k for k in tensors if k.startswith("encoder")} == set()
    assert not torch.equal(tensors["decoder1a.conv.weight"].float(), begun["decoder1a.conv.weight"].half().float())
    state = torch.load(tmp_path / "run" / "teach" / "checkpoint.pt", weights_only=True)
    assert all(torch.equal(v, begun[k]) for k, v in state["G_model"].items() if k.startswith("encoder"))


def test_alignment_of_crops_fits_every_noise_map() -> None:
    assert all(picture_pairs.ALIGNED % scale == 0 for scale in picture_pairs.DECODER_PLACES)
