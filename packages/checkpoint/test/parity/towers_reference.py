"""Writes small towers with random weights as training keeps them, with inputs and what PyTorch makes of them.

    python towers_reference.py --out DIR --seed 6

DIR gets towers.safetensors, towers-memory.safetensors, the same with a memory of pictures, and io.safetensors:
`input_ids`, `text_embedding`, `recalled_embedding`, `pixels` and `image_embedding`. The ids have texts that end early,
at once and never, and one of tokens without a meaning alone. Needs torch and safetensors.
"""

import argparse
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch.nn.functional import conv2d, gelu, linear, normalize, relu

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--out", type=Path, required=True)
parser.add_argument("--seed", type=int, required=True)
options = parser.parse_args()
torch.set_num_threads(1)
rng = torch.Generator().manual_seed(options.seed)

VOCABULARY, WIDTH, HIDDEN, EMBEDDING, SIZE = 20, 6, 7, 8, 16
END, PAD, START = 3, 0, 2
CHANNELS, STRIDES, POOLS = (4, 5, 6), (2, 1, 2), (0, 2)


def draw(*shape: int, scale: float = 1.0) -> torch.Tensor:
    return (torch.randn(shape, generator=rng) * scale).half()


weights = {
    "text.table": torch.randint(-127, 128, (VOCABULARY, WIDTH), generator=rng, dtype=torch.int8),
    "text.scale": torch.rand(VOCABULARY, generator=rng) / 100,
    "text.mean": 0.2 * torch.randn(WIDTH, generator=rng),
    "text.hidden.weight": draw(HIDDEN, WIDTH),
    "text.hidden.bias": draw(HIDDEN),
    "text.out.weight": draw(EMBEDDING, HIDDEN),
    "text.skip.weight": draw(EMBEDDING, WIDTH),
    "text.out.bias": draw(EMBEDDING),
}
weights["text.scale"][[PAD, START, END]] = 0
channels = 3
for index, width in enumerate(CHANNELS):
    weights[f"image.conv{index}.weight"] = draw(width, channels, 3, 3, scale=0.3)
    weights[f"image.conv{index}.bias"] = draw(width)
    channels = width
pooled = sum(2 * CHANNELS[index] for index in POOLS)
weights |= {
    "image.hidden.weight": draw(9, pooled),
    "image.hidden.bias": draw(9),
    "image.out.weight": draw(EMBEDDING, 9),
    "image.out.bias": draw(EMBEDDING),
}
metadata = {
    "text.end_id": str(END),
    "image.size": str(SIZE),
    "image.strides": ",".join(map(str, STRIDES)),
    "image.pools": ",".join(map(str, POOLS)),
}
w = {key: value.float() for key, value in weights.items()}

input_ids = torch.tensor(
    [
        [START, 7, 8, END, 9, 19],
        [START, 7, 8, END, PAD, PAD],
        [START, END, 9, END, 5, 6],
        [START, 11, 12, 13, 14, 19],
        [START, 15, END, END, 7, 7],
    ]
)
texts = []
for ids in input_ids.tolist():
    kept = ids[: ids.index(END)] if END in ids else ids
    total = sum((w["text.scale"][i] * w["text.table"][i] for i in kept), torch.zeros(WIDTH))
    p = total / max(float(total.norm()), 1e-6) - w["text.mean"]
    h = gelu(linear(p, w["text.hidden.weight"], w["text.hidden.bias"]))
    texts.append(linear(h, w["text.out.weight"], w["text.out.bias"]) + linear(p, w["text.skip.weight"]))

pixels = torch.randn(2, 3, SIZE, SIZE, generator=rng)
value, statistics = pixels, []
for index, stride in enumerate(STRIDES):
    value = relu(conv2d(value, w[f"image.conv{index}.weight"], w[f"image.conv{index}.bias"], stride, padding=1))
    if index in POOLS:
        variance = value.var(dim=(2, 3), unbiased=False)
        statistics += [value.mean(dim=(2, 3)), (variance + 1e-5).sqrt()]
hidden = relu(linear(torch.cat(statistics, 1), w["image.hidden.weight"], w["image.hidden.bias"]))
images = linear(hidden, w["image.out.weight"], w["image.out.bias"])

memory = {
    "text.memory": torch.randint(-127, 128, (5, EMBEDDING), generator=rng, dtype=torch.int8),
    "text.memory_scale": torch.rand(5, generator=rng) / 300,
}
SHARPNESS = 7
recalled = []
for text in texts:
    places = [scale * row.float() for row, scale in zip(memory["text.memory"], memory["text.memory_scale"])]
    shares = torch.stack([SHARPNESS * (place @ text) / text.norm() for place in places]).exp()
    recalled.append(sum(share * place for share, place in zip(shares / shares.sum(), places)))

options.out.mkdir(parents=True, exist_ok=True)
save_file(weights, options.out / "towers.safetensors", metadata)
save_file(weights | memory, options.out / "towers-memory.safetensors", metadata | {"text.sharpness": str(SHARPNESS)})
io = {"input_ids": input_ids, "text_embedding": normalize(torch.stack(texts)), "pixels": pixels}
io |= {"recalled_embedding": normalize(torch.stack(recalled)), "image_embedding": normalize(images)}
save_file(io, options.out / "io.safetensors")
