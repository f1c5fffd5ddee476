"""Writes a CLIP with random weights as Hugging Face keeps it, with inputs and what `transformers` makes of them.

    python clip_reference.py --out DIR --seed 1 --text-layers 2 --act gelu …

DIR gets config.json, model.safetensors, pytorch_model.bin and io.safetensors: `input_ids`, `text_embedding`, `pixels`
and `image_embedding`, both embeddings L2-normalised. Needs torch, transformers and safetensors. Prints the median
milliseconds of one text and one picture as JSON.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn.functional import normalize
from transformers import CLIPConfig, CLIPModel

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--out", type=Path, required=True)
parser.add_argument("--seed", type=int, required=True)
parser.add_argument("--act", default="quick_gelu")
parser.add_argument("--eos", type=int, default=2, help="2: the rule of the highest id")
parser.add_argument("--vocabulary", type=int, default=49408)
parser.add_argument("--positions", type=int, default=77)
parser.add_argument("--projection", type=int, default=512)
parser.add_argument("--image-size", type=int, default=224)
parser.add_argument("--patch", type=int, default=32)
for tower, width in (("text", 512), ("image", 768)):
    parser.add_argument(f"--{tower}-width", type=int, default=width)
    parser.add_argument(f"--{tower}-layers", type=int, default=12)
    parser.add_argument(f"--{tower}-heads", type=int, default=width // 64)
parser.add_argument("--batch", type=int, default=3)
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--runs", type=int, default=0, help="timed runs of each tower; none by default")
options = parser.parse_args()

torch.set_num_threads(options.threads)
torch.manual_seed(options.seed)
shared = {"hidden_act": options.act}
text = {
    "vocab_size": options.vocabulary,
    "hidden_size": options.text_width,
    "intermediate_size": 4 * options.text_width,
    "num_hidden_layers": options.text_layers,
    "num_attention_heads": options.text_heads,
    "max_position_embeddings": options.positions,
    "eos_token_id": options.eos,
}
vision = {
    "hidden_size": options.image_width,
    "intermediate_size": 4 * options.image_width,
    "num_hidden_layers": options.image_layers,
    "num_attention_heads": options.image_heads,
    "image_size": options.image_size,
    "patch_size": options.patch,
}
model = CLIPModel(
    CLIPConfig(text_config=text | shared, vision_config=vision | shared, projection_dim=options.projection)
).eval()
model.requires_grad_(False)
for key, parameter in model.named_parameters():
    # something other than its initial value in every parameter, and tokens that are not alike
    values = torch.randn(parameter.shape)
    if "norm" in key and key.endswith("weight"):
        values = 1 + 0.2 * values
    elif key.endswith("bias"):
        values *= 0.2
    elif parameter.dim() > 1 and "token_embedding" not in key and "position_embedding" not in key:
        values /= parameter[0].numel() ** 0.5
    parameter.copy_(values)
model.save_pretrained(options.out)
torch.save(model.state_dict(), options.out / "pytorch_model.bin")

end = options.vocabulary - 1 if options.eos == 2 else options.eos
length = min(16, options.positions)
# the end once or several times, and behind it a padding that may have a higher id where the rule allows that
padding = 0 if options.eos == 2 else options.vocabulary - 1
ids = torch.randint(3, end, (options.batch, length))
for row in range(options.batch):
    last = length - 1 - 2 * row
    ids[row, last] = end
    ids[row, last + 1 :] = end if row % 2 else padding
coarse = torch.randn(options.batch, 3, 8, 8)
pixels = torch.nn.functional.interpolate(coarse, size=options.image_size, mode="bilinear")
pixels += 0.1 * torch.randn(pixels.shape)


def text_embedding(ids: Tensor) -> Tensor:
    return normalize(model.get_text_features(input_ids=ids).pooler_output)


def image_embedding(pixels: Tensor) -> Tensor:
    return normalize(model.get_image_features(pixel_values=pixels).pooler_output)


def milliseconds(run: Callable[[], Tensor]) -> float:
    times = []
    for _ in range(options.runs + 1):
        start = time.perf_counter()
        run()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times[1:])


# save_file wants memory of their own
tensors = {
    "input_ids": ids,
    "text_embedding": text_embedding(ids),
    "pixels": pixels,
    "image_embedding": image_embedding(pixels),
}
save_file({key: value.contiguous() for key, value in tensors.items()}, options.out / "io.safetensors")
if options.runs:
    times = {
        "text": milliseconds(lambda: text_embedding(ids[:1])),
        "image": milliseconds(lambda: image_embedding(pixels[:1])),
    }
    print(json.dumps(times))
