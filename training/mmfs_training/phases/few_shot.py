"""Phase 4: a short fine-tuning of the decoder to one prompt or one reference picture, for styles that the mapper alone
does not reach; it writes a style pack.

Encoder, mapping and mapper are frozen, and so is the style's w+, which the mapper gives. Each style has its own folder,
RUN/few-shot/NAME, with what every phase writes and pack.safetensors.
"""

from __future__ import annotations

import argparse
import copy
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from ..common.config import RunConfig
from ..common.errors import TrainingError
from ..common.evenly_spread import evenly_spread
from ..common.place import Place
from ..data.folders import PhotoFolder
from ..data.pictures import Pictures, mirrored, nchw, read_square, scaled
from ..losses.projection import projection_loss, token_span
from ..losses.structure import structure_features, structure_loss
from ..losses.terms import direction_loss
from ..networks import fast
from ..networks.generator import STYLE_TOKENS, Generator, GeneratorConfig, noise_shapes
from ..runs.checkpoints import check_network, read_checkpoint
from ..runs.phase import Phase, move_average
from ..runs.sheets import style_sheet, to_bytes
from ..styles.style_pack import DECODER, write_pack
from ..towers.checks import check_towers, check_width
from ..towers.load import load_towers, towers_digest
from .few_shot_style import Style

SHEET_FACES = 6
SOURCE_PHOTOS, SOURCE_BATCH = 256, 16


def load_mapped(run: Path, config: RunConfig) -> tuple[Generator, dict[str, Any]]:
    """The averaged generator of phase 3, and what its checkpoint keeps beside."""
    path = run / "mapper" / "checkpoint.pt"
    state = read_checkpoint(path, "mapper")
    check_network(state, config, path)
    network = config.network
    generator = Generator(
        GeneratorConfig(network.base_width, network.style_dim, True, network.mapper_feedforward, network.detail)
    )
    generator.load_state_dict(state["G_ema_model"])
    return generator, state["mmfs"]["extra"]


def structure_source(run: Path, config: RunConfig, generator: Generator) -> Generator:
    """The generator whose encoder the structure loss looks through: phase 1's, unless the configuration says else."""
    settings = config.few_shot.structure
    if settings.features == "dino":
        return generator
    first = Path(config.base.start_from) if config.base.start_from else run
    path = Path(settings.path) if settings.path else first / "encoder" / "checkpoint.pt"
    state = read_checkpoint(path, "encoder")
    check_network(state, config, path)
    source = Generator(
        GeneratorConfig(config.network.base_width, config.network.style_dim, detail=config.network.detail)
    )
    source.load_state_dict(state["G_ema_model"])
    return source


def read_code(path: Path, width: int) -> Tensor:
    """The w+ [10, D] that a pack holds as `code`."""
    try:
        code = load_file(path)["code"].float()
    except Exception as error:
        raise TrainingError(
            "CODES_UNREADABLE", f"{path} holds no code ({error!r}): name a safetensors file with a w+ called code."
        ) from error
    if code.shape != (STYLE_TOKENS, width):
        raise TrainingError(
            "CODES_UNREADABLE",
            f"The code in {path} is {list(code.shape)} and not {[STYLE_TOKENS, width]}: name one of this network.",
        )
    return code


