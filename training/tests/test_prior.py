"""The StyleGAN2 of phase 0 against the formulas, its layout, and how its blocks become the decoder."""

from __future__ import annotations

from itertools import pairwise

import formulas as f
import numpy as np
import pytest
import torch
from test_networks import numpy_residual, numpy_styled_conv, numpy_to_rgb
from torch import Tensor, nn

from mmfs_training.losses.terms import r1_penalty
from mmfs_training.networks import fast
from mmfs_training.networks.generator import STYLE_TOKENS, Encoded, Generator, GeneratorConfig, Upsample
from mmfs_training.networks.prior import (
    Discriminator,
    Prior,
    append_deviation,
    decoder_blocks,
    generator_to_prior,
    prior_to_generator,
)
from mmfs_training.networks.reference import random_generator
from mmfs_training.phases.feature_fit import (
    SPREAD,
    FeatureGaussian,
    fit_low_blocks,
    inner_features,
    low_modules,
    start_linear,
    synthesize_low,
)

WIDTH, DIM = 2, 8


def filled(module: nn.Module, seed: int) -> nn.Module:
    """Something other than the initial value in every parameter."""
    rng = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for key, parameter in module.named_parameters():
            if not (key.startswith("style.") or (key.endswith("weight") and "noise" not in key)):
                parameter.add_(0.3 * torch.randn(parameter.shape, generator=rng))
            elif key.startswith("style.") and key.endswith("bias"):
                parameter.add_(20 * torch.randn(parameter.shape, generator=rng))
            else:
                parameter.copy_(torch.randn(parameter.shape, generator=rng) * parameter.std())
    return module


def random_prior(size: int, width: int = WIDTH, seed: int = 1) -> Prior:
    prior = filled(Prior(size, width, DIM), seed)
    assert isinstance(prior, Prior)
    return prior


def random_discriminator(size: int, seed: int = 2) -> Discriminator:
    discriminator = filled(Discriminator(size, WIDTH), seed)
    assert isinstance(discriminator, Discriminator)
    return discriminator


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def inputs(prior: Prior, count: int = 2) -> tuple[Tensor, list[Tensor]]:
    noises = [random(*shape, seed=10 + i) for i, shape in enumerate(prior.noise_shapes(count))]
    return random(count, prior.rows, DIM, seed=3), noises


def arrays(module: nn.Module) -> dict[str, np.ndarray]:
    return {key: value.double().numpy() for key, value in module.state_dict().items()}


def close(tensor: Tensor, expected: np.ndarray) -> None:
    assert tensor.shape == expected.shape
    np.testing.assert_allclose(tensor.detach().double().numpy(), expected, rtol=1e-4, atol=5e-5)


def styled_keys(name: str, c_in: int, c_out: int, dim: int, up: bool) -> dict[str, tuple[int, ...]]:
    keys: dict[str, tuple[int, ...]] = {
        f"{name}.conv.weight": (1, c_out, c_in, 3, 3),
        f"{name}.conv.modulation.weight": (c_in, dim),
        f"{name}.conv.modulation.bias": (c_in,),
        f"{name}.noise.weight": (1,),
        f"{name}.activate.bias": (c_out,),
    }
    return {**keys, f"{name}.conv.blur.kernel": (4, 4)} if up else keys


def rgb_keys(name: str, c_in: int, dim: int, up: bool) -> dict[str, tuple[int, ...]]:
    keys: dict[str, tuple[int, ...]] = {
        f"{name}.conv.weight": (1, 3, c_in, 1, 1),
        f"{name}.conv.modulation.weight": (c_in, dim),
        f"{name}.conv.modulation.bias": (c_in,),
        f"{name}.bias": (1, 3, 1, 1),
    }
    return {**keys, f"{name}.upsample.kernel": (4, 4)} if up else keys


def shapes(module: nn.Module) -> dict[str, tuple[int, ...]]:
    return {key: tuple(value.shape) for key, value in module.state_dict().items()}


