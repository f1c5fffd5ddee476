"""The manners of drawing: filters against their formulas, and what every manner promises."""

import math
from itertools import pairwise

import cv2
import numpy as np
import pytest

from mmfs_training.manners import DECODER_PLACES, MANNERS, Noise, Photo, seed_of
from mmfs_training.manners.arrays import luma
from mmfs_training.manners.flow import Flow
from mmfs_training.manners.lines import dark_lines, light_lines
from mmfs_training.manners.noise import gabor
from mmfs_training.manners.paint import hatched, lightness, screened
from mmfs_training.manners.smoothing import guided, kuwahara
from mmfs_training.manners.tone import lifted
from mmfs_training.networks.generator import noise_shapes

# sRGB of skin from deep to very light: seven of the ten of the Monk Skin Tone scale (Monk 2019)
SKIN = ((41, 36, 32), (58, 49, 42), (96, 65, 52), (130, 92, 67), (189, 151, 121), (234, 218, 186), (246, 237, 228))


def head(skin: tuple[int, int, int], side: int = 192) -> np.ndarray:
    """A face of sorts: a ball of that colour under light from the left, with two eyes and a mouth, on mid grey."""
    y, x = np.mgrid[:side, :side].astype(np.float32) / side - 0.5
    inside = np.clip((0.40 - np.hypot(x * 1.15, y)) * 40, 0, 1)[..., None]
    light = (1 - 0.25 * x - 0.25 * (x * x + y * y))[..., None]
    picture = (1 - inside) * 0.55 + inside * np.array(skin, np.float32) / 255 * light
    for center_x, center_y, width, height in (
        (-0.14, -0.08, 0.06, 0.025),
        (0.14, -0.08, 0.06, 0.025),
        (0, 0.2, 0.1, 0.02),
    ):
        spot = np.clip((1 - np.hypot((x - center_x) / width, (y - center_y) / height)) * 4, 0, 1)[..., None]
        picture = picture * (1 - 0.8 * spot)
    rng = np.random.default_rng(0)
    return np.clip(picture + 0.006 * rng.standard_normal(picture.shape), 0, 1).astype(np.float32)


@pytest.fixture(scope="module")
def heads() -> list[Photo]:
    return [Photo(head(skin), Noise.draw(192, 192, 5)) for skin in SKIN]


@pytest.mark.parametrize("name", MANNERS)
def test_a_manner_keeps_the_order_of_skin_and_its_light(name: str, heads: list[Photo]) -> None:
    cheek = np.s_[70:130, 60:132]
    drawn = [MANNERS[name].draw(photo) for photo in heads]
    for picture in drawn:
        assert picture.shape == (192, 192, 3) and picture.dtype == np.float32 and np.isfinite(picture).all()
    tones = [float(lightness(np.clip(picture, 0, 1))[cheek].mean()) for picture in drawn]
    assert all(b > a - 0.01 for a, b in pairwise(tones)), tones
    # deep skin is not a black hole, light skin not without form
    assert tones[-1] - tones[0] > 0.08
    assert tones[2] > 0.1


