"""Writes a random network, with or without the detail path, and what PyTorch makes of pictures of several sizes.

python sizes_reference.py --sizes 256x256 320x768 --ngf 8 --style-dim 32 --seed 1 [--detail] [--half] --out DIR

In the folder `training`. Sizes are height x width; each has a file, as `io-320x768.safetensors`. The detail path is
written out here: the encoder's values at S/8 and S/4 go through equalised 1×1 convolutions without bias and are added to
what the second styled convolution at S/8 and at S/4 reads.
"""

import argparse
from pathlib import Path

import torch
import torch.nn.functional as F
from mmfs_training.networks.checkpoint import save_safetensors
from mmfs_training.networks.generator import UP_BLOCKS, GeneratorConfig
from mmfs_training.networks.reference import random_generator

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--sizes", nargs="+", required=True)
parser.add_argument("--ngf", type=int, required=True)
parser.add_argument("--style-dim", type=int, required=True)
parser.add_argument("--seed", type=int, required=True)
parser.add_argument("--detail", action="store_true")
parser.add_argument("--half", action="store_true", help="round the weights to float16, and store them so")
parser.add_argument("--out", type=Path, required=True)
options = parser.parse_args()
torch.set_num_threads(2)
torch.set_grad_enabled(False)

ngf = options.ngf
rng = torch.Generator().manual_seed(options.seed + 1)
network = random_generator(GeneratorConfig(ngf, options.style_dim), options.seed)
state = network.state_dict()
if options.detail:
    state["detail1.weight"] = torch.randn(8 * ngf, 4 * ngf, 1, 1, generator=rng)
    state["detail2.weight"] = torch.randn(4 * ngf, 2 * ngf, 1, 1, generator=rng)
if options.half:
    state = {key: value.half() for key, value in state.items()}
    network.load_state_dict({key: value.float() for key, value in state.items() if not key.startswith("detail")})


def detail(key, given):
    weight = state[key].float()
    return F.conv2d(given, weight / weight.shape[1] ** 0.5)


options.out.mkdir(parents=True, exist_ok=True)
save_safetensors(state, options.out / "checkpoint.safetensors", {"mmfs.size": "128"})
for size in options.sizes:
    height, width = map(int, size.split("x"))
    coarse = torch.randn(1, 3, height // 16, width // 16, generator=rng)
    smooth = F.interpolate(coarse, size=(height, width), mode="bilinear", align_corners=False)
    image = (0.5 * smooth + 0.1 * torch.randn(1, 3, height, width, generator=rng)).clamp(-1, 1)
    wplus = torch.randn(1, 10, options.style_dim, generator=rng)
    factors = [16, *(16 >> block for block in range(1, UP_BLOCKS + 1) for _ in range(2))]
    noises = [torch.randn(1, 1, height // factor, width // factor, generator=rng) for factor in factors]

    values = [image]
    for layer in network.encoder:
        values.append(layer(values[-1]))
    features, features_8, features_4 = values[-1], values[4], values[3]

    rows = wplus.unbind(1)
    x = network.decoder0(features, rows[0], noises[0])
    rgb = network.to_rgb0(x, rows[1])
    for block in range(1, UP_BLOCKS + 1):
        x = network.get_submodule(f"decoder{block}a")(x, rows[2 * block - 1], noises[2 * block - 1])
        if options.detail and block == 1:
            x = x + detail("detail1.weight", features_8)
        if options.detail and block == 2:
            x = x + detail("detail2.weight", features_4)
        x = network.get_submodule(f"decoder{block}b")(x, rows[2 * block], noises[2 * block])
        rgb = network.get_submodule(f"to_rgb{block}")(x, rows[2 * block + 1], rgb)

    tensors = {"image": image, "features": features, "wplus": wplus, "decoded": rgb.clamp(-1, 1)}
    tensors |= {f"noise_{i}": noise for i, noise in enumerate(noises)}
    if options.detail:
        tensors |= {"features_8": features_8, "features_4": features_4}
    else:
        # what is written out above is the network
        torch.testing.assert_close(tensors["decoded"], network(image, wplus, noises))
    save_safetensors(tensors, options.out / f"io-{size}.safetensors")
