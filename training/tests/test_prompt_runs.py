"""Runs of phases 3 and 4: what they leave, killed, shared by processes, given bad input, exported."""

from __future__ import annotations

import copy
import hashlib
import json
import shutil
import signal
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from small_run import CONFIG, begin, command, finish, losses, wait_for_step, write_config, write_pictures
from small_towers_folder import write_small_towers
from tiny_clip import write_tiny_clip
from torch import Tensor

from mmfs_training.__main__ import main
from mmfs_training.common.config import parse_config
from mmfs_training.common.place import Place
from mmfs_training.data.folders import ArtFolder, PhotoFolder
from mmfs_training.networks.checkpoint import load_generator
from mmfs_training.networks.generator import Generator, GeneratorConfig
from mmfs_training.phases.mapper import MapperPhase
from mmfs_training.towers.clip import ClipTowers

pytestmark = pytest.mark.soak

STEPS, FEEDFORWARD = 5, 24
WEIGHTS = {"mapper": ("G_model", "G_ema_model", "D_model"), "few-shot": ("G_model", "G_ema_model")}
QUICK = {"learning_rate": 1e-3, "beta1": 0.5}


def values(clip: Path) -> dict[str, Any]:
    config: dict[str, Any] = copy.deepcopy(CONFIG)
    config["network"]["mapper_feedforward"] = FEEDFORWARD
    for phase in ("prior", "encoder", "base"):
        config[phase] |= {"steps": 2}
    config["towers"] = {"kind": "clip", "path": str(clip)}
    config["mapper"] = {"steps": STEPS, "batch": 4, "optimizer": QUICK, "code": 1.0, "art": 0.5, "captions": 0.5}
    config["few_shot"] = {"steps": STEPS, "batch": 4, "optimizer": QUICK, "keep": 0.5}
    return config


@dataclass(frozen=True)
class World:
    """Pictures, a random CLIP, a configuration, and a run of all phases that nothing interrupted."""

    root: Path
    photos: Path
    art: Path
    clip: Path
    config: Path
    run: Path
    reference: Path

    def arguments(self, phase: str, run: Path, *more: str, config: Path | None = None) -> list[str]:
        art = self.art if phase in ("base", "mapper") else None
        options = ["--threads", "1", "--sheet-seconds", "1e9"]
        if phase == "few-shot" and "--name" not in more:
            options += ["--name", "blue", "--prompt", "a blue picture"]
        return command(phase, config or self.config, run, self.photos, art, *options, *more)

    def before(self, phase: str, run: Path) -> Path:
        """A run folder that holds what the phase needs."""
        for name in ("encoder", "base") if phase == "mapper" else ("encoder", "mapper"):
            shutil.copytree(self.run / name, run / name)
        return run

    def folder(self, phase: str, run: Path) -> Path:
        return run / phase / "blue" if phase == "few-shot" else run / phase


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    pytest.importorskip("transformers", reason="the optional extra with transformers is not installed")
    root = tmp_path_factory.mktemp("world")
    photos, art = write_pictures(root)
    clip = write_tiny_clip(root / "clip", CONFIG["network"]["style_dim"])  # type: ignore[index]
    reference = root / "reference.png"
    cv2.imwrite(str(reference), np.random.default_rng(1).integers(0, 256, (80, 90, 3), dtype=np.uint8))
    config = write_config(root / "config.yaml", values(clip))
    made = World(root, photos, art, clip, config, root / "run", reference)
    for phase in ("prior", "encoder", "base", "mapper", "few-shot"):
        assert finish(begin(made.arguments(phase, made.run), root / "log")) == 0, (root / "log").read_text()
    return made


def weights(folder: Path, phase: str) -> dict[str, Tensor]:
    state = torch.load(folder / "checkpoint.pt", weights_only=True)
    return {f"{part}.{key}": value for part in WEIGHTS[phase] for key, value in state[part].items()}


def changed(after: dict[str, Tensor], before: dict[str, Tensor]) -> set[str]:
    return {key for key in after if key not in before or not torch.equal(after[key], before[key])}