def test_generator_has_the_published_keys_at_512() -> None:
    channels = {8: 512, 16: 512, 32: 512, 64: 512, 128: 256, 256: 128, 512: 64}
    expected: dict[str, tuple[int, ...]] = {"input.input": (1, 512, 4, 4)}
    for i in range(1, 9):
        expected |= {f"style.{i}.weight": (512, 512), f"style.{i}.bias": (512,)}
    expected |= styled_keys("conv1", 512, 512, 512, False) | rgb_keys("to_rgb1", 512, 512, False)
    below = 512
    for i, width in enumerate(channels.values()):
        expected |= styled_keys(f"convs.{2 * i}", below, width, 512, True)
        expected |= styled_keys(f"convs.{2 * i + 1}", width, width, 512, False)
        expected |= rgb_keys(f"to_rgbs.{i}", width, 512, True)
        below = width
    with torch.device("meta"):
        prior = Prior(512, 64, 512)
    assert shapes(prior) == expected
    assert prior.rows == 16
    # one map at 4 px, two at 8 px and above
    assert [shape[-1] for shape in prior.noise_shapes(1)] == [4, *(side for side in channels for _ in range(2))]


def test_discriminator_has_the_published_keys_at_512() -> None:
    widths = [64, 128, 256, 512, 512, 512, 512, 512]  # 512 px down to 4 px
    expected: dict[str, tuple[int, ...]] = {"convs.0.0.weight": (64, 3, 1, 1), "convs.0.1.bias": (64,)}
    for i, (a, b) in enumerate(pairwise(widths), 1):
        expected |= {
            f"convs.{i}.conv1.0.weight": (a, a, 3, 3),
            f"convs.{i}.conv1.1.bias": (a,),
            f"convs.{i}.conv2.0.kernel": (4, 4),
            f"convs.{i}.conv2.1.weight": (b, a, 3, 3),
            f"convs.{i}.conv2.2.bias": (b,),
            f"convs.{i}.skip.0.kernel": (4, 4),
            f"convs.{i}.skip.1.weight": (b, a, 1, 1),
        }
    expected |= {
        "final_conv.0.weight": (512, 513, 3, 3),
        "final_conv.1.bias": (512,),
        "final_linear.0.weight": (512, 512 * 16),
        "final_linear.0.bias": (512,),
        "final_linear.1.weight": (1, 512),
        "final_linear.1.bias": (1,),
    }
    with torch.device("meta"):
        assert shapes(Discriminator(512, 64)) == expected


def test_mapping_equals_the_formula() -> None:
    prior = random_prior(16)
    state, z = arrays(prior), random(2, DIM, seed=4)
    out = prior.map_z(z)
    for n in range(2):
        x = f.pixel_norm(z[n].double().numpy())
        for i in range(1, 9):
            x = f.leaky(f.affine(x, state[f"style.{i}.weight"], state[f"style.{i}.bias"], 0.01)) * np.sqrt(2)
        close(out[n], x)


def test_generator_equals_the_formulas() -> None:
    prior = random_prior(16)
    state = arrays(prior)
    wplus, noises = inputs(prior)
    out = prior(wplus, noises)
    for n in range(2):
        w, maps = wplus[n].double().numpy(), [noise[n].double().numpy() for noise in noises]
        x = numpy_styled_conv(state, "conv1", state["input.input"][0], w[0], maps[0], False)
        rgb = numpy_to_rgb(state, "to_rgb1", x, w[1], None)
        x = numpy_styled_conv(state, "convs.0", x, w[1], maps[1], True)
        x = numpy_styled_conv(state, "convs.1", x, w[2], maps[2], False)
        rgb = numpy_to_rgb(state, "to_rgbs.0", x, w[3], rgb)
        x = numpy_styled_conv(state, "convs.2", x, w[3], maps[3], True)
        x = numpy_styled_conv(state, "convs.3", x, w[4], maps[4], False)
        rgb = numpy_to_rgb(state, "to_rgbs.1", x, w[5], rgb)
        close(out[n], rgb)


