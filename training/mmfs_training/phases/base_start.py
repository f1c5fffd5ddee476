"""What phase 2 starts from: the networks of another phase, and the encoder that its structure loss looks through."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor, nn

from ..common.config import RunConfig
from ..networks.generator import Generator, GeneratorConfig
from ..networks.prior import Discriminator, prior_to_generator
from ..runs.checkpoints import check_network, read_checkpoint
from .encoder import load_prior
from .prior import mean_w


class PhotoCode(nn.Module):
    """The w [D] that gives a photo back."""

    def __init__(self, w: Tensor) -> None:
        super().__init__()
        self.w = nn.Parameter(w.clone())


def load_start(run: Path, config: RunConfig) -> tuple[Generator, Discriminator, Tensor]:
    """Generator, discriminator and photo code of the phase that `base.start` names."""
    network = config.network
    generator = Generator(GeneratorConfig(network.base_width, network.style_dim, detail=network.detail))
    if config.base.start == "prior":
        prior, discriminator = load_prior(run, config)
        prior_to_generator(prior, generator)
        return generator, discriminator, mean_w(prior, config.seed)
    phase = config.base.start
    path = (Path(config.base.start_from) if config.base.start_from else run) / phase / "checkpoint.pt"
    state = read_checkpoint(path, phase)
    check_network(state, config, path)
    generator.load_state_dict(state["G_ema_model"])
    discriminator = Discriminator(network.size, network.discriminator_width)
    discriminator.load_state_dict(state["D_model"])
    photo_w = state["photo_code_ema"]["w"] if phase == "base" else state["mmfs"]["extra"]["photo_w"]
    return generator, discriminator, photo_w


def structure_source(run: Path, config: RunConfig, generator: Generator) -> Generator:
    """The generator whose encoder the structure loss looks through."""
    settings = config.base.structure
    if settings.features == "dino" or (settings.path is None and config.base.start == "encoder"):
        return generator
    first = Path(config.base.start_from) if config.base.start_from else run
    path = Path(settings.path) if settings.path else first / "encoder" / "checkpoint.pt"
    state = read_checkpoint(path, "encoder")
    check_network(state, config, path)
    source = Generator(generator.config)
    source.load_state_dict(state["G_ema_model"])
    return source
