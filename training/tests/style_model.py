"""A tiny random model with a mapper and small towers beside it, faces, art that can be told apart, and references."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from small_towers_folder import write_small_towers

from mmfs_training.figures.evaluation_faces import CROP
from mmfs_training.networks.checkpoint import encoder_digest, save_safetensors
from mmfs_training.networks.generator import Generator, GeneratorConfig

SIZE, WIDTH, FACES = 64, 16, 6
PACK_KEYS = ("decoder", "to_rgb")


@dataclass(frozen=True)
class StyleModel:
    model: Path
    faces: Path
    landmarks: Path
    art: Path
    prompts: Path
    references: Path
    packs: Path


def random_generator(seed: int) -> Generator:
    torch.manual_seed(seed)
    return Generator(GeneratorConfig(4, WIDTH, True, 24)).eval()


def write_pack(path: Path, generator: Generator, base: str, tint: tuple[float, float, float]) -> None:
    """The generator's decoder with a colour added to its pictures."""
    path.parent.mkdir(parents=True)
    tensors = {key: p.detach().clone() for key, p in generator.named_parameters() if key.startswith(PACK_KEYS)}
    tensors["to_rgb4.bias"] += torch.tensor(tint)[None, :, None, None]
    tensors["code"] = torch.randn(10, WIDTH)
    save_safetensors(tensors, path, {"mmfs.pack": "1", "name": path.parent.name, "base": base})


def write_style_model(root: Path) -> StyleModel:
    made = StyleModel(*(root / n for n in ("model", "faces", "faces.csv", "art", "prompts.csv", "references", "packs")))
    for folder in (made.model, made.faces, made.references):
        folder.mkdir(parents=True)
    generator = random_generator(3)
    generator.half().float()  # as it is stored
    write_small_towers(made.model, WIDTH)
    weights = {key: value.half() for key, value in generator.state_dict().items()}
    save_safetensors(weights, made.model / "mmfs-mini.safetensors")
    names = ("photo", "ruddy one", "plain")
    save_safetensors({name: torch.randn(10, WIDTH) for name in names}, made.model / "presets.safetensors")
    presets = [{"name": "ruddy one", "style": "ruddy"}, {"name": "plain"}]
    (made.model / "presets.json").write_text(json.dumps({"size": SIZE, "photo": "photo", "presets": presets}))

    rng = np.random.default_rng(0)
    with made.landmarks.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["file", *CROP])
        for i in range(FACES):
            face = cv2.resize(rng.integers(0, 256, (6, 6, 3), dtype=np.uint8), (SIZE, SIZE))
            cv2.imwrite(str(made.faces / f"{i}.png"), face)
            rows.writerow([f"faces/{i}.png", SIZE / 2, SIZE / 2, SIZE, 0])
    for i in range(20):
        photo = cv2.resize(rng.integers(0, 256, (6, 6, 3), dtype=np.uint8), (SIZE, SIZE))
        for style, colour in (("ruddy", (40, 40, 255)), ("negative", (255, 60, 40))):  # OpenCV keeps red last
            (made.art / style).mkdir(parents=True, exist_ok=True)
            picture = (photo.mean(2, keepdims=True) / 255 * np.array(colour)).astype(np.uint8)
            cv2.imwrite(str(made.art / style / f"{i}.png"), picture)
    made.prompts.write_text("style,prompt,seen\nruddy,a ruddy picture,yes\nruddy,red,no\nnegative,a blue picture,no\n")
    for name, colour, tint in (("rose", (150, 110, 250), (2, -2, -2)), ("sea", (200, 120, 20), (-2, -2, 2))):
        picture = np.full((SIZE, SIZE, 3), colour, np.uint8)
        cv2.imwrite(str(made.references / f"{name}.png"), picture)
        digest = encoder_digest(generator.state_dict())
        write_pack(made.packs / name / "pack.safetensors", generator, digest, (float(tint[0]), tint[1], tint[2]))
    return made


def write_pairs(made: StyleModel) -> None:
    """Adds art of the faces themselves, so that they are training photos with art in both styles."""
    for face in made.faces.iterdir():
        grey = cv2.imread(str(face)).mean(2, keepdims=True) / 255
        for style, colour in (("ruddy", (40, 40, 255)), ("negative", (255, 60, 40))):
            cv2.imwrite(str(made.art / style / face.name), (grey * np.array(colour)).astype(np.uint8))