def refused(arguments: list[str], code: str, capfd: pytest.CaptureFixture[str], *mentioned: str | Path) -> None:
    assert main(arguments) == 2
    error = capfd.readouterr().err
    lines = [line for line in error.splitlines() if line.startswith("error ")]
    assert len(lines) == 1, error
    assert lines[0].startswith(f"error {code}: "), lines[0]
    for word in mentioned:
        assert str(word) in error


def test_phase_3_changes_the_mapper_alone(world: World) -> None:
    state = torch.load(world.run / "mapper" / "checkpoint.pt", weights_only=True)
    base = torch.load(world.run / "base" / "checkpoint.pt", weights_only=True)
    with torch.device("meta"):
        expected = Generator(GeneratorConfig(4, 16, True, FEEDFORWARD)).state_dict()
    assert {key: v.shape for key, v in state["G_ema_model"].items()} == {k: v.shape for k, v in expected.items()}
    for name in ("G_model", "G_ema_model"):
        assert changed(state[name], base["G_ema_model"]) == {key for key in expected if key.startswith("clip_mapper.")}
    assert not changed(state["D_model"], base["D_model"])
    assert state["mmfs"]["extra"]["styles"] == ["negative", "ruddy"]
    report = json.loads((world.run / "mapper" / "run.json").read_text())
    assert (report["steps"], report["pictures"], set(report["data"])) == (STEPS, 20, {"photos", "art", "towers"})
    assert set(report["losses"]) == {"pixel", "features", "code", "learning_rate"}
    assert [int(row["step"]) for row in losses(world.run / "mapper")] == [1, 2, 3, 4, 5]


def test_known_pairs_are_of_one_photo_and_one_style(world: World) -> None:
    config = parse_config(values(world.clip))
    photos, art = PhotoFolder(world.photos, config.held_out, config.seed), ArtFolder(world.art)
    phase = MapperPhase(config, Place(torch.device("cpu"), torch.float32), photos, art, world.run)
    assert phase.art is not None
    assert phase.art.captions == ["a negative picture", "a ruddy picture"]
    seen = set()
    for step in range(8):
        batch = phase.make_batch(step)
        for row, (work, caption) in enumerate(zip(batch.works.tolist(), batch.captions, strict=True)):
            photo, target, shown = (part[row].numpy() for part in (batch.photos, batch.targets, batch.shown))
            if work < 0:
                kind = "stylised"
                assert not target.any()
            else:
                style = phase.art.works[work].style
                grey = np.zeros_like(photo)
                grey[0] = photo.mean(0)
                grey[1:] = -1
                # write_pictures made the art so; the mean was rounded to a byte
                np.testing.assert_allclose(target, -photo if style == "negative" else grey, atol=1.01 / 127.5)
                kind = "picture" if caption is None else "caption"
                if caption is not None:
                    assert style in caption
                else:
                    assert (np.abs(shown[1:] + 1).max() < 0.01) == (style == "ruddy")
                    assert np.abs(shown - target).mean() > 0.02
            seen.add(kind)
    assert seen == {"stylised", "caption", "picture"}


def test_phase_3_learns_to_find_the_code_again(world: World, tmp_path: Path) -> None:
    """Without art and with the loss of the code alone, w+ comes nearer to what made the picture."""
    config = values(world.clip)
    config["mapper"] |= {"steps": 60, "art": 0.0, "captions": 0.0, "pixel": 0.0, "features": 0.0}
    config["mapper"]["optimizer"] = {"learning_rate": 3e-3, "beta1": 0.9}
    run, path = world.before("mapper", tmp_path / "run"), write_config(tmp_path / "code.yaml", config)
    arguments = command("mapper", path, run, world.photos, None, "--threads", "1")  # no art is needed
    assert main(arguments) == 0
    found = [float(row["code"]) for row in losses(run / "mapper")]
    assert np.mean(found[-10:]) < 0.5 * np.mean(found[:3])
    assert all(row["features"] == "" for row in losses(run / "mapper"))


