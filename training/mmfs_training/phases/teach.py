"""`teach` (no part of the paper): known pairs of photo and art become codes of a generator that is there already.

Every style has a w+ of its own, learnt with the generator, or with its decoder alone, which makes a style pack.
The styles of a gallery, of which there are thousands with few pictures each, have none: the CLIP mapper gives theirs
from what the towers see in them, and learns so to follow pictures that it has never seen.
Training sees random crops, so the pictures may be larger than the network's `size` and of any shape. Random strokes
cannot be known from the photo: where a drawing was made from noise maps, the decoder is given those.
"""

from __future__ import annotations

import copy
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn

from .. import fast
from ..checkpoint import load_state_dict
from ..config import PHOTO, RunConfig
from ..data import Pictures, jittered, nchw, scaled
from ..engine import read_checkpoint
from ..errors import TrainingError
from ..lite_features import load_lite_features, perceptual_loss
from ..losses import energy_loss, texture_loss
from ..manners import folder_of
from ..manners.noise import DECODER_PLACES, Noise, seed_of
from ..mapper_fit import fit_mapper
from ..networks import STYLE_TOKENS, Generator, GeneratorConfig, NoiseInjection, noise_shapes, repeat_w
from ..pair_judge import PairJudge, hinge_loss, matching_loss
from ..picture_pairs import Crop, Pair, PicturePairs, crop_pair, gallery_pictures, load_pair
from ..place import Place
from ..sheets import to_bytes
from ..small_towers import SmallTowers
from ..style_embeddings import StyleEmbeddings
from ..style_pack import write_pack
from .phase import Phase, move_average

NAME_WIDTH = 64
PHOTO_STYLE, GALLERY_STYLE = 0, -1
CHOICE_PAIRS, CHOICE_SHRINK = 3, 4
OWN_CODE, MEAN_CODE, MAPPED = range(3)
MAPPER_BATCH = 16
FIT_STEPS, FIT_BATCH, FIT_RATE, FIT_DRAWS = 300, 64, 3e-4, 32


@dataclass(frozen=True)
class TeachBatch:
    """photos, targets: [N, 3, S, S]; styles: [N], 0 is the photo itself, -1 the gallery; noises: of each picture, by
    place. codes: [N], what gives the w+: OWN_CODE, MEAN_CODE or MAPPED; embeddings: [N, E], zeros where not MAPPED.
    known, known_styles: embeddings [M, E] of pictures of manners, and which [M], for the mapper; M is 0 without."""

    photos: Tensor
    targets: Tensor
    styles: Tensor
    noises: list[dict[int, Tensor]]
    codes: Tensor
    embeddings: Tensor
    known: Tensor
    known_styles: Tensor


class Codes(nn.Module):
    """A w+ for every style: [styles, 10, D]."""

    def __init__(self, wplus: Tensor) -> None:
        super().__init__()
        self.wplus = nn.Parameter(wplus.clone())


def name_vector(name: str) -> Tensor:
    """What tells the judge a style: unit normal numbers that its name decides, so that styles may be added."""
    return torch.randn(NAME_WIDTH, generator=torch.Generator().manual_seed(zlib.crc32(name.encode())))


def load_start(config: RunConfig) -> tuple[Generator, dict[str, Tensor]]:
    """The generator that `teach` starts from, and its codes by name, w+ [10, D]; with a CLIP mapper, an untrained one
    where the checkpoint has none, if there is a gallery."""
    settings, network = config.teach, config.network
    mapped = bool(settings.gallery)
    state = load_state_dict(Path(settings.generator))
    sizes = GeneratorConfig(network.base_width, network.style_dim, mapped, network.mapper_feedforward, network.detail)
    generator = Generator(sizes)
    own = {k: v for k, v in generator.state_dict().items() if k.startswith("clip_mapper.")}
    state = {k: v for k, v in state.items() if mapped or not k.startswith("clip_mapper.")}
    state = {**own, **state}
    try:
        missing, unexpected = generator.load_state_dict(state, strict=False)
    except RuntimeError as error:
        raise TrainingError(
            "CHECKPOINT_MISMATCH", f"{settings.generator} is of another network than the configuration's: {error}"
        ) from error
    if unexpected or any(not key.startswith("detail") for key in missing):
        raise TrainingError(
            "CHECKPOINT_MISMATCH", f"{settings.generator} lacks {missing} or has more than a generator: {unexpected}."
        )
    try:
        codes = {name: code.float() for name, code in load_file(settings.presets).items()}
    except Exception as error:
        raise TrainingError(
            "CODES_UNREADABLE", f"{settings.presets} holds no codes ({error}): name a presets.safetensors."
        ) from error
    wanted = (STYLE_TOKENS, network.style_dim)
    if PHOTO not in codes or any(code.shape != wanted for code in codes.values()):
        raise TrainingError("CODES_UNREADABLE", f"{settings.presets} needs codes of {wanted}, one of them `{PHOTO}`.")
    return generator, codes


