import formulas as f
import numpy as np
import pytest
import torch
from torch import Tensor

from mmfs_training.networks import generator as networks
from mmfs_training.networks.generator import Generator, GeneratorConfig, draw_noises, noise_shapes, repeat_w
from mmfs_training.networks.reference import random_generator

NGF, DIM = 2, 16


@pytest.fixture(scope="module")
def network() -> Generator:
    return random_generator(GeneratorConfig(NGF, DIM, clip_mapper=True), seed=3)


@pytest.fixture(scope="module")
def state(network: Generator) -> dict[str, np.ndarray]:
    return {key: value.double().numpy() for key, value in network.state_dict().items()}


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def close(tensor: Tensor, expected: np.ndarray) -> None:
    assert tensor.shape == expected.shape
    np.testing.assert_allclose(tensor.detach().double().numpy(), expected, rtol=1e-4, atol=2e-5)


def numpy_style(state: dict[str, np.ndarray], key: str, w: np.ndarray) -> np.ndarray:
    return f.affine(w, state[f"{key}.modulation.weight"], state[f"{key}.modulation.bias"])


def numpy_styled_conv(state, key, x, w, noise, upsampling):  # type: ignore[no-untyped-def]
    weight = f.modulated_weight(state[f"{key}.conv.weight"][0], numpy_style(state, f"{key}.conv", w), True)
    x = f.blur(f.transposed(x, weight), (1, 1), 4.0) if upsampling else f.convolve(x, weight, padding=(1, 1))
    return f.activation(x + state[f"{key}.noise.weight"] * noise, state[f"{key}.activate.bias"])


def numpy_to_rgb(state, key, x, w, below):  # type: ignore[no-untyped-def]
    weight = f.modulated_weight(state[f"{key}.conv.weight"][0], numpy_style(state, f"{key}.conv", w), False)
    rgb = f.convolve(x, weight) + state[f"{key}.bias"][0]
    return rgb if below is None else rgb + f.upsample(below)


def numpy_residual(state, key, x):  # type: ignore[no-untyped-def]
    main = f.convolve(x, f.equalised(state[f"{key}.conv1.0.weight"]), padding=(1, 1))
    main = f.blur(f.activation(main, state[f"{key}.conv1.1.bias"]), (2, 2))
    main = f.convolve(main, f.equalised(state[f"{key}.conv2.1.weight"]), stride=2)
    main = f.activation(main, state[f"{key}.conv2.2.bias"])
    skip = f.convolve(f.blur(x, (1, 1)), f.equalised(state[f"{key}.skip.1.weight"]), stride=2)
    return (main + skip) / np.sqrt(2)


def test_equalised_convolution(network: Generator, state: dict[str, np.ndarray]) -> None:
    x = random(2, 3, 6, 5)
    out = network.encoder[0](x)
    for n in range(2):
        expected = f.convolve(x[n].double().numpy(), f.equalised(state["encoder.0.0.weight"]), padding=(1, 1))
        close(out[n], f.activation(expected, state["encoder.0.1.bias"]))


def test_blur_spreads_a_pixel_by_the_kernel() -> None:
    x = torch.zeros(1, 1, 7, 7)
    x[0, 0, 3, 3] = 64
    out = networks.Blur((2, 1))(x)
    assert out.shape == x.shape
    np.testing.assert_allclose(out[0, 0, 2:6, 2:6].numpy(), np.outer([1, 3, 3, 1], [1, 3, 3, 1]), rtol=1e-6)
    assert out.sum() == pytest.approx(64)


def test_blur_keeps_an_asymmetric_kernel_the_right_way_round() -> None:
    layer = networks.Blur((2, 1))
    layer.kernel.copy_(torch.arange(16.0).view(4, 4))
    x = torch.zeros(1, 1, 7, 7)
    x[0, 0, 3, 3] = 1
    # a true convolution stamps the kernel itself, a cross-correlation would stamp it turned by 180°
    torch.testing.assert_close(layer(x)[0, 0, 2:6, 2:6], layer.kernel)


def test_upsampling_keeps_a_flat_picture_flat() -> None:
    out = networks.Upsample()(torch.ones(1, 3, 6, 6))
    assert out.shape == (1, 3, 12, 12)
    torch.testing.assert_close(out[:, :, 2:-2, 2:-2], torch.ones(1, 3, 8, 8))