def numpy_deviation(x: np.ndarray) -> np.ndarray:
    """Karras et al. 2018, section 3: [N, C, H, W] to one number a picture; pictures i, i + N/4, … are a group."""
    count = len(x)
    group = min(count, 4)
    out = np.zeros(count)
    for first in range(count // group):
        members = np.arange(group) * (count // group) + first
        out[members] = np.sqrt(x[members].var(0) + 1e-8).mean()
    return out


@pytest.mark.parametrize("count", [1, 2, 4, 8])
def test_deviation_of_a_group_is_one_more_channel(count: int) -> None:
    x = random(count, 3, 4, 4) * torch.arange(1, count + 1)[:, None, None, None]
    out = append_deviation(x)
    assert torch.equal(out[:, :3], x)
    expected = numpy_deviation(x.double().numpy())
    close(out[:, 3], np.broadcast_to(expected[:, None, None], (count, 4, 4)))
    assert len(set(np.round(expected, 6))) == max(1, count // 4)


def test_two_processes_with_every_second_picture_see_the_groups_of_one_process() -> None:
    x = random(8, 3, 4, 4)
    whole = append_deviation(x)
    for rank in range(2):
        torch.testing.assert_close(append_deviation(x[rank::2]), whole[rank::2])


def test_discriminator_equals_the_formulas() -> None:
    discriminator = random_discriminator(16)
    state, image = arrays(discriminator), random(4, 3, 16, 16)
    last = []
    for picture in image.double().numpy():
        x = f.convolve(picture, f.equalised(state["convs.0.0.weight"]))
        x = f.activation(x, state["convs.0.1.bias"])
        for i in (1, 2):
            x = numpy_residual(state, f"convs.{i}", x)
        last.append(x)
    deviation = numpy_deviation(np.stack(last))
    expected = []
    for x, value in zip(last, deviation, strict=True):
        x = np.concatenate([x, np.full((1, 4, 4), value)])
        x = f.convolve(x, f.equalised(state["final_conv.0.weight"]), padding=(1, 1))
        x = f.activation(x, state["final_conv.1.bias"]).reshape(-1)
        x = f.affine(x, state["final_linear.0.weight"], state["final_linear.0.bias"])
        x = f.leaky(x) * np.sqrt(2)
        expected.append(f.affine(x, state["final_linear.1.weight"], state["final_linear.1.bias"])[0])
    close(discriminator(image), np.array(expected))
    features = discriminator.features(image)
    assert [tuple(x.shape) for x in features] == [(4, 4, 8, 8), (4, 8, 4, 4)]
    close(features[-1], np.stack(last))


@pytest.mark.parametrize(
    ("size", "inner"),
    [
        (512, ("convs.5", "to_rgbs.2", "convs.6", "to_rgbs.3")),
        (256, ("convs.3", "to_rgbs.1", "convs.4", "to_rgbs.2")),
        (64, ("conv1", "to_rgb1", "convs.0", "to_rgbs.0")),
    ],
)
def test_decoder_blocks_are_those_from_a_sixteenth_up(size: int, inner: tuple[str, ...]) -> None:
    with torch.device("meta"):
        prior, generator = Prior(size, 4, DIM), Generator(GeneratorConfig(4, DIM))
    names = {id(module): name for name, module in prior.named_modules()}
    blocks = decoder_blocks(prior)
    found = {name: names[id(module)] for name, module in blocks.items()}
    assert (found["decoder0"], found["to_rgb0"], found["decoder1a"], found["to_rgb1"]) == inner
    assert found["mapping_z"] == "style"
    assert found["decoder4b"] == f"convs.{len(prior.convs) - 1}"
    assert found["to_rgb4"] == f"to_rgbs.{len(prior.to_rgbs) - 1}"
    decoder = {key for key in generator.state_dict() if not key.startswith("encoder.")}
    assert {key for key in decoder if key.rsplit(".", 1)[0].startswith(tuple(blocks))} == decoder
    for name, block in blocks.items():
        assert shapes(block).items() >= shapes(generator.get_submodule(name)).items()


@pytest.mark.parametrize("size", [64, 128])
def test_the_generator_decodes_the_priors_own_features_to_its_picture(size: int) -> None:
    prior = random_prior(size)
    generator = Generator(GeneratorConfig(WIDTH, DIM))
    encoder = {key: value.clone() for key, value in generator.encoder.state_dict().items()}
    prior_to_generator(prior, generator)
    assert all(torch.equal(value, encoder[key]) for key, value in generator.encoder.state_dict().items())
    wplus, noises = inputs(prior)
    seen: dict[str, Tensor] = {}

    def keep_features(_module: nn.Module, args: tuple[Tensor, ...]) -> None:
        seen["features"] = args[0]

    def keep_below(_module: nn.Module, args: tuple[Tensor, ...]) -> None:
        seen["below"] = args[2]

    blocks = decoder_blocks(prior)
    blocks["decoder0"].register_forward_pre_hook(keep_features)
    if size > 64:
        blocks["to_rgb0"].register_forward_pre_hook(keep_below)
    with torch.no_grad():
        whole = prior(wplus, noises)
        first = prior.rows - STYLE_TOKENS
        made = generator.decode_unclamped(Encoded(seen["features"]), wplus[:, first:], noises[first:])
    assert seen["features"].shape == (2, 8 * WIDTH, size // 16, size // 16)
    rest = torch.zeros(2, 3, size, size)
    if size > 64:  # the picture of the resolutions below S/16, enlarged, is what the generator cannot know
        rest = seen["below"]
        for _ in range(5):
            rest = Upsample()(rest)
        assert rest.abs().mean() > 0.01 * whole.abs().mean()
    torch.testing.assert_close(made + rest, whole, rtol=1e-4, atol=1e-4)


def test_a_generators_blocks_return_to_the_prior() -> None:
    prior, generator = random_prior(128), random_generator(GeneratorConfig(WIDTH, DIM), seed=5)
    before = {key: value.clone() for key, value in prior.state_dict().items()}
    prefixes = generator_to_prior(generator, prior)
    assert set(prefixes) == {*(f"convs.{i}." for i in range(2, 10)), *(f"to_rgbs.{i}." for i in range(1, 5))}
    for key, value in prior.state_dict().items():
        if not key.startswith(tuple(prefixes)):
            assert torch.equal(value, before[key]), key
    again = Generator(GeneratorConfig(WIDTH, DIM))
    prior_to_generator(prior, again)
    for i in range(1, 5):
        for name in (f"decoder{i}a", f"decoder{i}b", f"to_rgb{i}"):
            for key, value in again.get_submodule(name).state_dict().items():
                assert torch.equal(value, generator.get_submodule(name).state_dict()[key]), (name, key)


def gradients_agree(quick: dict[str, Tensor], plain: dict[str, Tensor]) -> None:
    assert quick.keys() == plain.keys()
    for key, gradient in plain.items():
        torch.testing.assert_close(
            quick[key], gradient, rtol=2e-3, atol=2e-4 * float(gradient.abs().max()), msg=lambda m, k=key: f"{k}: {m}"
        )


def gradients(module: nn.Module, loss: Tensor) -> dict[str, Tensor]:
    module.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    return {key: p.grad.clone() for key, p in module.named_parameters() if p.grad is not None}


def test_fast_synthesis_is_the_plain_one() -> None:
    prior = random_prior(32)
    wplus, noises = inputs(prior)
    target = random(2, 3, 32, 32, seed=6)
    plain = prior(wplus, noises)
    quick = fast.synthesize(prior, wplus, noises, torch.float32)
    torch.testing.assert_close(quick, plain, rtol=1e-4, atol=1e-4)
    expected = gradients(prior, (plain - target).square().mean())
    gradients_agree(gradients(prior, (quick - target).square().mean()), expected)
    assert {key for key, _ in prior.named_parameters()} - expected.keys() == {
        f"style.{i}.{part}" for i in range(1, 9) for part in ("weight", "bias")
    }


def test_fast_synthesis_has_the_second_derivatives_of_the_path_length() -> None:
    prior = random_prior(32)
    _, noises = inputs(prior)
    direction = random(2, 3, 32, 32, seed=7) / 32

    def penalty(quick: bool) -> Tensor:
        w = prior.map_z(random(2, DIM, seed=8))[:, None].expand(-1, prior.rows, -1)
        made = fast.synthesize(prior, w, noises, torch.float32) if quick else prior(w, noises)
        (slope,) = torch.autograd.grad((made * direction).sum(), w, create_graph=True)
        lengths = slope.square().sum(2).mean(1).sqrt()
        return (lengths - 0.5).square().mean()

    gradients_agree(gradients(prior, penalty(True)), gradients(prior, penalty(False)))


def test_fast_scores_are_the_plain_ones() -> None:
    discriminator = random_discriminator(32)
    image = random(4, 3, 32, 32)
    plain, quick = discriminator(image), fast.discriminate(discriminator, image, torch.float32)
    torch.testing.assert_close(quick, plain, rtol=1e-4, atol=1e-4)
    for a, b in zip(
        fast.discriminator_features(discriminator, image, torch.float32), discriminator.features(image), strict=True
    ):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-4)
    weights = torch.tensor([1.0, -2.0, 0.5, 3.0])
    gradients_agree(
        gradients(discriminator, (quick * weights).sum()), gradients(discriminator, (plain * weights).sum())
    )


def test_fast_scores_have_the_second_derivatives_of_r1() -> None:
    discriminator = random_discriminator(32)

    def penalty(quick: bool) -> Tensor:
        image = random(4, 3, 32, 32).requires_grad_()
        score = fast.discriminate(discriminator, image, torch.float32) if quick else discriminator(image)
        return r1_penalty(score, image)

    torch.testing.assert_close(penalty(True), penalty(False), rtol=1e-4, atol=1e-6)
    gradients_agree(gradients(discriminator, penalty(True)), gradients(discriminator, penalty(False)))


def test_blur_halves_as_a_strided_mean_in_both_directions() -> None:
    x = random(1, 2, 8, 8).double().requires_grad_()
    close(fast.blur_halve(x)[0], f.blur(x[0].detach().numpy(), (1, 1))[:, ::2, ::2])
    assert torch.autograd.gradcheck(fast.blur_halve, (x,))
    assert torch.autograd.gradgradcheck(fast.blur_halve, (x,))
    for padding in (1, 2):
        close(fast.blur(x, 4.0, padding)[0], f.blur(x[0].detach().numpy(), (padding, padding), 4.0))
        assert torch.autograd.gradcheck(lambda v, p=padding: fast.blur(v, 4.0, p), (x,))


def test_low_blocks_are_the_prior_up_to_a_sixteenth() -> None:
    prior = random_prior(128)
    generator = Generator(GeneratorConfig(WIDTH, DIM))
    prior_to_generator(prior, generator)
    w, noises = prior.map_z(random(2, DIM)), inputs(prior)[1]
    inner = synthesize_low(prior, w, noises, torch.float32).view(2, 8 * WIDTH + 3, 8, 8)
    assert len(low_modules(prior)) == 3
    wplus = w[:, None].expand(-1, prior.rows, -1)
    x, rgb = inner[:, :-3], inner[:, -3:]
    made = fast.decode_blocks(generator, x, rgb, wplus[:, 2:], noises[2:])
    torch.testing.assert_close(made, prior(wplus, noises), rtol=1e-4, atol=1e-4)


def test_the_gaussian_has_the_mean_and_the_covariance_of_the_features() -> None:
    rng = np.random.default_rng(0)
    features = rng.standard_normal((6, 40)) * rng.uniform(0.5, 3, 40) + rng.standard_normal(40)
    gaussian = FeatureGaussian(torch.from_numpy(features).float(), components=64)
    close(gaussian.mean, features.mean(0))
    close(gaussian.axes.t() @ gaussian.axes, np.cov(features.T))
    strongest = FeatureGaussian(torch.from_numpy(features).float(), components=2, scale=0.5)
    values = np.linalg.eigvalsh(np.cov(features.T))[-2:]
    np.testing.assert_allclose(np.linalg.eigvalsh(strongest.axes @ strongest.axes.t()), 0.25 * values, rtol=1e-4)


def test_the_linear_mapping_moves_w_around_the_photos_code() -> None:
    # a coordinate nearer to zero than the spread would meet the bend of the last activation
    code = random(DIM, seed=9)
    prior, code, z = random_prior(64), code + 0.5 * code.sign(), random(50, DIM)
    start_linear(prior, code)
    normalised = np.stack([f.pixel_norm(row) for row in z.double().numpy()])
    close(prior.map_z(z), code.double().numpy() + SPREAD * normalised)


def test_low_blocks_come_near_the_features_that_they_are_fitted_to() -> None:
    teacher = random_prior(128, seed=7)
    w = teacher.map_z(random(40, DIM)).detach()
    silent = [torch.zeros(shape) for shape in teacher.noise_shapes(40)]
    features = synthesize_low(teacher, w, silent, torch.float32).detach()
    gaussian = FeatureGaussian(features, components=2)
    z = random(40, DIM, seed=11)

    def error(steps: int) -> tuple[float, float]:
        torch.manual_seed(1)
        prior = Prior(128, WIDTH, DIM)
        explained = fit_low_blocks(prior, gaussian, w.mean(0), torch.float32, steps, 8, 0, learning_rate=0.1)
        with torch.no_grad():
            made = synthesize_low(prior, prior.map_z(z), silent, torch.float32)
        return (made - gaussian.draw(z)).square().mean().item(), explained

    before, after = error(1), error(200)
    assert after[0] < 0.1 * before[0]
    assert after[1] > before[1]


def test_features_of_a_photo_are_what_the_decoder_goes_on_from() -> None:
    generator = random_generator(GeneratorConfig(WIDTH, DIM), seed=6)
    photos, w = random(2, 3, 64, 64), random(DIM, seed=2)
    inner = inner_features(generator, photos, w, torch.float32).view(2, 8 * WIDTH + 3, 4, 4)
    wplus = w.expand(2, STYLE_TOKENS, -1)
    made = fast.decode_blocks(generator, inner[:, :-3], inner[:, -3:], wplus)
    silent = [torch.zeros(1)] * 9
    torch.testing.assert_close(
        made, generator.decode_unclamped(generator.encode(photos), wplus, silent), rtol=1e-4, atol=1e-4
    )