class TeachPhase(Phase):
    name, number = "teach", 5
    columns = (
        "pixel",
        "tone",
        "photo",
        "matching",
        "fooling",
        "judge",
        "energy",
        "flat",
        "perceptual",
        "mapper",
        "learning_rate",
    )

    def __init__(self, config: RunConfig, place: Place, folders: Sequence[Path], run: Path) -> None:
        super().__init__(config, place)
        settings = config.teach
        self.settings, self.steps, self.batch = settings, settings.steps, settings.batch
        self.optimizer_config = settings.optimizer
        place.check_batch("teach.batch", settings.batch)
        checkpoint = run / self.name / "checkpoint.pt"
        before = read_checkpoint(checkpoint, self.name)["mmfs"]["extra"] if checkpoint.exists() else {}
        self.pairs = PicturePairs(folders, config.held_out, before.get("held_out"))
        generator, known = load_start(config)
        # styles that the checkpoint has come first and in its order; new ones are added
        old: list[str] = before.get("styles", [])
        gone = [style for style in old if style not in self.pairs.styles]
        if gone:
            raise TrainingError("CHECKPOINT_STYLES", f"The run has learnt {', '.join(gone)}, and no pairs are given.")
        self.styles = [*old, *(style for style in self.pairs.styles if style not in old)]
        self.place_of = {style: i for i, style in enumerate(self.pairs.styles)}
        # a style of few pairs has little to say, and one of many should not drown the others
        counts = np.sqrt([len(self.pairs.by_style[self.place_of[style]]) for style in self.styles])
        strange = [style for style in settings.shares if style not in self.styles]
        if strange:
            raise TrainingError(
                "CONFIG_INVALID", f"teach.shares names {', '.join(strange)}; there are {', '.join(self.styles)}."
            )
        counts *= [settings.shares.get(style, 1.0) for style in self.styles]
        self.shares = counts / counts.sum()
        self.gallery = PicturePairs([Path(settings.gallery)], 0) if settings.gallery else None
        if not before:
            self.pairs.check(config.network.size)
        for number in DECODER_PLACES.values():
            layer = noise_layer(generator, number)
            if layer.weight.abs() < settings.noise_start:
                nn.init.constant_(layer.weight, settings.noise_start)
        if self.gallery is not None:
            self._look_at_styles()
        self.generator = generator.to(place.device)
        # a code that the checkpoint holds is not looked for
        starts = [known[PHOTO], *(known[PHOTO] if s in old else self._start(s, known) for s in self.styles)]
        self.codes = Codes(torch.stack(starts)).to(place.device)
        if self.gallery is not None and not before.get("mapper"):
            learnt = {"wplus": self.codes.wplus.detach()}
            if before:
                learnt = read_checkpoint(checkpoint, self.name)["codes_ema"]
            self._fit_mapper(learnt["wplus"].to(place.device))
        self.average = copy.deepcopy(self.generator).requires_grad_(False)
        self.average_codes = copy.deepcopy(self.codes).requires_grad_(False)
        self.names = torch.stack([name_vector(name) for name in (PHOTO, *self.styles)]).to(place.device)
        self.judge = PairJudge(NAME_WIDTH, settings.judge_width).to(place.device)
        self.eye = load_lite_features().to(place.device) if settings.perceptual else None
        self.optimizer = self._optimizer()
        self.judge_optimizer = torch.optim.Adam(
            [{"params": list(self.judge.parameters()), "factor": settings.judge_rate}], betas=(0.5, 0.99)
        )
        self.modules = {
            "G_model": self.generator,
            "G_ema_model": self.average,
            "codes": self.codes,
            "codes_ema": self.average_codes,
            "judge": self.judge,
        }
        self.optimizers = {"optimizer_0": self.optimizer, "judge_optimizer": self.judge_optimizer}
        if self.gallery is not None:
            self.mapper_optimizer = torch.optim.Adam(
                [{"params": list(self.generator.clip_mapper.parameters()), "factor": settings.mapper_rate}],
                betas=(0.9, 0.99),
            )
            self.optimizers["mapper_optimizer"] = self.mapper_optimizer

    def _look_at_styles(self) -> None:
        """Embeddings of all pictures of manners and gallery; of the gallery, the artworks themselves as well."""
        assert self.gallery is not None
        towers = SmallTowers.load(Path(self.settings.towers))
        if towers.width != self.config.network.style_dim:
            raise TrainingError(
                "TOWERS_WIDTH",
                f"The towers' embeddings have {towers.width} numbers and network.style_dim is "
                f"{self.config.network.style_dim}: choose towers of that width.",
            )
        drawn = [[pair.art for pair in self.pairs.by_style[self.place_of[s]] if pair.art] for s in self.styles]
        self.manner_views = StyleEmbeddings(towers, drawn, self.styles)
        self.gallery_views = StyleEmbeddings(towers, gallery_pictures(Path(self.settings.gallery), self.gallery))

    def _fit_mapper(self, codes: Tensor) -> None:
        """Brings the mapper to the codes of the manners before it draws a picture."""
        rng = np.random.default_rng(self.config.seed)
        rows = [(i, self.manner_views.draw(i, rng)) for i in range(len(codes) - 1) for _ in range(FIT_DRAWS)]
        embeddings = torch.stack([e for _, e in rows]).to(codes.device)
        wanted = codes[[1 + i for i, _ in rows]]
        mapper = self.generator.clip_mapper.requires_grad_(True)
        fit_mapper(
            mapper, list(mapper.parameters()), [(embeddings, wanted)], FIT_RATE, FIT_STEPS, FIT_BATCH, self.config.seed
        )

    def _optimizer(self) -> torch.optim.Adam:
        settings, generator = self.settings, self.generator
        noise = [p for key, p in generator.named_parameters() if key.endswith("noise.weight")]
        detail = [p for key, p in generator.named_parameters() if key.startswith("detail")]
        # the mapping network is no part of what pairs teach
        generator.mapping_z.requires_grad_(False)
        mapper = {id(p) for key, p in generator.named_parameters() if key.startswith("clip_mapper.")}
        if settings.train == "decoder":
            generator.encoder.requires_grad_(False)
        special = {id(p) for p in (*noise, *detail)} | mapper
        rest = [p for p in generator.parameters() if p.requires_grad and id(p) not in special]
        groups: list[dict[str, Any]] = [
            {"params": rest},
            {"params": list(self.codes.parameters()), "factor": settings.code_rate},
            {"params": noise, "factor": settings.noise_rate},
        ]
        if detail:
            groups.append({"params": detail, "factor": settings.detail_rate})
        return self.adam(groups)

    @torch.no_grad()
    def _start(self, style: str, known: dict[str, Tensor]) -> Tensor:
        """The first code of a style: the preset of that name, or the one whose results are nearest in tone."""
        named = {folder_of(name): code for name, code in known.items()}.get(style)
        if named is not None:
            return named
        presets = {name: code for name, code in known.items() if name != PHOTO}
        if not presets:
            return known[PHOTO]
        rng = np.random.default_rng(zlib.crc32(style.encode()))
        pairs = self.pairs.by_style[self.place_of[style]]
        size = self.config.network.size
        crops = [crop_pair(pairs[int(rng.integers(len(pairs)))], size, rng, False) for _ in range(CHOICE_PAIRS)]
        photos, targets = (
            F.avg_pool2d(nchw(np.stack([scaled(getattr(c, side)) for c in crops])), CHOICE_SHRINK).to(self.place.device)
            for side in ("photo", "art")
        )
        encoded = fast.encode(self.generator, photos, self.place.dtype)
        distances = {}
        for name, code in presets.items():
            made = fast.decode(self.generator, encoded, code.to(photos.device).expand(len(photos), -1, -1))
            distances[name] = (F.avg_pool2d(made - targets, 2)).abs().mean().item()
        return presets[min(distances, key=lambda name: distances[name])]

    def migrate(self, state: dict[str, Any]) -> None:
        """Gives a checkpoint a mapper where there is one since, and rows for the styles that were added: their first
        codes, and no memory of steps."""
        if self.gallery is not None and "mapper_optimizer" not in state:
            own = {k: v for k, v in self.generator.state_dict().items() if k.startswith("clip_mapper.")}
            for name in ("G_model", "G_ema_model"):
                state[name] |= {key: value.clone() for key, value in own.items()}
            state["mapper_optimizer"] = self.mapper_optimizer.state_dict()
        added = len(self.codes.wplus) - len(state["codes"]["wplus"])
        if not added:
            return
        rows = self.codes.wplus.detach().cpu()[-added:]
        for name in ("codes", "codes_ema"):
            state[name]["wplus"] = torch.cat([state[name]["wplus"], rows])
        place = next(
            i
            for i, p in enumerate(p for group in self.optimizer.param_groups for p in group["params"])
            if p is self.codes.wplus
        )
        memory = state["optimizer_0"]["state"].get(place)
        if memory is not None:
            for key in ("exp_avg", "exp_avg_sq"):
                # as much as the others have seen in the mean, so that a first step is no leap
                mean = memory[key].mean(0, keepdim=True) if key == "exp_avg_sq" else torch.zeros_like(memory[key][:1])
                memory[key] = torch.cat([memory[key], mean.expand(added, -1, -1)])

    def extra_state(self) -> dict[str, Any]:
        return {
            "styles": list(self.styles),
            "held_out": list(self.pairs.held_out),
            "mapper": self.gallery is not None,
        }

    def make_batch(self, step: int) -> TeachBatch:
        settings, size = self.settings, self.config.network.size
        rng = np.random.default_rng((self.config.seed, self.number, step, 1))
        kinds, ways = rng.random(self.batch), rng.random(self.batch)
        photo = kinds < settings.photo_share
        in_gallery = ~photo & (kinds < settings.photo_share + settings.gallery_share) & (self.gallery is not None)
        styles = np.where(photo, PHOTO_STYLE, 1 + rng.choice(len(self.styles), self.batch, p=self.shares))
        styles = np.where(in_gallery, GALLERY_STYLE, styles)
        codes = np.full(self.batch, OWN_CODE)
        if self.gallery is not None:
            codes[ways < settings.mapped_share + settings.mean_share] = MEAN_CODE
            codes[ways < settings.mapped_share] = MAPPED
            codes[photo], codes[in_gallery] = OWN_CODE, MAPPED
        seeds = rng.integers(2**62, size=self.batch)
        width = self.config.network.style_dim
        photos, targets, noises, embeddings = [], [], [], []
        rows = self.place.mine(np.arange(self.batch)).astype(int)
        for n in rows:
            own = np.random.default_rng(int(seeds[n]))
            style, embedding = int(styles[n]), torch.zeros(width)
            if in_gallery[n]:
                assert self.gallery is not None
                work = int(own.integers(len(self.gallery.styles)))
                pairs = self.gallery.by_style[work]
                crop = crop_pair(pairs[int(own.integers(len(pairs)))], size, own, settings.mirror)
                embedding = self.gallery_views.draw(work, own)
            else:
                crop = self._crop(style, own, size)
                if codes[n] == MAPPED:
                    embedding = self.manner_views.draw(style - 1, own)
            picture, target = scaled(crop.photo), scaled(crop.art)
            if settings.jitter:
                lit = jittered(picture, own)
                lit = np.float32(settings.jitter) * lit + np.float32(1 - settings.jitter) * picture
                picture, target = lit, lit if photo[n] else target
            photos.append(picture)
            targets.append(target)
            embeddings.append(embedding)
            noises.append({place: torch.from_numpy(m.copy()) for place, m in crop.noises.items()})
        known_styles = rng.integers(len(self.styles), size=MAPPER_BATCH if self.gallery is not None else 0)
        known = [self.manner_views.draw(int(i), rng) for i in known_styles]
        return TeachBatch(
            nchw(np.stack(photos)),
            nchw(np.stack(targets)),
            torch.from_numpy(styles[rows]),
            noises,
            torch.from_numpy(codes[rows]),
            torch.stack(embeddings),
            torch.stack(known) if known else torch.zeros(0, width),
            torch.from_numpy(known_styles),
        )

    def _crop(self, style: int, rng: np.random.Generator, size: int) -> Crop:
        if style == PHOTO_STYLE:
            choice: list[Pair] = self.pairs.training
        else:
            choice = self.pairs.by_style[self.place_of[self.styles[style - 1]]]
        return crop_pair(choice[int(rng.integers(len(choice)))], size, rng, self.settings.mirror)

    def step(self, step: int, batch: TeachBatch) -> dict[str, float]:
        settings, place, size = self.settings, self.place, self.config.network.size
        rate = self.set_rates(step)
        maps = self.draws(step).noises(noise_shapes(size, self.batch))
        for row, own in enumerate(batch.noises):
            for number, noise in own.items():
                maps[number][row, 0] = noise.to(place.device)
        photos, targets = batch.photos.to(place.device), batch.targets.to(place.device)
        styles = batch.styles.to(place.device)
        encoded = fast.encode(self.generator, photos, place.dtype)
        made = fast.decode(self.generator, encoded, self._wplus(batch, styles), maps)
        is_art = (styles != PHOTO_STYLE).float()
        pixel = (made - targets).abs().mean()
        tone = F.avg_pool2d(made - targets, 8).abs().mean()
        loss = settings.pixel * pixel + settings.tone * tone
        report = {"pixel": place.mean(pixel), "tone": place.mean(tone)}
        if place.world == 1 and (is_art == 0).any():
            report["photo"] = (made - targets)[is_art == 0].abs().mean().item()
        if settings.energy:
            energy = energy_loss(made, targets)
            loss = loss + settings.energy * energy
            report["energy"] = place.mean(energy)
        if settings.flat:
            flat = texture_loss(made, targets)
            loss = loss + settings.flat * flat
            report["flat"] = place.mean(flat)
        if self.eye is not None:
            with torch.no_grad():
                seen = self.eye(targets.to(place.dtype))
            perceptual = perceptual_loss(self.eye(made.to(place.dtype)), seen)
            loss = loss + settings.perceptual * perceptual
            report["perceptual"] = place.mean(perceptual)
        if self.gallery is not None and settings.mapper:
            wanted_codes = self.codes.wplus.detach()
            found_codes = self.generator.map_embedding(batch.known.to(place.device))
            error = (found_codes - wanted_codes[1 + batch.known_styles.to(place.device)]).square().mean()
            error = error / wanted_codes.var(0).mean()
            loss = loss + settings.mapper * error
            report["mapper"] = place.mean(error)
        # the judge is not told which artwork of the gallery it looks at
        names = self.names[styles.clamp(min=PHOTO_STYLE)] * (styles != GALLERY_STYLE)[:, None]
        self.judge.requires_grad_(False)
        with torch.no_grad():
            wanted, _ = self.judge(targets, photos, names, place.dtype)
        found, score = self.judge(made, photos, names, place.dtype)
        self.judge.requires_grad_(True)
        matching = matching_loss(found, wanted, is_art)
        fooling = -(score.mean((1, 2, 3)) * is_art).mean()
        loss = loss + settings.matching * matching + settings.judge * fooling
        if self.gallery is not None:
            self.mapper_optimizer.zero_grad(set_to_none=True)
        self.update(self.optimizer, loss)
        if self.gallery is not None:
            place.mean_gradients(self.generator.clip_mapper.parameters())
            self.mapper_optimizer.step()
        # real and made in one pass, so that the spectral norms are those of one set of weights
        both = torch.cat([targets, made.detach().clamp(-1, 1)]), torch.cat([photos, photos]), torch.cat([names, names])
        real, fake = self.judge(*both, place.dtype)[1].chunk(2)
        judged = hinge_loss(real, fake, is_art)
        self.update(self.judge_optimizer, judged)
        move_average(self.average, self.generator, settings.optimizer.ema, step)
        move_average(self.average_codes, self.codes, settings.optimizer.ema, step)
        report |= {
            "matching": place.mean(matching),
            "fooling": place.mean(fooling),
            "judge": place.mean(judged),
            "learning_rate": rate,
        }
        return report

    def _wplus(self, batch: TeachBatch, styles: Tensor) -> Tensor:
        """The w+ [N, 10, D] that the pictures of a batch are drawn under."""
        wplus = self.codes.wplus[styles.clamp(min=PHOTO_STYLE)]
        if self.gallery is None:
            return wplus
        codes = batch.codes.to(wplus.device)[:, None, None]
        mapped = self.generator.map_embedding(batch.embeddings.to(wplus.device))
        return torch.where(codes == MAPPED, mapped, torch.where(codes == MEAN_CODE, repeat_w(wplus.mean(1)), wplus))

    def write_pack(self, folder: Path, name: str) -> Path:
        """Writes FOLDER/pack.safetensors: the first style, where the decoder alone was trained (`style_pack.py`)."""
        size = self.config.network.size
        stem = self.pairs.held_out[0]
        photo = middle(load_pair(Pair(self.pairs.photos[stem], None), size)[0], size)
        code = self.average_codes.wplus[1]
        with torch.no_grad():
            encoded = fast.encode(self.average, nchw(scaled(photo)[None]).to(self.place.device), self.place.dtype)
            made = fast.decode(self.average, encoded, code[None], noise_of(stem, (size, size), self.place.device))
        path = folder / "pack.safetensors"
        preview = torch.from_numpy(to_bytes(made[0]))
        write_pack(path, self.average, self.generator, code, preview, size, {"name": name, "pairs": self.styles[0]})
        return path

    @torch.no_grad()
    def sheet(self) -> Pictures:
        """For each of some held-out photos: the photo and, where it exists, its art; under them what is made of it."""
        rows: list[Pictures] = []
        for stem in self.pairs.held_out[: self.settings.sheet_faces]:
            photo = load_pair(Pair(self.pairs.photos[stem], None), self.config.network.size)[0]
            shape = photo.shape[0] // 16 * 16, photo.shape[1] // 16 * 16
            photo = photo[: shape[0], : shape[1]]
            encoded = fast.encode(self.average, nchw(scaled(photo)[None]).to(self.place.device), self.place.dtype)
            maps = noise_of(stem, shape, self.place.device)
            blank = np.full_like(photo, 255)
            above, below = [photo], []
            for number, code in enumerate(self.average_codes.wplus):
                below.append(to_bytes(fast.decode(self.average, encoded, code[None], maps)[0]))
                if number:
                    pair = self.pairs.shown[self.place_of[self.styles[number - 1]]].get(stem)
                    art = load_pair(pair, self.config.network.size)[1] if pair else blank
                    above.append(art[: shape[0], : shape[1]])
            columns = self.settings.sheet_columns
            for start in range(0, len(above), columns):
                for line in (above, below):
                    cells = [*line[start : start + columns]]
                    cells += [blank] * (columns - len(cells))
                    rows.append(np.concatenate([sheet_cell(cell) for cell in cells], 1))
        return np.concatenate(rows)


