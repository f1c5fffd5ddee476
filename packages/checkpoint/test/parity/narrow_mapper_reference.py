"""Writes a network whose mapper has narrow feed-forward layers, with inputs and outputs.

python narrow_mapper_reference.py --out DIR --seed 7 --feed-forward 12      (in the folder `training`)
"""

import argparse
from pathlib import Path

import torch
from mmfs_training.networks.checkpoint import save_safetensors
from mmfs_training.networks.generator import ClipMapper, GeneratorConfig
from mmfs_training.networks.reference import inputs_and_outputs, random_generator

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--out", type=Path, required=True)
parser.add_argument("--seed", type=int, required=True)
parser.add_argument("--feed-forward", type=int, required=True)
options = parser.parse_args()
torch.set_num_threads(1)
torch.manual_seed(options.seed)

SIZE, STYLE_DIM = 32, 8
network = random_generator(GeneratorConfig(1, STYLE_DIM, clip_mapper=True), options.seed)
network.clip_mapper = ClipMapper(STYLE_DIM, feedforward=options.feed_forward).eval().requires_grad_(False)
options.out.mkdir(parents=True, exist_ok=True)
save_safetensors(network.state_dict(), options.out / "checkpoint.safetensors", {"mmfs.size": str(SIZE)})
save_safetensors(inputs_and_outputs(network, SIZE, options.seed), options.out / "io.safetensors")