@pytest.mark.parametrize("phase", ["mapper", "few-shot"])
def test_killed_it_goes_on_as_if_nothing_had_been(world: World, phase: str, tmp_path: Path) -> None:
    run = world.before(phase, tmp_path / "run")
    folder, wanted = world.folder(phase, run), world.folder(phase, world.run)
    arguments = world.arguments(phase, run, "--checkpoint-seconds", "0", "--stop-at", "2")
    assert finish(begin(arguments, tmp_path / "log")) == 0
    assert not (folder / "pack.safetensors").exists()
    stopped = shutil.copytree(run, tmp_path / "stopped")
    for _ in range(10):  # a machine that does all steps before the kill proves nothing
        process = begin(world.arguments(phase, run, "--checkpoint-seconds", "0", "--steps", "100000"), tmp_path / "log")
        wait_for_step(process, folder, 3)
        process.kill()
        assert finish(process) == -signal.SIGKILL
        if torch.load(folder / "checkpoint.pt", weights_only=True)["total_iters"] <= STEPS:
            break
        shutil.rmtree(run)
        shutil.copytree(stopped, run)
    else:
        pytest.fail("all steps were done before each of ten kills")
    assert finish(begin(world.arguments(phase, run), tmp_path / "log")) == 0, (tmp_path / "log").read_text()
    assert losses(folder) == losses(wanted)
    found, expected = weights(folder, phase), weights(wanted, phase)
    assert found.keys() == expected.keys()
    assert not changed(found, expected)
    if phase == "few-shot":
        assert (folder / "pack.safetensors").read_bytes() == (wanted / "pack.safetensors").read_bytes()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.mark.parametrize("phase", ["mapper", "few-shot"])
def test_two_processes_compute_what_one_does(world: World, phase: str, tmp_path: Path) -> None:
    run = world.before(phase, tmp_path / "run")
    shared = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port())}
    logs = [tmp_path / f"log{rank}" for rank in range(2)]
    processes = [
        begin(world.arguments(phase, run), log, {**shared, "RANK": str(rank), "LOCAL_RANK": str(rank)})
        for rank, log in enumerate(logs)
    ]
    assert [finish(process) for process in processes] == [0, 0], [log.read_text() for log in logs]
    folder, wanted = world.folder(phase, run), world.folder(phase, world.run)
    for row, expected in zip(losses(folder), losses(wanted), strict=True):
        for name in expected:
            if expected[name]:
                assert float(row[name]) == pytest.approx(float(expected[name]), rel=1e-3, abs=1e-5), name


def test_phase_4_tunes_the_decoder_alone_and_writes_a_pack(world: World) -> None:
    folder = world.run / "few-shot" / "blue"
    assert sorted(path.name for path in folder.iterdir()) == [
        "checkpoint.pt", "losses.csv", "pack.safetensors", "run.json", "sheets",
    ]  # fmt: skip
    mapped = torch.load(world.run / "mapper" / "checkpoint.pt", weights_only=True)["G_ema_model"]
    tuned = torch.load(folder / "checkpoint.pt", weights_only=True)["G_ema_model"]
    trained = {k for k in mapped if k.startswith(("decoder", "to_rgb")) and not k.endswith(".kernel")}
    assert changed(tuned, mapped) <= trained
    assert len(changed(tuned, mapped)) > 0.9 * len(trained)

    pack = load_file(folder / "pack.safetensors")
    assert set(pack) == trained | {"code", "preview"}
    assert all(torch.equal(pack[key], tuned[key].half()) for key in trained)
    with safe_open(folder / "pack.safetensors", "pt") as file:
        said = file.metadata()
    encoder = [mapped[key].numpy() for key in sorted(mapped) if key.startswith("encoder.")]
    assert len(encoder) == 32
    assert said == {
        "mmfs.pack": "1",
        "name": "blue",
        "prompt": "a blue picture",
        "mmfs.size": "64",
        "base": hashlib.sha256(np.concatenate([t.ravel() for t in encoder]).astype(np.float16).tobytes()).hexdigest(),
    }
    generator = load_generator(world.run / "mapper" / "checkpoint.pt")
    embedding = ClipTowers(str(world.clip)).embed_texts(["a blue picture"])
    assert pack["code"].dtype == torch.float32
    torch.testing.assert_close(pack["code"], generator.map_embedding(embedding)[0], atol=1e-5, rtol=1e-5)

    # the plain modules, with the pack's decoder and without noise, make the preview of the first held-out face
    generator.load_state_dict({**mapped, **{key: pack[key].float() for key in trained}})
    preview = pack["preview"].numpy().astype(int)
    assert (pack["preview"].dtype, preview.shape) == (torch.uint8, (64, 64, 3))
    silent = [torch.zeros(1, 1, 1, 1)] * 9
    nearest = []
    for path in world.photos.iterdir():
        face = cv2.imread(str(path))[:, :, ::-1].transpose(2, 0, 1) / 127.5 - 1
        made = generator(torch.from_numpy(face[None]).float(), pack["code"][None], silent)[0].permute(1, 2, 0).numpy()
        nearest.append(np.abs(np.round((made / 2 + 0.5) * 255) - preview).max())
    assert min(nearest) <= 3