def middle(picture: Pictures, side: int) -> Pictures:
    """The middle square of a picture, scaled to `side`."""
    least = min(picture.shape[:2])
    top, left = ((n - least) // 2 for n in picture.shape[:2])
    square = picture[top : top + least, left : left + least]
    return np.asarray(cv2.resize(square, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def sheet_cell(picture: Pictures, side: int = 320) -> Pictures:
    """A picture, its longer side scaled to `side`, on white."""
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    small = cv2.resize(picture, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
    out = np.full((side, side, 3), 255, np.uint8)
    out[: small.shape[0], : small.shape[1]] = small
    return out


def noise_layer(generator: Generator, number: int) -> NoiseInjection:
    """Where the decoder adds the map of this place among the nine."""
    layer: NoiseInjection = generator.get_submodule(f"decoder{(number + 1) // 2}{'ab'[(number + 1) % 2]}.noise")  # type: ignore[assignment]
    return layer


def noise_of(stem: str, shape: tuple[int, int], device: torch.device) -> list[Tensor]:
    """The decoder's nine maps for a picture [H, W]: those that belong to its name, and random ones."""
    height, width = shape
    rng = torch.Generator().manual_seed(seed_of(stem))
    maps = [
        torch.randn(1, 1, height * side // 256, width * side // 256, generator=rng)
        for side in (shape[-1] for shape in noise_shapes(256))
    ]
    for place, noise in Noise.draw(height, width, seed_of(stem)).maps().items():
        maps[place] = torch.from_numpy(noise)[None, None]
    return [m.to(device) for m in maps]
