"""Writes the model that ships from a training run: averaged weights as float16, the codes of the presets, their names.

    python -m mmfs_training.export RUN --out DIR [--size 256]

DIR/mmfs-mini.safetensors has the published generator keys; DIR/presets.safetensors a float32 w+ [10, D] for each
preset and for the photo; DIR/presets.json says what they are.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch

from .checkpoint import save_safetensors, write_atomically
from .config import PHOTO, parse_config
from .networks import Generator, GeneratorConfig, repeat_w
from .seeds import fit_mapping


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="folder of a training run")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", type=int, help="side of the pictures; by default that of the last stage")
    parser.add_argument("--mapping-steps", type=int, default=1500)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)

    config = parse_config(json.loads((args.run / "run.json").read_text())["config"])
    saved = torch.load(args.run / "checkpoint.pt", weights_only=True)
    generator = Generator(GeneratorConfig(config.base_width, config.style_dim)).requires_grad_(False)
    generator.load_state_dict(saved["average_generator"])
    codes = saved["average_codes"]["weight"]
    explained = fit_mapping(generator, codes[1:], config.seed, args.mapping_steps)
    print(f"seeds: mapping_z explains {explained:.3f} of the variance of the wanted w")

    names = [PHOTO] + [style.name for style in config.styles.values()]
    presets = {
        "format": 1,
        "size": args.size or config.stages[-1].size,
        "baseWidth": config.base_width,
        "styleDim": config.style_dim,
        "photo": PHOTO,
        "presets": [
            {"name": style.name, "description": style.description, "tags": list(style.tags)}
            for style in config.styles.values()
        ],
    }
    weights = {key: value.half() for key, value in generator.state_dict().items()}
    path = args.out / "mmfs-mini.safetensors"
    save_safetensors(weights, path)
    save_safetensors(dict(zip(names, repeat_w(codes), strict=True)), args.out / "presets.safetensors")
    write_atomically(args.out / "presets.json", lambda p: p.write_text(json.dumps(presets, indent=2) + "\n"))
    print(f"{path}: {path.stat().st_size / 1e6:.2f} MB after {saved['counters']['step']} steps")


if __name__ == "__main__":
    main()
