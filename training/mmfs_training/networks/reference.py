"""Writes a random network as checkpoints, with inputs and outputs, for comparing other implementations with this one.

python -m mmfs_training reference --size 64 --ngf 8 --style-dim 32 --seed 1 --out DIR [--embedding-dim 32] [--time]
python -m mmfs_training reference --size 256 --io-only CHECKPOINT --out DIR
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path

import torch
from torch import Tensor

from ..common.errors import command
from .checkpoint import load_generator, save_pth, save_safetensors
from .generator import Generator, GeneratorConfig, draw_noises


def random_generator(config: GeneratorConfig, seed: int) -> Generator:
    """A network with something other than its initial value in every parameter, and pictures mostly inside [-1, 1]."""
    rng = torch.Generator().manual_seed(seed)
    network = Generator(config).eval().requires_grad_(False)
    for key, parameter in network.named_parameters():
        values = torch.randn(parameter.shape, generator=rng)
        if key.startswith("mapping_z."):
            values *= 100.0 if key.endswith("weight") else 20.0
        elif key.endswith("modulation.bias") or (".norm" in key and key.endswith("weight")):
            values = 1 + 0.2 * values
        elif key.startswith("to_rgb") and key.endswith("conv.weight"):
            values *= 0.15
        elif key.endswith("modulation.weight"):
            values *= 0.5
        elif key.startswith("clip_mapper.transformer") and key.endswith(("weight", "in_proj_weight")):
            values /= parameter.shape[-1] ** 0.5
        elif key.endswith(("bias", "noise.weight", "position_embedding")):
            values *= 0.2
        parameter.copy_(values)
    return network


@torch.no_grad()
def inputs_and_outputs(network: Generator, size: int, seed: int) -> dict[str, Tensor]:
    """Random inputs of every part and what this implementation makes of them, float32."""
    rng = torch.Generator().manual_seed(seed + 1)
    batch = 2 if size <= 128 else 1
    dim = network.config.style_dim
    coarse = torch.randn(batch, 3, 8, 8, generator=rng)
    smooth = torch.nn.functional.interpolate(coarse, size=(size, size), mode="bilinear", align_corners=False)
    image = (0.5 * smooth + 0.1 * torch.randn(batch, 3, size, size, generator=rng)).clamp(-1, 1)
    z = torch.randn(batch, dim, generator=rng)
    wplus = torch.randn(batch, 10, dim, generator=rng)
    noises = draw_noises(size, rng, batch)
    encoded = network.encode(image)
    tensors = {
        "image": image,
        "features": encoded.features,
        **{f"detail_{i}": detail for i, detail in enumerate(encoded.details)},
        "wplus": wplus,
        **{f"noise_{i}": noise for i, noise in enumerate(noises)},
        "decoded": network.decode(encoded, wplus, noises),
        "z": z,
        "w": network.map_z(z),
    }
    if network.config.clip_mapper:
        embedding = torch.nn.functional.normalize(torch.randn(batch, dim, generator=rng))
        tensors |= {"embedding": embedding, "mapper_wplus": network.map_embedding(embedding)}
    return tensors


@torch.no_grad()
def median_milliseconds(network: Generator, size: int, runs: int = 9) -> float:
    """Median time of encoder and decoder for one picture, eager, float32."""
    rng = torch.Generator().manual_seed(0)
    image = torch.rand(1, 3, size, size, generator=rng) * 2 - 1
    wplus = torch.randn(1, 10, network.config.style_dim, generator=rng)
    noises = draw_noises(size, rng)
    times = []
    for run in range(runs + 2):
        start = time.perf_counter()
        network(image, wplus, noises)
        if run >= 2:
            times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


@command
def main(arguments: list[str] | None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m mmfs_training reference",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--size", type=int, default=512, help="side of the pictures, a multiple of 16")
    parser.add_argument("--ngf", type=int, default=64, help="base width")
    parser.add_argument("--style-dim", type=int, default=512)
    parser.add_argument(
        "--embedding-dim", type=int, help="adds the CLIP mapper; must equal --style-dim, a multiple of 8"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="folder for the files")
    parser.add_argument(
        "--io-only", type=Path, metavar="CHECKPOINT", help="use this checkpoint, write io.safetensors only"
    )
    parser.add_argument(
        "--time", action="store_true", help="print the median milliseconds of encoder and decoder as JSON"
    )
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args(arguments)
    if args.size % 16:
        parser.error("--size must be a multiple of 16")
    if args.embedding_dim is not None and (args.embedding_dim != args.style_dim or args.style_dim % 8):
        parser.error("--embedding-dim must equal --style-dim and be a multiple of 8: embeddings are added to positions")
    if args.out is None and not args.time:
        parser.error("say --out DIR, or --time")
    torch.set_num_threads(args.threads)

    if args.io_only:
        network = load_generator(args.io_only)
    else:
        network = random_generator(GeneratorConfig(args.ngf, args.style_dim, args.embedding_dim is not None), args.seed)
    if args.out:
        if not args.io_only:
            state = network.state_dict()
            checkpoint = {"G_ema_model": state, "epoch": 0, "total_iters": 0}
            save_pth(checkpoint, args.out / "checkpoint.pth")
            save_pth(checkpoint, args.out / "checkpoint-legacy.pth", legacy=True)
            save_safetensors(state, args.out / "checkpoint.safetensors")
        save_safetensors(inputs_and_outputs(network, args.size, args.seed), args.out / "io.safetensors")
    if args.time:
        config = network.config
        report = {
            "size": args.size,
            "baseWidth": config.base_width,
            "styleDim": config.style_dim,
            "threads": args.threads,
            "torch": torch.__version__,
            "medianMs": round(median_milliseconds(network, args.size), 2),
        }
        print(json.dumps(report))