class FewShotPhase(Phase):
    """Raises `TrainingError`: TOWERS_… as phase 3; TOWERS_CHANGED where phase 3 had others; PACK_OTHER where the folder
    holds another prompt or reference; PROMPT_IS_SOURCE where there is no way from photo to style."""

    name = "few-shot"
    number = 4
    section = "few_shot"
    help = "phase 4: the decoder is tuned to one prompt or reference picture; writes a style pack"
    needs = ("photos", "towers")
    columns = ("structure", "direction", "projection", "keep", "learning_rate")

    def __init__(self, config: RunConfig, place: Place, photos: PhotoFolder, style: Style, run: Path) -> None:
        super().__init__(config, place)
        self.photos, self.style, settings = photos, style, config.few_shot
        self.settings = settings
        self.steps, self.batch, self.optimizer_config = settings.steps, settings.batch, settings.optimizer
        place.check_batch("few_shot.batch", settings.batch)
        self.identity = style.identity()
        generator, mapped = load_mapped(run, config)
        self.towers = load_towers(config.towers, place.device)
        check_width(self.towers.width, config)
        assert config.towers is not None
        self.towers_digest = towers_digest(config.towers)
        self.digests |= {"photos": photos.digest, "towers": self.towers_digest, **self.identity}
        check_towers(mapped, self.towers_digest, "mapper")
        source = structure_source(run, config, generator)
        self.structure = structure_features(settings.structure, source, place.dtype).to(place.device)
        self.start = generator.to(place.device).requires_grad_(False)
        self._look(settings.source)
        self.generator, self.average = copy.deepcopy(self.start), copy.deepcopy(self.start)
        trained = [p for key, p in self.generator.named_parameters() if key.startswith(DECODER)]
        for parameter in trained:
            parameter.requires_grad_(True)
        self.optimizer = self.adam(trained)
        self.modules = {"G_model": self.generator, "G_ema_model": self.average}
        self.optimizers = {"optimizer_0": self.optimizer}

    @classmethod
    def add_arguments(cls, parser: argparse.ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--name", required=True, help="of the pack; it is written to RUN/few-shot/NAME")
        style = parser.add_mutually_exclusive_group(required=True)
        style.add_argument("--prompt", help="the style in words")
        style.add_argument("--reference", type=Path, help="a picture in the style")

    @classmethod
    def open(cls, args: argparse.Namespace, config: RunConfig, place: Place) -> FewShotPhase:
        photos = PhotoFolder(args.photos, config.held_out, config.seed)
        return cls(config, place, photos, Style(args.name, args.prompt, args.reference), args.run)

    def folder(self, run: Path) -> Path:
        return super().folder(run) / self.style.name

    @torch.no_grad()
    def _look(self, source: str) -> None:
        """The style's w+ [1, 10, D], its direction [E] from photos, and the span of a reference's tokens [R, C]."""
        size, device = self.config.network.size, self.place.device
        self.span: Tensor | None = None
        if self.style.prompt is not None:
            target, start = self.towers.embed_texts([self.style.prompt, source]).to(device)
        else:
            assert self.style.reference is not None
            picture = nchw(scaled(read_square(self.style.reference, size))[None]).to(device)
            target, start = self.towers.embed_images(picture)[0], self._mean_photo()
            self.span = token_span(self.towers.tokens(picture)[0])
        if (target - start).norm() < 1e-6:
            raise TrainingError(
                "PROMPT_IS_SOURCE",
                f"The prompt says no more than what photos are called (few_shot.source: {source}): describe the style.",
            )
        self.direction = target - start
        if self.settings.start:
            self.code = read_code(Path(self.settings.start), self.config.network.style_dim)[None].to(device)
        else:
            self.code = self.start.map_embedding(target[None])

    def _mean_photo(self) -> Tensor:
        """The mean embedding [E] of training photos, which stands for `photo` where the target is a picture."""
        size = self.config.network.size
        chosen = evenly_spread(self.photos.training, SOURCE_PHOTOS)
        found = []
        for i in range(0, len(chosen), SOURCE_BATCH):
            pictures = np.stack([scaled(read_square(path, size)) for path in chosen[i : i + SOURCE_BATCH]])
            found.append(self.towers.embed_images(nchw(pictures).to(self.place.device)))
        return torch.cat(found).mean(0)

    def extra_state(self) -> dict[str, Any]:
        return {"towers": self.towers_digest, **self.identity}

    def load_extra_state(self, state: dict[str, Any]) -> None:
        check_towers(state, self.towers_digest, self.name)
        if {key: state[key] for key in ("prompt", "reference") if key in state} != self.identity:
            other = f"the prompt {state['prompt']!r}" if "prompt" in state else "another reference picture"
            raise TrainingError(
                "PACK_OTHER", f"The pack {self.style.name} of this run is of {other}: choose another --name."
            )

    def make_batch(self, step: int) -> Tensor:
        rng = np.random.default_rng((self.config.seed, self.number, step, 1))
        chosen, mirrors = rng.integers(len(self.photos.training), size=self.batch), rng.random(self.batch) < 0.5
        size, paths = self.config.network.size, self.photos.training
        return nchw(np.stack([
            scaled(mirrored(read_square(paths[int(chosen[n])], size), bool(mirrors[n])))
            for n in self.place.mine(np.arange(self.batch)).astype(int)
        ]))  # fmt: skip

    def step(self, step: int, batch: Tensor) -> dict[str, float]:
        place, settings = self.place, self.settings
        rate = self.set_rates(step)
        maps = self.draws(step).noises(noise_shapes(self.config.network.size, self.batch))
        photos = batch.to(place.device)
        wplus = self.code.expand(len(photos), -1, -1)
        with torch.no_grad():
            features = fast.encode(self.start, photos, place.dtype)
            before = self.towers.embed_images(photos)
        made = fast.decode(self.generator, features, wplus, maps)
        # the towers see what a user would
        shown = made.clamp(-1, 1)
        terms = {
            "structure": (settings.structure.weight, structure_loss(self.structure, made, photos)),
            "direction": (
                settings.direction,
                direction_loss(self.towers.embed_images(shown), before, self.direction),
            ),
        }
        if self.span is not None and settings.projection:
            terms["projection"] = (settings.projection, projection_loss(self.towers.tokens(shown), self.span))
        if settings.keep:
            with torch.no_grad():
                mapped = fast.decode(self.start, features, wplus, maps)
            terms["keep"] = (settings.keep, (made - mapped).abs().mean())
        self.update(self.optimizer, torch.stack([weight * value for weight, value in terms.values()]).sum())
        move_average(self.average, self.generator, settings.optimizer.ema, step)
        return {**{name: place.mean(value) for name, (_, value) in terms.items()}, "learning_rate": rate}

    def _stylise(self, generator: Generator, images: Tensor, wplus: Tensor) -> Tensor:
        features = fast.encode(generator, images.to(self.place.device), self.place.dtype)
        return fast.decode(generator, features, wplus)

    @torch.no_grad()
    def sheet(self) -> Pictures:
        """Held-out photos; what the mapper alone makes of them; what the tuned decoder does."""
        chosen = evenly_spread(self.photos.held_out, SHEET_FACES)
        faces = np.stack([read_square(path, self.config.network.size) for path in chosen])
        before = style_sheet(faces, [self.code[0]], lambda x, w: self._stylise(self.start, x, w))
        after = style_sheet(faces, [self.code[0]], lambda x, w: self._stylise(self.average, x, w))
        return np.concatenate([before, after[:, after.shape[1] // 2 :]], 1)

    @torch.no_grad()
    def finish(self, folder: Path) -> Path:
        """Writes FOLDER/pack.safetensors (`style_pack.py`), whole or not at all, and returns its path.

        All that was trained, averaged; metadata: `name`, and `prompt` or `reference` (the file's name).
        """
        size = self.config.network.size
        face = nchw(scaled(read_square(self.photos.held_out[0], size))[None])
        preview = torch.from_numpy(to_bytes(self._stylise(self.average, face, self.code)[0]))
        said = {"name": self.style.name}
        if self.style.prompt is not None:
            said["prompt"] = self.style.prompt
        if self.style.reference is not None:
            said["reference"] = self.style.reference.name
        path = folder / "pack.safetensors"
        write_pack(path, self.average, self.start, self.code[0], preview, size, said)
        return path