@pytest.mark.parametrize("block", [1, 2])
def test_residual_block(network: Generator, state: dict[str, np.ndarray], block: int) -> None:
    x = random(2, NGF, 8, 10)
    out = network.encoder[block](x)
    for n in range(2):
        close(out[n], numpy_residual(state, f"encoder.{block}", x[n].double().numpy()))


@pytest.mark.parametrize(("key", "upsampling"), [("decoder0", False), ("decoder2a", True), ("decoder3b", False)])
def test_styled_conv_equals_each_picture_with_its_own_weight(
    network: Generator, state: dict[str, np.ndarray], key: str, upsampling: bool
) -> None:
    channels = state[f"{key}.conv.weight"].shape[2]
    x, w = random(2, channels, 4, 6, seed=1), random(2, DIM, seed=2)
    noise = random(2, 1, *((8, 12) if upsampling else (4, 6)), seed=3)
    out = network.get_submodule(key)(x, w, noise)
    for n in range(2):
        arrays = (t[n].double().numpy() for t in (x, w, noise))
        close(out[n], numpy_styled_conv(state, key, *arrays, upsampling))


def test_to_rgb(network: Generator, state: dict[str, np.ndarray]) -> None:
    x, w, below = random(2, 2 * NGF, 8, 8), random(2, DIM, seed=1), random(2, 3, 4, 4, seed=2)
    out = network.get_submodule("to_rgb3")(x, w, below)
    for n in range(2):
        close(out[n], numpy_to_rgb(state, "to_rgb3", *(t[n].double().numpy() for t in (x, w, below))))


def test_mapping(network: Generator, state: dict[str, np.ndarray]) -> None:
    z = random(2, DIM)
    out = network.map_z(z)
    for n in range(2):
        w = f.pixel_norm(z[n].double().numpy())
        for i in range(1, 9):
            weight, bias = state[f"mapping_z.{i}.weight"], state[f"mapping_z.{i}.bias"]
            w = f.activation(f.affine(w, weight, 0 * bias, 0.01), 0.01 * bias)
        close(out[n], w)


def test_mapper(network: Generator, state: dict[str, np.ndarray]) -> None:
    embedding = torch.nn.functional.normalize(random(2, DIM))
    out = network.map_embedding(embedding)
    for n in range(2):
        x = embedding[n].double().numpy() + state["clip_mapper.position_embedding"]
        for i in range(4):
            p = {k.split(f"layers.{i}.")[1]: v for k, v in state.items() if f"transformer.layers.{i}." in k}
            h = f.layer_norm(x, p["norm1.weight"], p["norm1.bias"])
            a = [
                p[f"self_attn.{name}"]
                for name in ("in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias")
            ]
            x = x + f.attention(h, *a, heads=8)
            h = f.layer_norm(x, p["norm2.weight"], p["norm2.bias"])
            h = np.maximum(h @ p["linear1.weight"].T + p["linear1.bias"], 0)
            x = x + h @ p["linear2.weight"].T + p["linear2.bias"]
        close(out[n], f.leaky(x))


def test_whole_network(network: Generator, state: dict[str, np.ndarray]) -> None:
    image, wplus = random(1, 3, 32, 32).clamp(-1, 1), random(1, 10, DIM, seed=1)
    noises = draw_noises(32, torch.Generator().manual_seed(5))
    x = f.activation(
        f.convolve(image[0].double().numpy(), f.equalised(state["encoder.0.0.weight"]), padding=(1, 1)),
        state["encoder.0.1.bias"],
    )
    for i in range(1, 5):
        x = numpy_residual(state, f"encoder.{i}", x)
    x = f.activation(f.convolve(x, f.equalised(state["encoder.5.0.weight"]), padding=(1, 1)), state["encoder.5.1.bias"])
    encoded = network.encode(image)
    assert encoded.details == ()
    close(encoded.features[0], x)

    rows, maps = wplus[0].double().numpy(), [n[0].double().numpy() for n in noises]
    x = numpy_styled_conv(state, "decoder0", x, rows[0], maps[0], False)
    rgb = numpy_to_rgb(state, "to_rgb0", x, rows[1], None)
    for i in range(1, 5):
        x = numpy_styled_conv(state, f"decoder{i}a", x, rows[2 * i - 1], maps[2 * i - 1], True)
        x = numpy_styled_conv(state, f"decoder{i}b", x, rows[2 * i], maps[2 * i], False)
        rgb = numpy_to_rgb(state, f"to_rgb{i}", x, rows[2 * i + 1], rgb)
    close(network.decode_unclamped(encoded, wplus, noises)[0], rgb)
    close(network.decode(encoded, wplus, noises)[0], np.clip(rgb, -1, 1))


