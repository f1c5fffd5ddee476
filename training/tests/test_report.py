"""The page of a run: what stands on it, and that its curves are where its axes say."""

import base64
import csv
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from mmfs_training.common.errors import TrainingError
from mmfs_training.figures.report.page import write_report

VOID = {"meta", "img", "line", "polyline", "circle", "br"}


class Element:
    def __init__(self, tag: str, attributes: dict[str, str], parent: "Element | None") -> None:
        self.tag, self.attributes, self.parent = tag, attributes, parent
        self.children: list[Element | str] = []

    def all(self, tag: str, **attributes: str) -> "list[Element]":
        found = []
        for child in self.children:
            if isinstance(child, Element):
                wanted = {name.rstrip("_"): value for name, value in attributes.items()}
                if child.tag == tag and all(child.attributes.get(n) == v for n, v in wanted.items()):
                    found.append(child)
                found += child.all(tag, **attributes)
        return found

    @property
    def text(self) -> str:
        return "".join(c if isinstance(c, str) else c.text for c in self.children)


class Page(HTMLParser):
    """A tree of the elements; every tag must be closed in its turn."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.root = self.open = Element("", {}, None)
        self.source = path.read_text(encoding="utf-8")
        self.feed(self.source)
        self.close()
        assert self.open is self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self.open)
        self.open.children.append(element)
        if tag not in VOID:
            self.open = element

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self.open.tag == tag and self.open.parent is not None
        self.open = self.open.parent

    def handle_data(self, data: str) -> None:
        self.open.children.append(data)

    def phase(self, name: str) -> Element:
        return next(s for s in self.root.all("section") if s.all("h2")[0].text == name)

    def chart(self, name: str) -> Element:
        return next(f for f in self.root.all("figure") if any(t.text == name for t in f.all("text", class_="title")))


def rows_of(table: Element) -> dict[str, list[str]]:
    return {row.all("th")[0].text: [cell.text for cell in row.all("td")] for row in table.all("tr") if row.all("th")}


def table_of(element: Element, caption: str) -> dict[str, list[str]]:
    return rows_of(next(t for t in element.all("table") if t.all("caption")[0].text == caption))


def make_phase(folder: Path, columns: dict[str, Any], paces: Any = None, sheets: int = 0, **report: Any) -> Path:
    """Columns of losses have one length; None is an empty cell. Row i is step 20 (i + 1)."""
    folder.mkdir(parents=True)
    rows = len(next(iter(columns.values())))
    with (folder / "losses.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["step", "seconds", "pictures_per_second", *columns])
        for i in range(rows):
            cells = ["" if column[i] is None else column[i] for column in columns.values()]
            writer.writerow([20 * (i + 1), 7 * (i + 1), 5 if paces is None else paces[i], *cells])
    values = {
        "phase": folder.name,
        "package": "0.1.0",
        "code": "4b71879-dirty",
        "torch": "2.9.0",
        "device": "A processor",
        "processes": 2,
        "precision": "float32",
        "time": "2025-01-02T03:04:05+00:00",
        "seed": 17,
        "data": {"photos": "c0ffee", "art": "f00d"},
        "steps": 20 * rows,
        "of": 90000,
        "pictures": 160 * rows,
        "minutes": 12.34,
        "losses": {},
        "config": {"network": {"size": 256}, "seed": 17},
    }
    (folder / "run.json").write_text(json.dumps(values | report))
    for i in range(sheets):
        write_sheet(folder / "sheets" / f"{100 * i:07d}.png", np.full((8, 12, 3), 10 * i, np.uint8))
    return folder


def write_sheet(path: Path, picture: NDArray[np.uint8]) -> None:
    path.parent.mkdir(exist_ok=True)
    assert cv2.imwrite(str(path), picture)


def page_of(run: Path) -> Page:
    return Page(write_report(run, run / "report.html"))


def picture_of(image: Element) -> NDArray[np.uint8]:
    kind, data = image.attributes["src"].split(",")
    assert kind == "data:image/jpeg;base64"
    return cv2.imdecode(np.frombuffer(base64.b64decode(data), np.uint8), cv2.IMREAD_COLOR)


def tick_value(text: str) -> float:
    unit = {"k": 1e3, "M": 1e6}.get(text[-1], 1.0)
    return float(text.rstrip("kM")) * unit


def read_off(figure: Element, points: Element) -> NDArray[np.float64]:
    """The curve [N, 2] in steps and values, from the labels of the axes; they must lie on a straight line."""
    if points.tag == "circle":
        drawn = np.array([[float(points.attributes["cx"]), float(points.attributes["cy"])]])
    else:
        drawn = np.array([[float(v) for v in p.split(",")] for p in points.attributes["points"].split()])
    scales = []
    for axis in ("x", "y"):
        labels = figure.all("text", class_=axis)
        at = np.array([float(label.attributes[axis]) for label in labels])
        shown = np.array([tick_value(label.text) for label in labels])
        assert len(shown) >= 2
        slope, offset = np.polyfit(at, shown, 1)
        np.testing.assert_allclose(slope * at + offset, shown, atol=abs(slope) * 0.1)
        scales.append((slope, offset))
    return np.stack([scales[i][0] * drawn[:, i] + scales[i][1] for i in range(2)], 1)


def test_every_loss_of_every_phase_has_a_chart_in_the_order_of_training(tmp_path: Path) -> None:
    make_phase(tmp_path / "zeta", {"own": [1, 2]})
    make_phase(tmp_path / "base", {"generator": [1, 2], "structure": [3, 4]})
    make_phase(tmp_path / "few-shot", {"direction": [1, 2]})
    make_phase(tmp_path / "prior", {"r1": [None, None], "path": [1, 2]})
    (tmp_path / "notes").mkdir()
    page = page_of(tmp_path)
    titles = {
        section.all("h2")[0].text: [t.text for t in section.all("text", class_="title")]
        for section in page.root.all("section")
    }
    assert list(titles.items()) == [
        ("prior", ["r1", "path"]),
        ("base", ["generator", "structure"]),
        ("few-shot", ["direction"]),
        ("zeta", ["own"]),
    ]
    assert "not computed" in page.chart("r1").text
    targets = [a.attributes["href"] for a in page.root.all("nav")[0].all("a")]
    assert targets == [f"#{s.attributes['id']}" for s in page.root.all("section")]


@pytest.mark.parametrize("low, high", [(0.3, 2.7), (-4e-6, 9e-6), (100_000, 100_010), (-5000, 3), (1e6, 3e7)])
def test_a_curve_is_where_its_axes_say(tmp_path: Path, low: float, high: float) -> None:
    steps = 20 * np.arange(1, 101)
    values = low + (high - low) * (0.5 + 0.5 * np.sin(steps / 150))
    make_phase(tmp_path / "prior", {"generator": values.tolist()})
    figure = page_of(tmp_path).chart("generator")
    curve = read_off(figure, figure.all("polyline", class_="raw")[0])
    # a drawing of 300 × 150 points, to a tenth of one
    np.testing.assert_allclose(curve[:, 0], steps, atol=2000 / 1000)
    np.testing.assert_allclose(curve[:, 1], values, atol=(high - low) / 300)


def test_empty_cells_and_values_that_are_no_numbers_are_left_out(tmp_path: Path) -> None:
    values = [None, 1.0, "nan", None, 5.0, "inf", 2.0, ""]
    make_phase(tmp_path / "prior", {"r1": values, "whole": range(8)})
    page = page_of(tmp_path)
    figure = page.chart("r1")
    curve = read_off(figure, figure.all("polyline", class_="raw")[0])
    np.testing.assert_allclose(curve, [[40, 1], [100, 5], [140, 2]], atol=0.2)
    assert not re.search(r"\b(nan|inf)\b", figure.text + figure.all("polyline")[0].attributes["points"], re.IGNORECASE)
    # both charts have the phase's steps below them, whatever was computed in the last one
    labels = [[t.text for t in page.chart(name).all("text", class_="x")] for name in ("r1", "whole")]
    assert labels[0] == labels[1]


@pytest.mark.parametrize("value", [0.0, -3.5, 0.002, 1e-7])
def test_one_row_is_a_dot_and_a_constant_a_level_line(tmp_path: Path, value: float) -> None:
    make_phase(tmp_path / "prior", {"generator": [value]})
    make_phase(tmp_path / "base", {"learning_rate": [value] * 5})
    page = page_of(tmp_path)
    figure = page.chart("generator")
    (dot,) = figure.all("circle")
    tolerance = abs(value) * 0.01 or 0.01
    ((step, shown),) = read_off(figure, dot)
    assert abs(step - 20) < 0.1 and abs(shown - value) < tolerance
    figure = page.chart("learning_rate")
    curve = read_off(figure, figure.all("polyline", class_="raw")[0])
    np.testing.assert_allclose(curve[:, 1], value, atol=tolerance)


def test_thousands_of_rows_are_drawn_with_few_points_that_keep_ends_and_peaks(tmp_path: Path) -> None:
    steps = 20 * np.arange(1, 5001)
    values = 1 + np.sin(steps / 9000) + 0.2 * np.random.default_rng(3).standard_normal(5000)
    values[3340] = 4
    make_phase(tmp_path / "base", {"generator": values.tolist()})
    figure = page_of(tmp_path).chart("generator")
    raw, median = (read_off(figure, figure.all("polyline", class_=kind)[0]) for kind in ("raw", "median"))
    for curve in (raw, median):
        assert 300 <= len(curve) <= 600
        assert (np.diff(curve[:, 0]) >= 0).all()
        np.testing.assert_allclose(curve[[0, -1], 0], steps[[0, -1]], atol=40)
    step, value = raw[raw[:, 1].argmax()]
    assert abs(step - steps[3340]) < 40 and abs(value - 4) < 0.02
    # the median is near what the noise was added to: 1.25 × 0.2 / √200 = 0.018 is its deviation
    clean = 1 + np.sin(median[:, 0] / 9000)
    assert np.abs(median[:, 1] - clean)[20:-20].max() < 5 * 0.018 + 0.02


def test_one_peak_does_not_move_the_running_median(tmp_path: Path) -> None:
    make_phase(tmp_path / "base", {"generator": [1] * 7 + [9] + [1] * 7})
    figure = page_of(tmp_path).chart("generator")
    raw, median = (read_off(figure, figure.all("polyline", class_=kind)[0]) for kind in ("raw", "median"))
    np.testing.assert_allclose(raw[7], [160, 9], atol=0.1)
    np.testing.assert_allclose(median[:, 1], 1, atol=0.1)


def test_few_far_values_do_not_flatten_the_rest_and_are_told(tmp_path: Path) -> None:
    values = np.linspace(1, 2, 200)
    values[0] = 5e4
    make_phase(tmp_path / "prior", {"r1": values.tolist()})
    figure = page_of(tmp_path).chart("r1")
    curve = read_off(figure, figure.all("polyline", class_="raw")[0])
    np.testing.assert_allclose(curve[1:, 1], values[1:], atol=0.02)
    assert curve[0, 1] < 10
    assert "1 of 200 values" in figure.text and "50,000" in figure.text


def test_the_summary_has_the_numbers_of_the_run(tmp_path: Path) -> None:
    losses = {"generator": [3, 2, 1.5], "r1": [0.25, 0.125, None], "path": [None, None, None]}
    folder = make_phase(tmp_path / "base", losses, paces=[1, 40, 10.5], losses={"generator": 1.4321})
    page = page_of(tmp_path)
    table = table_of(page.phase("base"), "Summary")
    expected = {
        "steps": "60 of 90,000",
        "pictures": "480",
        "minutes": "12.34",
        "pictures a second": "10.5",
        "device": "A processor",
        "precision": "float32",
        "processes": "2",
        "code": "4b71879-dirty",
        "seed": "17",
        "data: photos": "c0ffee",
        "data: art": "f00d",
    }
    assert {name: table[name] for name in expected} == {name: [value] for name, value in expected.items()}
    # r1 was last computed in the row before
    assert table_of(page.phase("base"), "Losses at the end") == {"generator": ["1.432"], "r1": ["0.125"]}
    assert "size: 256" in page.phase("base").all("pre")[0].text
    assert tmp_path.name in page.root.all("h1")[0].text

    (folder / "losses.csv").unlink()
    page = page_of(tmp_path)
    assert "No row" in page.phase("base").text
    assert table_of(page.phase("base"), "Losses at the end") == {"generator": ["1.432"]}


def test_sheets_are_the_first_the_last_and_evenly_between(tmp_path: Path) -> None:
    folder = make_phase(tmp_path / "prior", {"generator": [1, 2]}, sheets=22)
    page = page_of(tmp_path)
    images = page.phase("prior").all("img")
    # the last one comes first and is large; the others are folded away
    (large,) = [i for i in images if i.attributes["alt"] == "Sheet 0002100.png"]
    assert images[0] is large
    small = [image for details in page.phase("prior").all("details") for image in details.all("img")]
    assert images[1:] == small
    shades = [picture_of(image)[4, 6, 0] for image in (*small, large)]
    np.testing.assert_allclose(shades, np.arange(0, 220, 30), atol=2)

    (folder / "sheets" / "0002100.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    page = page_of(tmp_path)
    assert "0002100.png is left out" in page.phase("prior").text
    assert len(page.phase("prior").all("img")) == 7
    assert "Step 1,800" in page.phase("prior").text


def test_wide_sheets_become_1100_pixels_wide_and_small_ones_stay(tmp_path: Path) -> None:
    folder = make_phase(tmp_path / "prior", {"generator": [1, 2]}, sheets=1)
    assert picture_of(page_of(tmp_path).root.all("img")[0]).shape == (8, 12, 3)
    wide = np.zeros((300, 2200, 3), np.uint8)
    wide[:, 1100:, 2] = 255  # red, on the right
    write_sheet(folder / "sheets" / "0000100.png", wide)
    picture = picture_of(page_of(tmp_path).root.all("img")[0])
    assert picture.shape == (150, 1100, 3)
    np.testing.assert_allclose(picture[75, [200, 900]], [[0, 0, 0], [0, 0, 255]], atol=4)


def test_figures_become_tables(tmp_path: Path) -> None:
    make_phase(tmp_path / "base", {"generator": [1, 2]})
    values = {
        "fid": 23.456,
        "held out": {"prior": {"lpips": 0.25, "faces": 1200}, "base": {"lpips": 0.5, "faces": None}},
    }
    (tmp_path / "figures.json").write_text(json.dumps(values))
    (tmp_path / "base" / "figures.json").write_text(
        '{"styles": {"sepia": {"ssim": {"mean": 0.75}}}, "bands": [1, 2.5]}'
    )
    page = page_of(tmp_path)
    assert table_of(page.root, "") == {"fid": ["23.46"]}
    head, *_ = next(t for t in page.root.all("table") if t.all("caption")[0].text == "held out").all("tr")
    assert [th.text for th in head.all("th")] == ["lpips", "faces"]
    table = table_of(page.root, "held out")
    assert table["prior"] == ["0.25", "1,200"] and table["base"] == ["0.5", "–"]
    assert table_of(page.phase("base"), "styles · sepia · ssim") == {"mean": ["0.75"]}
    assert table_of(page.phase("base"), "") == {"bands": ["1, 2.5"]}


def test_text_from_files_is_text_on_the_page(tmp_path: Path) -> None:
    evil = "<script>alert('&amp;\"1\"')</script>"
    folder = tmp_path / "a <b> & \"c\" 'd'"
    make_phase(
        folder / "<i>phase",
        {evil: [1, 2], f"{evil}2": [None, None]},
        sheets=1,
        device=evil,
        code=[evil],
        data={evil: evil},
        losses={evil: evil},
        config={evil: [evil]},
    )
    write_sheet(folder / "<i>phase" / "sheets" / '"<u>.png', np.zeros((4, 4, 3), np.uint8))
    (folder / "figures.json").write_text(
        json.dumps({evil: {evil: evil}, "a": {"b": {evil: {evil: 1}, "x": {evil: 2}}}})
    )
    page = page_of(folder)
    for tag in ("script", "i", "b", "u"):
        assert not page.root.all(tag)
    assert page.root.all("h1")[0].text.endswith(folder.name)
    section = page.phase("<i>phase")
    assert rows_of(section.all("table")[0])["device"] == [evil]
    assert [t.text for t in section.all("text", class_="title")] == [evil, f"{evil}2"]
    assert 'Sheet "<u>.png' in [image.attributes["alt"] for image in section.all("img")]


def test_the_page_needs_no_network(tmp_path: Path) -> None:
    make_phase(tmp_path / "prior", {"generator": [1, 2]}, sheets=2)
    page = page_of(tmp_path)
    assert not re.search(r"https?://|url\(|@import", page.source)
    assert not page.root.all("link") and not page.root.all("script")
    sources = [e.attributes["src"] for e in page.root.all("img")]
    assert len(sources) == 2 and all(source.startswith("data:") for source in sources)


def test_a_folder_that_is_no_run_is_told(tmp_path: Path) -> None:
    folder = make_phase(tmp_path / "prior", {"generator": [1, 2]})
    for run in (tmp_path / "nowhere", folder, folder / "run.json"):
        with pytest.raises(TrainingError) as caught:
            write_report(run, tmp_path / "report.html")
        assert caught.value.code == "RUN_MISSING" and str(run) in str(caught.value)


HEADER = "step,seconds,pictures_per_second,generator\n"


@pytest.mark.parametrize(
    "name, content",
    [
        ("prior/run.json", b'{"steps": 1'),
        ("prior/run.json", b"[1, 2]"),
        ("prior/run.json", b'{"losses": 3}'),
        ("prior/run.json", b"\xff\xfe\x00"),
        ("prior/losses.csv", b""),
        ("prior/losses.csv", b"generator,discriminator\n1,2\n"),
        ("prior/losses.csv", (HEADER + "20,1,2,0.5\n40,1\n").encode()),
        ("prior/losses.csv", (HEADER + "20,1,2,half\n").encode()),
        ("prior/losses.csv", (HEADER + ",1,2,0.5\n").encode()),
        ("prior/losses.csv", b"\x00\xff" * 50),
        ("prior/figures.json", b"3"),
        ("figures.json", b"{'fid': 3}"),
    ],
)
def test_a_damaged_file_is_named_and_the_old_page_stays(tmp_path: Path, name: str, content: bytes) -> None:
    make_phase(tmp_path / "prior", {"generator": [1, 2]})
    before = write_report(tmp_path, tmp_path / "report.html").read_bytes()
    (tmp_path / name).write_bytes(content)
    with pytest.raises(TrainingError) as caught:
        write_report(tmp_path, tmp_path / "report.html")
    assert caught.value.code == "RUN_UNREADABLE" and str(tmp_path / name) in str(caught.value)
    assert (tmp_path / "report.html").read_bytes() == before


def test_the_page_can_go_to_a_new_folder(tmp_path: Path) -> None:
    make_phase(tmp_path / "run" / "prior", {"generator": [1, 2]})
    out = tmp_path / "pages" / "one.html"
    assert write_report(tmp_path / "run", out) == out
    assert [p.name for p in out.parent.iterdir()] == ["one.html"]
    assert not (tmp_path / "run" / "report.html").exists()


def test_tables_within_tables_become_columns() -> None:
    from mmfs_training.figures.report.page import figure_tables

    values = {name: {"kid": 0.5, "photos": {"kid": k}} for name, k in (("ink", 1.25), ("oil", 2.5))}
    (table,) = figure_tables(values, ("presets",))
    columns = [part.split("</th>")[0].split(">")[-1] for part in table.split('<th scope="col"')[1:]]
    assert columns == ["kid", "photos kid"]
    assert "1.25" in table and "2.5" in table