@pytest.mark.parametrize("name", MANNERS)
def test_a_crop_of_the_drawing_is_the_drawing_of_the_crop(name: str) -> None:
    rng = np.random.default_rng(1)
    small = rng.random((12, 16, 3), np.float32)
    picture = np.clip(cv2.resize(small, (320, 240), interpolation=cv2.INTER_CUBIC), 0, 1)
    noise = Noise.draw(240, 320, 3)
    whole = MANNERS[name].draw(Photo(picture, noise))
    top, left, height, width = 0, 48, 240, 256
    cropped = Noise(*(
        m[top // k : (top + height) // k, left // k : (left + width) // k]
        for k, m in zip(DECODER_PLACES, (noise.quarter, noise.half, noise.full), strict=True)
    ))  # fmt: skip
    part = MANNERS[name].draw(Photo(picture[top : top + height, left : left + width], cropped))
    inner = np.s_[:, 96:160]
    expected = whole[top : top + height, left : left + width]
    assert np.abs(part[inner] - expected[inner]).mean() < 0.004


@pytest.mark.parametrize("name", MANNERS)
def test_a_manner_is_decided_by_photo_and_noise(name: str, heads: list[Photo]) -> None:
    again = Photo(heads[3].rgb.copy(), Noise.draw(192, 192, 5))
    np.testing.assert_array_equal(MANNERS[name].draw(again), MANNERS[name].draw(heads[3]))


def test_noise_maps_are_those_of_the_decoder() -> None:
    noise = Noise.draw(96, 64, seed_of("face"))
    shapes = noise_shapes(64)
    for place, values in Noise.draw(64, 64, 1).maps().items():
        assert values.shape == shapes[place][2:]
    assert {place: m.shape for place, m in noise.maps().items()} == {3: (24, 16), 5: (48, 32), 7: (96, 64)}
    np.testing.assert_array_equal(noise.half, Noise.draw(96, 64, seed_of("face")).half)
    assert not np.array_equal(noise.half, Noise.draw(96, 64, seed_of("other")).half)
    with pytest.raises(ValueError, match="multiples of 4"):
        Noise.draw(66, 64, 0)


def test_fields_have_unit_deviation_and_direction() -> None:
    noise = Noise.draw(512, 512, 9)
    flow = Flow(np.full((512, 512, 3), 0.5, np.float32), 3.0, rest=0)
    fields = [noise.grain(1.0), noise.hatching(30, 5, 9), noise.dots(5), noise.strokes(flow, 1.5, 8)]
    assert [float(f.std()) for f in fields] == pytest.approx([1] * 4, rel=0.06)
    lines = noise.hatching(0, 6, 12)  # along x: slow from column to column, fast from row to row
    assert np.abs(np.diff(lines, axis=1)).mean() < 0.35 * np.abs(np.diff(lines, axis=0)).mean()
    spectrum = np.abs(np.fft.rfft(lines, axis=0)).mean(1)
    assert 512 / spectrum.argmax() == pytest.approx(6, rel=0.2)
    assert abs(float(gabor(30, 5, 9, 0.55).sum())) < 1e-4


@pytest.mark.parametrize("coverage", [0.05, 0.3, 0.6, 0.9])
def test_mean_ink_is_the_coverage(coverage: float) -> None:
    noise = Noise.draw(512, 512, 2)
    wanted = np.full((512, 512), coverage, np.float32)
    assert float(hatched(noise.hatching(20, 5, 8), wanted, 8).mean()) == pytest.approx(coverage, abs=0.03)
    assert float(screened(noise.screen(20, 5, 12), wanted, 12).mean()) == pytest.approx(coverage, abs=0.05)


def test_tone_rises_and_is_where_it_is_said_to_be() -> None:
    base = np.linspace(0, 1, 500, dtype=np.float32)
    tone = lifted(base)
    assert (np.diff(tone) > 0).all() and tone[-1] == pytest.approx(1, abs=1e-3)
    assert float(lifted(np.float32([0.2]))[0]) == pytest.approx(0.41, abs=0.02)
    assert float(lifted(np.float32([0.75]))[0]) == pytest.approx(0.85, abs=0.02)
    assert float(lifted(np.float32([0.04]))[0]) == pytest.approx(0.15, abs=0.02)


@pytest.mark.parametrize("degrees", [0, 30, 90, 135])
def test_flow_follows_stripes(degrees: int) -> None:
    y, x = np.mgrid[:96, :96].astype(np.float32)
    a = math.radians(degrees)
    # stripes that run in the direction of degrees, counter-clockwise, y down
    wave = 0.5 + 0.4 * np.sin((x * math.sin(a) + y * math.cos(a)) / 2)
    flow = Flow(np.repeat(wave[..., None], 3, 2).astype(np.float32), 2.0, rest=70)
    middle = np.s_[32:64, 32:64]
    along = np.abs(flow.tx[middle] * math.cos(a) - flow.ty[middle] * math.sin(a))
    assert along.min() > 0.98
    noise = np.random.default_rng(0).standard_normal((96, 96)).astype(np.float32)
    smoothed = flow.along(wave.astype(np.float32), 4)
    assert np.abs(smoothed - wave)[middle].mean() < 0.03 and flow.along(noise, 4)[middle].std() < 0.5


def test_flow_rests_where_there_is_nothing() -> None:
    flow = Flow(np.full((32, 32, 3), 0.4, np.float32), 2.0, rest=40)
    along = np.abs(flow.tx * math.cos(math.radians(40)) - flow.ty * math.sin(math.radians(40)))
    assert along.min() > 0.999


def test_lines_are_where_a_line_is_and_nowhere_else() -> None:
    tone = np.full((64, 64), 0.7, np.float32)
    tone[30:33] = 0.3
    flow = Flow(np.repeat(tone[..., None], 3, 2), 2.0)
    line = dark_lines(tone, flow, 1.2, 0.01, 20)
    assert line[31].min() > 0.95 and line[:20].max() == 0 and line[44:].max() == 0
    np.testing.assert_allclose(light_lines(1 - tone, flow, 1.2, 0.01, 20), line, atol=1e-5)


def test_smoothing_keeps_an_edge_and_loses_noise() -> None:
    rng = np.random.default_rng(0)
    step = np.where(np.arange(64) < 32, 0.25, 0.75)[None].repeat(64, 0).astype(np.float32)
    noisy = np.clip(step + 0.04 * rng.standard_normal((64, 64)), 0, 1).astype(np.float32)
    rgb = np.repeat(noisy[..., None], 3, 2)
    for out in (kuwahara(rgb, 5)[..., 0], guided(noisy, noisy, 6, 0.01)):
        inner = (out - step)[8:-8]
        assert inner[:, 8:24].std() < 0.02
        assert out[8:-8, 35:56].min() - out[8:-8, 8:29].max() > 0.3


def test_photo_needs_noise_of_its_shape() -> None:
    with pytest.raises(ValueError, match="does not belong"):
        Photo(np.zeros((64, 64, 3), np.float32), Noise.draw(64, 96, 0))
    assert luma(np.ones((1, 1, 3), np.float32))[0, 0] == pytest.approx(1)