def test_a_reference_adds_the_projection(world: World, tmp_path: Path) -> None:
    run = world.before("few-shot", tmp_path / "run")
    more = ["--name", "my painter", "--reference", str(world.reference)]
    assert main(world.arguments("few-shot", run, *more)) == 0
    folder = run / "few-shot" / "my painter"
    assert all(float(row["projection"]) > 0 for row in losses(folder))
    assert all(row["projection"] == "" for row in losses(world.run / "few-shot" / "blue"))
    with safe_open(folder / "pack.safetensors", "pt") as file:
        assert file.metadata()["reference"] == "reference.png"
        assert "prompt" not in file.metadata()
    picture = cv2.imread(str(world.reference))[:, 5:85]
    small = cv2.resize(picture, (64, 64), interpolation=cv2.INTER_AREA)[:, :, ::-1].transpose(2, 0, 1) / 127.5 - 1
    embedding = ClipTowers(str(world.clip)).embed_images(torch.from_numpy(small[None].copy()).float())
    code = load_generator(world.run / "mapper" / "checkpoint.pt").map_embedding(embedding)[0]
    torch.testing.assert_close(load_file(folder / "pack.safetensors")["code"], code, atol=1e-4, rtol=1e-4)


def test_a_pack_can_start_from_a_code(world: World, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, config = torch.randn(10, 16), values(world.clip)
    config["few_shot"] |= {"start": str(tmp_path / "code.safetensors"), "steps": 1}
    path, run = write_config(tmp_path / "start.yaml", config), world.before("few-shot", tmp_path / "run")
    save_file({"code": code[:9].contiguous()}, tmp_path / "code.safetensors")
    refused(world.arguments("few-shot", run, config=path), "CODES_UNREADABLE", capfd, "[9, 16]")
    save_file({"code": code}, tmp_path / "code.safetensors")
    assert main(world.arguments("few-shot", run, config=path)) == 0
    assert torch.equal(load_file(run / "few-shot" / "blue" / "pack.safetensors")["code"], code)


def test_the_report_shows_the_mapper_and_every_pack(world: World, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    assert main(["report", str(world.run), "--out", str(out)]) == 0
    page = out.read_text()
    places = [page.index(f"<h2>{name}</h2>") for name in ("base", "mapper", "few-shot/blue")]
    assert places == sorted(places)


def test_export_of_phase_3_has_the_mapper_and_the_presets(world: World, tmp_path: Path) -> None:
    assert main(["export", str(world.run), "--out", str(tmp_path / "base")]) == 0
    assert main(["export", str(world.run), "--out", str(tmp_path / "mapper"), "--phase", "mapper"]) == 0
    base, mapper = (load_file(tmp_path / phase / "mmfs-mini.safetensors") for phase in ("base", "mapper"))
    assert all(key.startswith("clip_mapper.") for key in changed(mapper, base))
    assert mapper["clip_mapper.transformer.layers.3.linear1.weight"].shape == (FEEDFORWARD, 16)
    assert {value.dtype for value in mapper.values()} == {torch.float16}
    assert load_generator(tmp_path / "mapper" / "mmfs-mini.safetensors").config == GeneratorConfig(
        4, 16, True, FEEDFORWARD
    )
    for name in ("presets.json", "presets.safetensors"):
        assert (tmp_path / "mapper" / name).read_bytes() == (tmp_path / "base" / name).read_bytes()


def test_small_towers_go_from_phase_3_to_the_export(
    world: World, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    towers, out = write_small_towers(tmp_path / "towers", 16), tmp_path / "model"
    config = values(world.clip)
    config["towers"] = {"kind": "small", "path": str(towers)}
    config["mapper"]["steps"] = config["few_shot"]["steps"] = 1
    path, run = write_config(tmp_path / "small.yaml", config), world.before("mapper", tmp_path / "run")
    assert main(world.arguments("mapper", run, config=path)) == 0
    more = ["--name", "a", "--reference", str(world.reference)]
    assert main(world.arguments("few-shot", run, *more, config=path)) == 0
    assert float(losses(run / "few-shot" / "a")[0]["projection"]) > 0
    assert main(["export", str(run), "--out", str(out), "--phase", "mapper"]) == 0
    for name in ("towers.safetensors", "tokenizer.json"):
        assert (out / name).read_bytes() == (towers / name).read_bytes()
    (towers / "towers.safetensors").unlink()
    capfd.readouterr()
    refused(["export", str(run), "--out", str(out), "--phase", "mapper"], "TOWERS_MISSING", capfd, towers)


def test_bad_input_is_refused(world: World, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run, config = tmp_path / "run", values(world.clip)
    refused(world.arguments("mapper", run), "CHECKPOINT_MISSING", capfd, "run the phase `base` first")
    world.before("mapper", run)
    refused(world.arguments("few-shot", run), "CHECKPOINT_MISSING", capfd, "run the phase `mapper` first")
    refused(command("mapper", world.config, run, world.photos), "ART_NEEDED", capfd, "--art")

    def other(name: str, **changes: Any) -> Path:
        return write_config(tmp_path / name, {**config, **changes})

    narrow = other("narrow.yaml", towers={"kind": "clip", "path": str(write_tiny_clip(tmp_path / "narrow", 8))})
    refused(world.arguments("mapper", run, config=narrow), "TOWERS_WIDTH", capfd, "8 numbers", "style_dim is 16")
    none = other("none.yaml", towers=None)
    refused(world.arguments("mapper", run, config=none), "TOWERS_MISSING", capfd, "towers: ")
    captions = other("captions.yaml", mapper={"captions": 0.5})
    refused(world.arguments("mapper", run, config=captions), "CONFIG_INVALID", capfd, "captions")
    unpaired = world.art.parent / "unpaired"
    (unpaired / "grey").mkdir(parents=True)
    shutil.copy(world.reference, unpaired / "grey" / "one.png")
    arguments = command("mapper", world.config, run, world.photos, unpaired)
    refused(arguments, "PAIRS_MISSING", capfd, unpaired)
    assert not (run / "mapper").exists()

    world.before("few-shot", tmp_path / "mapped")
    run = tmp_path / "mapped"
    strange = other("strange.yaml", towers={"kind": "clip", "path": str(write_tiny_clip(tmp_path / "strange", 16, 1))})
    refused(world.arguments("few-shot", run, config=strange), "TOWERS_CHANGED", capfd, "other towers")
    wide = other("wide.yaml", network={**config["network"], "mapper_feedforward": 32})
    refused(world.arguments("few-shot", run, config=wide), "CHECKPOINT_MISMATCH", capfd, "'mapper_feedforward': 24")
    for name, prompt, code in (
        ("../up", "blue", "NAME_INVALID"),
        ("", "blue", "NAME_INVALID"),
        ("blue", "  ", "PROMPT_EMPTY"),
        ("blue", "photo", "PROMPT_IS_SOURCE"),
    ):
        refused(world.arguments("few-shot", run, "--name", name, "--prompt", prompt), code, capfd)
    for reference, code in ((world.root / "none.png", "REFERENCE_UNREADABLE"), (world.config, "PICTURE_UNREADABLE")):
        refused(
            world.arguments("few-shot", run, "--name", "blue", "--reference", str(reference)), code, capfd, reference
        )
    with pytest.raises(SystemExit):
        main(world.arguments("few-shot", run, "--name", "blue"))
    assert "--prompt --reference" in capfd.readouterr().err
    assert not (run / "few-shot").exists()
    shutil.copytree(world.run / "few-shot", run / "few-shot")
    refused(
        world.arguments("few-shot", run, "--name", "blue", "--prompt", "a red picture"),
        "PACK_OTHER", capfd, "a blue picture", "another --name",
    )  # fmt: skip