@pytest.fixture
def detailed() -> Generator:
    return random_generator(GeneratorConfig(NGF, DIM, detail=True), seed=4)


def test_detail_path_is_added_before_the_second_convolution(detailed: Generator) -> None:
    state = {key: value.double().numpy() for key, value in detailed.state_dict().items()}
    image, wplus = random(1, 3, 32, 32).clamp(-1, 1), random(1, 10, DIM, seed=1)
    noises = draw_noises(32, torch.Generator().manual_seed(5))
    x = f.activation(
        f.convolve(image[0].double().numpy(), f.equalised(state["encoder.0.0.weight"]), padding=(1, 1)),
        state["encoder.0.1.bias"],
    )
    blocks = []
    for i in range(1, 5):
        x = numpy_residual(state, f"encoder.{i}", x)
        blocks.append(x)
    encoded = detailed.encode(image)
    assert [tuple(d.shape) for d in encoded.details] == [(1, 4 * NGF, 4, 4), (1, 2 * NGF, 8, 8)]
    close(encoded.details[0][0], blocks[2])
    close(encoded.details[1][0], blocks[1])

    rows, maps = wplus[0].double().numpy(), [n[0].double().numpy() for n in noises]
    x = numpy_styled_conv(state, "decoder0", encoded.features[0].double().numpy(), rows[0], maps[0], False)
    rgb = numpy_to_rgb(state, "to_rgb0", x, rows[1], None)
    for i in range(1, 5):
        x = numpy_styled_conv(state, f"decoder{i}a", x, rows[2 * i - 1], maps[2 * i - 1], True)
        if i <= 2:
            weight = state[f"detail{i}.weight"][:, :, 0, 0] / np.sqrt(state[f"detail{i}.weight"].shape[1])
            x = x + np.einsum("oc,chw->ohw", weight, blocks[3 - i])
        x = numpy_styled_conv(state, f"decoder{i}b", x, rows[2 * i], maps[2 * i], False)
        rgb = numpy_to_rgb(state, f"to_rgb{i}", x, rows[2 * i + 1], rgb)
    close(detailed.decode_unclamped(encoded, wplus, noises)[0], rgb)


def test_detail_path_starts_as_nothing(network: Generator) -> None:
    plain = Generator(GeneratorConfig(NGF, DIM))
    detailed = Generator(GeneratorConfig(NGF, DIM, detail=True))
    state = {key: value for key, value in network.state_dict().items() if not key.startswith("clip_mapper")}
    plain.load_state_dict(state)
    missing = detailed.load_state_dict(state, strict=False)
    assert missing.missing_keys == ["detail1.weight", "detail2.weight"] and not missing.unexpected_keys
    image, wplus = random(2, 3, 32, 32).clamp(-1, 1), random(2, 10, DIM, seed=1)
    noises = draw_noises(32, torch.Generator().manual_seed(5), 2)
    assert torch.equal(detailed(image, wplus, noises), plain(image, wplus, noises))


def test_rows_of_an_encoded_batch(detailed: Generator) -> None:
    image = random(3, 3, 32, 32).clamp(-1, 1)
    some = detailed.encode(image).rows(torch.tensor([2, 0]))
    alone = detailed.encode(image[[2, 0]])
    torch.testing.assert_close(some.features, alone.features)
    for a, b in zip(some.details, alone.details, strict=True):
        torch.testing.assert_close(a, b)


