import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from mmfs_training.common.files import write_atomically
from mmfs_training.networks.checkpoint import load_generator, load_state_dict

SIZES = ["--size", "32", "--ngf", "2", "--style-dim", "16", "--embedding-dim", "16"]


def run(*arguments: str) -> str:
    command = [sys.executable, "-m", "mmfs_training", "reference", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("reference")
    run(*SIZES, "--seed", "5", "--out", str(out))
    return out


def test_three_formats_hold_the_same_network(folder: Path) -> None:
    states = [load_state_dict(folder / f"checkpoint{end}") for end in (".pth", "-legacy.pth", ".safetensors")]
    for state in states[1:]:
        assert state.keys() == states[0].keys()
        assert all(torch.equal(state[key], value) for key, value in states[0].items())
    assert zipfile.is_zipfile(folder / "checkpoint.pth")
    assert not zipfile.is_zipfile(folder / "checkpoint-legacy.pth")


def test_outputs_are_those_of_the_saved_network(folder: Path) -> None:
    io = load_file(folder / "io.safetensors")
    assert all(value.dtype == torch.float32 for value in io.values())
    network = load_generator(folder / "checkpoint.pth")
    encoded = network.encode(io["image"])
    torch.testing.assert_close(encoded.features, io["features"])
    noises = [io[f"noise_{i}"] for i in range(9)]
    torch.testing.assert_close(network.decode(encoded, io["wplus"], noises), io["decoded"])
    torch.testing.assert_close(network.map_z(io["z"]), io["w"])
    torch.testing.assert_close(network.map_embedding(io["embedding"]), io["mapper_wplus"])


def test_random_parameters_are_not_initial_values_and_pictures_are_not_saturated(folder: Path) -> None:
    state = load_state_dict(folder / "checkpoint.pth")
    parameters = {key: value for key, value in state.items() if not key.endswith("kernel")}
    assert all((value != 0).all() and (value != 1).all() for value in parameters.values())
    decoded = load_file(folder / "io.safetensors")["decoded"]
    assert decoded.shape == (2, 3, 32, 32)
    assert decoded.std() > 0.1
    assert (decoded.abs() == 1).float().mean() < 0.2


def test_seed_decides_everything(folder: Path, tmp_path: Path) -> None:
    run(*SIZES, "--seed", "5", "--out", str(tmp_path / "same"))
    run(*SIZES, "--seed", "6", "--out", str(tmp_path / "other"))
    same, other = (load_file(tmp_path / name / "io.safetensors") for name in ("same", "other"))
    first = load_file(folder / "io.safetensors")
    assert all(torch.equal(same[key], value) for key, value in first.items())
    assert not any(torch.equal(other[key], value) for key, value in first.items())


def test_io_only_reads_a_checkpoint(folder: Path, tmp_path: Path) -> None:
    run("--size", "32", "--seed", "5", "--io-only", str(folder / "checkpoint-legacy.pth"), "--out", str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["io.safetensors"]
    expected = load_file(folder / "io.safetensors")
    assert all(torch.equal(value, expected[key]) for key, value in load_file(tmp_path / "io.safetensors").items())


def test_time_is_printed_as_json() -> None:
    report = json.loads(run("--size", "32", "--ngf", "2", "--style-dim", "16", "--time"))
    assert report["medianMs"] > 0
    assert (report["size"], report["baseWidth"], report["styleDim"]) == (32, 2, 16)


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")

    def fail(temporary: Path) -> None:
        temporary.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, fail)
    assert path.read_text() == "old"
