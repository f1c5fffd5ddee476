"""Sheets for blind looks, and what their answers say."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from mmfs_training.__main__ import main
from mmfs_training.common.errors import TrainingError
from mmfs_training.figures.blind_looks import SIDE, make_sheets, read_answers, score

GRAYS = {"dark": 40, "middle": 120, "light": 220}


def folder_of(root: Path, name: str, gray: int, stems: tuple[str, ...]) -> Path:
    folder = root / name
    folder.mkdir()
    for stem in stems:
        cv2.imwrite(str(folder / f"{stem}.png"), np.full((60, 60, 3), gray, np.uint8))
    return folder


@pytest.fixture
def methods(tmp_path: Path) -> dict[str, Path]:
    stems = ("a_ink", "a_oil", "b_ink", "c_ink")
    return {name: folder_of(tmp_path, name, gray, stems) for name, gray in GRAYS.items()}


def test_every_letter_shows_the_method_that_the_key_says(tmp_path: Path, methods: dict[str, Path]) -> None:
    photos = folder_of(tmp_path, "photos", 255, ("a", "b"))
    key = make_sheets(tmp_path / "out", photos, methods, seed=1, rows=2)
    assert [row["picture"] for row in key.values()] == ["a_ink", "a_oil", "b_ink"], "of c there is no photo"
    first = cv2.imread(str(tmp_path / "out" / "sheet1.png"))
    assert first is not None and first.shape == (2 * SIDE, 4 * SIDE, 3)
    for row in (1, 2):
        for column, letter in enumerate("ABC", 1):
            shown = first[row * SIDE - 10, (column + 1) * SIDE - 10, 0]
            assert shown == GRAYS[key[f"sheet1 row{row}"][letter]]
    orders = {
        tuple(row[c] for c in "ABC")
        for seed in range(8)
        for row in make_sheets(tmp_path / "x", photos, methods, seed, 3).values()
    }
    assert len(orders) == 6, "all orders come up"


def test_answers_are_counted_by_method(
    tmp_path: Path, methods: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    photos = folder_of(tmp_path, "photos", 255, ("a", "b"))
    out = tmp_path / "out"
    given = [f"--method={name}={folder}" for name, folder in methods.items()]
    assert main(["blind", "sheets", str(out), "--photos", str(photos), *given]) == 0
    key = make_sheets(out, photos, methods, seed=0, rows=3)
    letter = {place: {name: at for at, name in row.items()} for place, row in key.items()}
    best = ["dark", "dark", "light"]
    lines = []
    for (place, at), name in zip(letter.items(), best, strict=True):
        rest = [other for other in ("light", "middle", "dark") if other != name]
        lines.append(f"{place}: {at[name]} > {at[rest[0]]} > {at[rest[1]]}; a reason")
    answers = tmp_path / "look.txt"
    answers.write_text("\n".join(lines))
    capsys.readouterr()
    assert main(["blind", "score", str(out), str(answers)]) == 0
    table = capsys.readouterr().out
    assert "first of 3" in table
    assert "| dark | 2 |  | 2 | 2 |" in table
    assert "| light | 1 | 1 |  | 3 |" in table


def test_what_is_wrong_with_answers_is_said(tmp_path: Path, methods: dict[str, Path]) -> None:
    key = make_sheets(tmp_path / "out", folder_of(tmp_path, "photos", 255, ("a",)), methods, seed=0, rows=3)
    for text in ("nothing", "sheet1 row1: A > B", "sheet1 row1: A > B > B", "sheet9 row1: A > B > C"):
        with pytest.raises(TrainingError) as caught:
            read_answers(text, key)
        assert caught.value.code == "ANSWER_INVALID"
    assert score([["x", "y"]]).splitlines()[2] == "| x | 1 |  | 1 |"
    with pytest.raises(TrainingError, match="Two to"):
        make_sheets(tmp_path / "out", tmp_path / "photos", {"one": methods["dark"]}, 0, 3)