def published_keys(n: int, d: int) -> dict[str, tuple[int, ...]]:
    """The table of checkpoint keys, written out."""
    keys: dict[str, tuple[int, ...]] = {}
    widths = [n, n, 2 * n, 4 * n, 8 * n]
    keys |= {"encoder.0.0.weight": (n, 3, 3, 3), "encoder.0.1.bias": (n,)}
    for i in range(1, 5):
        a, b, p = widths[i - 1], widths[i], f"encoder.{i}."
        keys |= {p + "conv1.0.weight": (a, a, 3, 3), p + "conv1.1.bias": (a,)}
        keys |= {p + "conv2.0.kernel": (4, 4), p + "conv2.1.weight": (b, a, 3, 3), p + "conv2.2.bias": (b,)}
        keys |= {p + "skip.0.kernel": (4, 4), p + "skip.1.weight": (b, a, 1, 1)}
    keys |= {"encoder.5.0.weight": (8 * n, 8 * n, 3, 3), "encoder.5.1.bias": (8 * n,)}
    for i in range(1, 9):
        keys |= {f"mapping_z.{i}.weight": (d, d), f"mapping_z.{i}.bias": (d,)}
    decoder = [8 * n, 8 * n, 4 * n, 2 * n, n]
    styled = [("decoder0", 8 * n, 8 * n)]
    for i in range(1, 5):
        styled += [(f"decoder{i}a", decoder[i - 1], decoder[i]), (f"decoder{i}b", decoder[i], decoder[i])]
    for name, a, b in styled:
        p = name + "."
        keys |= {
            p + "conv.weight": (1, b, a, 3, 3),
            p + "conv.modulation.weight": (a, d),
            p + "conv.modulation.bias": (a,),
        }
        keys |= {p + "noise.weight": (1,), p + "activate.bias": (b,)}
        if name.endswith("a"):
            keys[p + "conv.blur.kernel"] = (4, 4)
    for i in range(5):
        a, p = decoder[i], f"to_rgb{i}."
        keys |= {
            p + "conv.weight": (1, 3, a, 1, 1),
            p + "conv.modulation.weight": (a, d),
            p + "conv.modulation.bias": (a,),
        }
        keys[p + "bias"] = (1, 3, 1, 1)
        if i:
            keys[p + "upsample.kernel"] = (4, 4)
    return keys


def mapper_keys(d: int) -> dict[str, tuple[int, ...]]:
    keys: dict[str, tuple[int, ...]] = {"clip_mapper.position_embedding": (10, d)}
    for i in range(4):
        p = f"clip_mapper.transformer.layers.{i}."
        keys |= {p + "self_attn.in_proj_weight": (3 * d, d), p + "self_attn.in_proj_bias": (3 * d,)}
        keys |= {p + "self_attn.out_proj.weight": (d, d), p + "self_attn.out_proj.bias": (d,)}
        keys |= {p + "linear1.weight": (2048, d), p + "linear1.bias": (2048,)}
        keys |= {p + "linear2.weight": (d, 2048), p + "linear2.bias": (d,)}
        keys |= {p + f"norm{j}.{part}": (d,) for j in (1, 2) for part in ("weight", "bias")}
    return keys


@pytest.mark.parametrize("mapper", [False, True])
def test_keys_and_shapes_are_the_published_ones(mapper: bool) -> None:
    with torch.device("meta"):
        network = Generator(GeneratorConfig(64, 512, clip_mapper=mapper))
    shapes = {key: tuple(value.shape) for key, value in network.state_dict().items()}
    assert shapes == published_keys(64, 512) | (mapper_keys(512) if mapper else {})


def test_stored_kernels_carry_the_gain_of_upsampling(state: dict[str, np.ndarray]) -> None:
    for key, kernel in state.items():
        if key.endswith("kernel"):
            gain = 1.0 if key.startswith("encoder") else 4.0
            np.testing.assert_allclose(kernel, gain * f.BLUR, rtol=1e-6)


def test_noise_maps() -> None:
    assert [shape[2] for shape in noise_shapes(512)] == [32, 64, 64, 128, 128, 256, 256, 512, 512]
    first, second = (draw_noises(32, torch.Generator().manual_seed(9), batch=2) for _ in range(2))
    assert [tuple(n.shape) for n in first] == noise_shapes(32, 2)
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))
    with pytest.raises(ValueError, match="multiple of 16"):
        noise_shapes(100)


def test_one_w_is_repeated_over_the_rows() -> None:
    w = random(2, DIM)
    wplus = repeat_w(w)
    assert wplus.shape == (2, 10, DIM)
    assert all(torch.equal(wplus[:, r], w) for r in range(10))
