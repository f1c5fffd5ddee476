"""A tiny random model, measured."""

import csv
import json
import math
import os
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from mmfs_training.common.errors import TrainingError
from mmfs_training.data.folders import ArtFolder
from mmfs_training.figures import evaluate as command
from mmfs_training.figures.art_set import read_art
from mmfs_training.figures.evaluate import evaluate, main, reconstruction, rounded
from mmfs_training.figures.evaluation_faces import CROP, aligned_square, find_faces
from mmfs_training.figures.features import TfliteFeatures
from mmfs_training.models.model_folder import read_model
from mmfs_training.networks.checkpoint import save_safetensors
from mmfs_training.networks.generator import Generator, GeneratorConfig, draw_noises

Bytes = NDArray[np.uint8]

SIZE = 32
FACES = 12
DATA = Path(os.environ.get("MMFS_DATA", Path(__file__).parents[3] / "shared" / "data"))


def extract(picture: Bytes) -> NDArray[np.float32]:
    """Features that need no network: the picture at 4 × 4 pixels."""
    return cv2.resize(picture, (4, 4), interpolation=cv2.INTER_AREA).astype(np.float32).ravel() / 255


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    torch.manual_seed(3)
    generator = Generator(GeneratorConfig(4, 16))
    generator.get_submodule("to_rgb4").bias.data += torch.tensor([0.6, 0.0, -0.6])[:, None, None]  # unlike the photos
    save_safetensors(generator.state_dict(), folder / "mmfs-mini.safetensors")
    names = ("photo", "plain", "red")
    save_safetensors({name: torch.randn(10, 16) for name in names}, folder / "presets.safetensors")
    presets = [{"name": "plain"}, {"name": "red", "style": "red"}]
    (folder / "presets.json").write_text(json.dumps({"size": SIZE, "photo": "photo", "presets": presets}))
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Faces of SIZE pixels whose squares are the whole pictures, and art of two styles of them."""
    root = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(0)
    for part in ("faces", "art/red", "art/blue"):
        (root / part).mkdir(parents=True)
    with (root / "landmarks.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "score", *CROP])
        rows.writerow(["elsewhere/0.png", 1, 16, 16, 32, 0])
        for i in range(FACES):
            face = cv2.resize(rng.integers(0, 256, (6, 6, 3), dtype=np.uint8), (SIZE, SIZE))
            cv2.imwrite(str(root / "faces" / f"{i}.png"), face)
            rows.writerow([f"faces/{i}.png", 1, SIZE / 2, SIZE / 2, SIZE, 0])
            for channel, style in ((2, "red"), (0, "blue")):
                art = np.zeros_like(face)
                art[:, :, channel] = face.mean(2)
                cv2.imwrite(str(root / "art" / style / f"{i}.png"), art)
    return root


def read_rgb(path: Path) -> Bytes:
    return np.ascontiguousarray(cv2.imread(str(path))[:, :, ::-1])


def made(model: Path, photo: Bytes, code: str) -> Bytes:
    """A result by the plain call of the generator, rounded to bytes."""
    loaded = read_model(model)
    wplus = {"photo": loaded.photo, **{preset.name: preset.code for preset in loaded.presets}}[code]
    image = torch.from_numpy(photo.astype(np.float32) / 127.5 - 1).permute(2, 0, 1)[None]
    with torch.no_grad():
        out = loaded.generator(image, wplus[None], draw_noises(SIZE, torch.Generator().manual_seed(0)))
    return np.round((out[0].permute(1, 2, 0).numpy().astype(np.float64) + 1) * 127.5).astype(np.uint8)


def mmd(x: NDArray[np.float32], y: NDArray[np.float32]) -> float:
    def kernels(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float64]:
        return (a.astype(np.float64) @ b.T / a.shape[1] + 1) ** 3

    def within(a: NDArray[np.float32]) -> float:
        return float(kernels(a, a)[~np.eye(len(a), dtype=bool)].mean())

    return within(x) + within(y) - 2 * float(kernels(x, y).mean())


def measured(model: Path, data: Path, art: Path) -> dict[str, Any]:
    loaded = read_model(model)
    sets = read_art(ArtFolder(art), [preset.style for preset in loaded.presets], SIZE, extract)
    return evaluate(loaded, find_faces(data / "faces", data / "landmarks.csv"), extract, sets)


def test_figures_are_those_of_the_pictures(model: Path, data: Path) -> None:
    figures = measured(model, data, data / "art")
    assert figures["pictures"] == FACES
    photos = [read_rgb(data / "faces" / f"{i}.png") for i in range(FACES)]

    errors = [np.mean((made(model, p, "photo").astype(float) - p) ** 2) for p in photos]
    psnrs = sorted(10 * np.log10(255**2 / error) for error in errors)
    assert figures["reconstruction"] == pytest.approx(
        # two of twelve are the worst tenth, rounded up
        {"psnr": np.mean(psnrs), "worstTenth": np.mean(psnrs[:2]), "worst": psnrs[0], "best": psnrs[-1]},
        abs=0.02,
    )

    results = {name: np.stack([extract(made(model, p, name)) for p in photos]) for name in ("plain", "red")}
    plain = np.stack([extract(p) for p in photos])
    art = {
        style: np.stack([extract(read_rgb(path)) for path in sorted((data / "art" / style).iterdir())])
        for style in ("blue", "red")
    }
    everything = np.concatenate([art["blue"], art["red"]])
    rows = {"plain": (results["plain"], everything), "red": (results["red"], art["red"])}
    for name, (features, reference) in rows.items():
        row = figures["presets"][name]
        assert row["kid"] == pytest.approx(mmd(features, reference), abs=2e-3)
        assert row["photos"]["kid"] == pytest.approx(mmd(plain, reference), abs=1e-5)
        assert row["art"] == len(reference)
    assert figures["all"]["kid"] == pytest.approx(mmd(np.concatenate(list(results.values())), everything), abs=2e-3)
    means = [figures["presets"][name]["structure"] for name in ("plain", "red")]
    assert figures["all"]["structure"] == pytest.approx(np.mean(means))


def test_art_like_the_results_is_nearer_than_the_photos(model: Path, data: Path, tmp_path: Path) -> None:
    (tmp_path / "red").mkdir()
    for i in range(FACES):
        art = made(model, read_rgb(data / "faces" / f"{i}.png"), "red")
        cv2.imwrite(str(tmp_path / "red" / f"{i}.png"), art[:, :, ::-1])
    row = measured(model, data, tmp_path)["presets"]["red"]
    for measure in ("kid", "frechet"):
        assert row[measure] < 0.1 * row["photos"][measure]
        assert row["artHalves"][measure] < 0.5 * row["photos"][measure]


def test_diversity_counts_what_z_changes(model: Path, data: Path) -> None:
    faces = find_faces(data / "faces", data / "landmarks.csv")
    loaded = read_model(model)
    lively = evaluate(loaded, faces, extract)["diversity"]
    assert lively["seeds"] > 0
    for layer in list(loaded.generator.mapping_z)[1:]:
        layer.weight.zero_()  # every z gives one w
    still = evaluate(loaded, faces, extract)["diversity"]
    assert still["seeds"] == pytest.approx(0, abs=1e-9)
    assert still["faces"] > 0


def test_worst_tenth_has_at_least_one() -> None:
    figures = reconstruction([float(x) for x in range(30, 10, -1)])
    assert figures == {"psnr": 20.5, "worstTenth": 11.5, "worst": 11, "best": 30}
    assert reconstruction([7.0, 9.0])["worstTenth"] == 7


def test_infinite_figures_are_null_in_json() -> None:
    assert rounded({"a": {"b": math.inf}, "c": 1.23456789, "n": 3}) == {"a": {"b": None}, "c": 1.23457, "n": 3}


def arguments(model: Path, data: Path, *more: str) -> list[str]:
    return [str(model), "--faces", str(data / "faces"), "--landmarks", str(data / "landmarks.csv"), *more]


def test_command_writes_table_json_and_sheets(
    model: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "TfliteFeatures", lambda path, threads: extract)
    (tmp_path / "identity.json").write_text('{"presets": {"red": {"cosine": 0.75}, "other": {"cosine": 0.1}}}')
    options = ["--art", str(data / "art"), "--features", "net.tflite", "--identity", str(tmp_path / "identity.json")]
    files = [tmp_path / f"{i}.json" for i in range(2)]
    for file in files:
        assert main(arguments(model, data, *options, "--json", str(file))) == 0
    assert files[0].read_bytes() == files[1].read_bytes()
    figures = json.loads(files[0].read_text())
    assert set(figures["presets"]) == {"plain", "red"}
    assert figures["presets"]["red"]["identity"] == 0.75
    assert "identity" not in figures["presets"]["plain"]
    printed = capsys.readouterr().out
    line = next(line for line in printed.splitlines() if line.startswith("red"))
    assert f"{figures['presets']['red']['structure']:.3f}" in line
    assert f"{1000 * figures['presets']['red']['kid']:.2f}" in line
    assert not list(tmp_path.glob("*.png"))

    assert main(arguments(model, data, "--out", str(tmp_path / "sheet.png"), "--rows", "4", "--limit", "5")) == 0
    assert "5 faces" in capsys.readouterr().out
    shapes = {path.stem: cv2.imread(str(path)).shape for path in tmp_path.glob("*.png")}
    assert shapes == {
        "sheet": (4 * SIZE, 4 * SIZE, 3),
        "sheet-strength": (4 * SIZE, 9 * SIZE, 3),
        "sheet-seeds": (4 * SIZE, 13 * SIZE, 3),
    }


def test_a_model_may_be_measured_at_another_size(
    model: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    larger = str(2 * SIZE)
    assert main(arguments(model, data, "--size", larger, "--out", str(tmp_path / "sheet.png"), "--rows", "1")) == 0
    assert cv2.imread(str(tmp_path / "sheet.png")).shape == (2 * SIZE, 4 * 2 * SIZE, 3)
    assert main(arguments(model, data, "--size", "40")) == 2
    assert "SIZE_INVALID" in capsys.readouterr().err


def test_limit_spreads_over_the_faces(data: Path) -> None:
    faces = find_faces(data / "faces", data / "landmarks.csv", 3)
    assert [face.path.stem for face in faces] == ["0", "5", "11"]


@pytest.mark.parametrize(
    "text",
    [
        None,
        "file,crop_center_x\nfaces/0.png,1\n",
        f"file,{','.join(CROP)}\nfaces/0.png,16,16,wide,0\n",
        f"file,{','.join(CROP)}\nfaces/0.png,16,16,0,0\n",
        f"file,{','.join(CROP)}\nfaces/0.png,16\n",
        "\xff\xfe",
    ],
)
def test_landmarks_that_cannot_be_used(data: Path, tmp_path: Path, text: str | None) -> None:
    landmarks = tmp_path / "landmarks.csv"
    if text is not None:
        landmarks.write_bytes(text.encode("latin-1"))
    with pytest.raises(TrainingError) as caught:
        find_faces(data / "faces", landmarks)
    assert caught.value.code == "LANDMARKS_UNREADABLE"
    assert str(landmarks) in str(caught.value)


def test_errors_name_what_is_missing(
    model: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(given: list[str]) -> str:
        assert main(given) == 2
        return capsys.readouterr().err.split(":")[0]

    (tmp_path / "landmarks.csv").write_text(f"file,{','.join(CROP)}\nfaces/none.png,16,16,32,0\n")
    nothing = ["--faces", str(data / "faces"), "--landmarks", str(tmp_path / "landmarks.csv")]
    assert refused([str(model), *nothing]) == "error FACES_MISSING"
    assert refused(arguments(tmp_path / "none", data)) == "error MODEL_MISSING"
    assert refused(arguments(model, data, "--art", str(data / "art"))) == "error FEATURES_NEEDED"
    assert refused(arguments(model, data, "--identity", str(tmp_path / "none.json"))) == "error IDENTITY_INVALID"
    with pytest.raises(TrainingError) as caught:
        evaluate(read_model(model), find_faces(data / "faces", data / "landmarks.csv", 1), extract)
    assert caught.value.code == "FACES_TOO_FEW"


def test_models_that_are_none(model: Path, tmp_path: Path) -> None:
    def changed(**values: object) -> None:
        for name in ("mmfs-mini.safetensors", "presets.safetensors"):
            (tmp_path / name).write_bytes((model / name).read_bytes())
        (tmp_path / "presets.json").write_text(json.dumps(json.loads((model / "presets.json").read_text()) | values))

    def refused() -> str:
        with pytest.raises(TrainingError) as caught:
            read_model(tmp_path)
        return caught.value.code

    for values in ({"photo": "none"}, {"size": 33}, {"presets": [{"name": "none"}]}, {"presets": 3}):
        changed(**values)
        assert refused() == "MODEL_INVALID"
    changed()
    (tmp_path / "mmfs-mini.safetensors").write_bytes(b"no weights")
    assert refused() == "MODEL_INVALID"
    changed()
    save_safetensors({name: torch.zeros(9, 16) for name in ("photo", "plain", "red")}, tmp_path / "presets.safetensors")
    assert refused() == "MODEL_INVALID"


def test_art_that_does_not_suit_the_presets(model: Path, data: Path, tmp_path: Path) -> None:
    def refused() -> str:
        with pytest.raises(TrainingError) as caught:
            measured(model, data, tmp_path)
        return caught.value.code

    (tmp_path / "blue").mkdir()
    for i in range(4):
        (tmp_path / "blue" / f"{i}.png").write_bytes((data / "art" / "blue" / f"{i}.png").read_bytes())
    assert refused() == "STYLE_UNKNOWN"
    (tmp_path / "blue").rename(tmp_path / "red")
    (tmp_path / "red" / "0.png").unlink()
    assert refused() == "ART_TOO_FEW"


def test_missing_extra_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    with pytest.raises(TrainingError, match=r"pip install 'mmfs-training\[evaluate\]'") as caught:
        TfliteFeatures(tmp_path / "net.tflite")
    assert caught.value.code == "EXTRA_MISSING"


def test_file_without_a_network_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("ai_edge_litert", reason="the extra `evaluate` is not installed")
    (tmp_path / "net.tflite").write_bytes(b"no network")
    for name, code in (("net.tflite", "FEATURES_UNSUITABLE"), ("none.tflite", "FEATURES_MISSING")):
        with pytest.raises(TrainingError) as caught:
            TfliteFeatures(tmp_path / name)
        assert caught.value.code == code


def test_features_are_what_the_classifier_reads() -> None:
    pytest.importorskip("ai_edge_litert", reason="the extra `evaluate` is not installed")
    path = DATA / "weights" / "mobilenet-v2-imagenet-int8.tflite"
    if not path.exists():
        pytest.skip(f"there is no {path} (MMFS_DATA names another folder)")
    net = TfliteFeatures(path)
    picture = cv2.resize(np.random.default_rng(0).integers(0, 256, (9, 9, 3), dtype=np.uint8), (300, 300))
    features = net(picture)
    assert features.shape == (1280,)
    tensors = {tensor["name"].split("/", 2)[-1]: tensor for tensor in net.graph.get_tensor_details()}

    def real(name: str) -> NDArray[np.float64]:
        scale, zero = tensors[name]["quantization"]
        return (net.graph.get_tensor(tensors[name]["index"]).astype(np.float64) - zero) * scale

    layer = "Conv2d_1c_1x1/"
    logits = real(layer + "weights_quant/FakeQuantWithMinMaxVars").reshape(1001, 1280) @ features
    logits += real(layer + "Conv2D_bias")
    step = tensors[layer + "BiasAdd"]["quantization"][0]
    assert np.abs(logits - real(layer + "BiasAdd").ravel()).max() <= 0.51 * step


def test_aligned_square_turns_the_face_upright() -> None:
    picture = np.zeros((100, 120, 3), np.uint8)
    angle = math.radians(20)
    for distance, colour in ((-20, (255, 0, 0)), (20, (0, 255, 0))):  # two eyes on a line falling to the right by 20°
        centre = (round(60 + distance * math.cos(angle)), round(50 + distance * math.sin(angle)))
        cv2.circle(picture, centre, 4, colour, -1)
    out = aligned_square(picture, 60, 50, 80, 20, 160)
    for channel, x in ((0, 40), (1, 120)):
        ys, xs = np.nonzero(out[:, :, channel] > 128)
        assert abs(xs.mean() - x) < 3
        assert abs(ys.mean() - 80) < 3
