"""Pictures per second of one training step (forward, backward, Adam), for the formulations of the generator.

python -m mmfs_training profile [--size 128] [--batch 8] [--ngf 32] [--style-dim 256] [--only NAME] [--ops]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from ..common.errors import command
from . import fast
from .generator import Generator, GeneratorConfig, draw_noises


def formulations(network: Generator, size: int, batch: int) -> dict[str, Callable[[Tensor, Tensor], Tensor]]:
    noises = draw_noises(size, torch.Generator().manual_seed(0), batch)

    def plain(image: Tensor, wplus: Tensor) -> Tensor:
        return network.decode_unclamped(network.encode(image), wplus, noises)

    def plain_channels_last(image: Tensor, wplus: Tensor) -> Tensor:
        return plain(image.to(memory_format=torch.channels_last), wplus)

    def plain_autocast(image: Tensor, wplus: Tensor) -> Tensor:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return plain_channels_last(image, wplus)

    def fast_float32(image: Tensor, wplus: Tensor) -> Tensor:
        return fast.decode(network, fast.encode(network, image, torch.float32), wplus)

    def fast_bfloat16(image: Tensor, wplus: Tensor) -> Tensor:
        return fast.decode(network, fast.encode(network, image), wplus)

    return {
        "plain float32": plain,
        "plain float32, channels last": plain_channels_last,
        "plain bfloat16 autocast, channels last": plain_autocast,
        "fast float32": fast_float32,
        "fast bfloat16": fast_bfloat16,
        "fast bfloat16, compiled": torch.compile(fast_bfloat16),
    }


@command
def main(arguments: list[str] | None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m mmfs_training profile",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--ngf", type=int, default=32)
    parser.add_argument("--style-dim", type=int, default=256)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--only", help="formulations whose name contains this")
    parser.add_argument("--ops", action="store_true", help="print the dearest operators of each")
    args = parser.parse_args(arguments)
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    network = Generator(GeneratorConfig(args.ngf, args.style_dim))
    optimizer = torch.optim.Adam(network.parameters(), 1e-3, fused=True)
    image = torch.rand(args.batch, 3, args.size, args.size) * 2 - 1
    wplus = torch.randn(args.batch, 10, args.style_dim)

    for name, forward in formulations(network, args.size, args.batch).items():
        if args.only and args.only not in name:
            continue

        def step(forward: Callable[[Tensor, Tensor], Tensor] = forward) -> None:
            optimizer.zero_grad(set_to_none=True)
            F.l1_loss(forward(image, wplus), image).backward()  # type: ignore[no-untyped-call]
            optimizer.step()

        start = time.perf_counter()
        step()
        first = time.perf_counter() - start
        step()
        start = time.perf_counter()
        for _ in range(args.steps):
            step()
        seconds = (time.perf_counter() - start) / args.steps
        print(f"{name:42s} {args.batch / seconds:6.2f} pictures/s   (first step {first:.1f} s)", flush=True)
        if args.ops:
            with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profile:
                step()
            print(profile.key_averages().table(sort_by="self_cpu_time_total", row_limit=14, max_name_column_width=40))
