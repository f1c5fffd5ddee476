"""Static token embeddings, against NumPy on a tiny BERT of random weights."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from mmfs_training.common.errors import TrainingError
from mmfs_training.towers.static_text import StaticText, distil, latin_tokens, main, make_tokenizer, open_model

transformers = pytest.importorskip("transformers", reason="transformers is absent: pip install '.[towers]'")

WORDS = ["the", "of", "in", "red", "blue", "chalk", "pencil", "oil", "paint", "##ing", "##er", "drawing", "portrait"]
FOREIGN = ["я", "中", "##ש"]
TOKENS = ["[PAD]", "[unused0]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "!", "a", *WORDS, *FOREIGN]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=len(TOKENS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        initializer_range=1.0,
    )
    transformers.BertModel(config).save_pretrained(tmp_path / "bert")
    written = make_tokenizer(["[PAD]", "[UNK]", "[CLS]", "[SEP]"])
    description = json.loads(written.to_str())
    description["model"]["vocab"] = {token: i for i, token in enumerate(TOKENS)}
    for token in description["added_tokens"]:
        token["id"] = TOKENS.index(token["content"])
    for name, token in description["post_processor"]["special_tokens"].items():
        token["ids"] = [TOKENS.index(name)]
    (tmp_path / "bert" / "tokenizer.json").write_text(json.dumps(description))
    return tmp_path / "bert"


def test_a_text_is_the_weighted_sum_of_its_tokens_principal_components(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    static, kept = distil(open_model(str(folder)), 8)
    static.save(out)
    loaded = StaticText.load(out)
    assert loaded.tokens == ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "!", "a", *WORDS]
    assert not loaded.scale[:4].any() and (loaded.scale[4:] > 0).all()

    bert = transformers.BertModel.from_pretrained(folder).eval()
    rows = []
    for token in ["!", "a", *WORDS]:
        ids = torch.tensor([[TOKENS.index("[CLS]"), TOKENS.index(token), TOKENS.index("[SEP]")]])
        rows.append(bert(ids)[0][0].mean(0).detach().double().numpy())
    centred = np.array(rows) - np.mean(rows, 0)
    _, values, right = np.linalg.svd(centred, full_matrices=False)
    assert kept == pytest.approx((values[:8] ** 2).sum() / (values**2).sum(), rel=1e-4)

    # "the" is the most frequent of 13 words and "red" the fourth; the two characters come before them
    total = sum(1 / rank for rank in range(1, 14))
    weight = {word: 1e-4 / (1e-4 + 1 / (rank * total)) for rank, word in enumerate(WORDS, 1)}

    def expected(*words: str) -> np.ndarray:
        row = sum(weight[word] * centred[2 + WORDS.index(word)] for word in words) @ right[:8].T
        return row / np.linalg.norm(row)

    # signs of components are free, cosines are not
    got = loaded.embed(["Red chalk", "oil PAINTER", "the pencil"])
    wanted = np.array([expected("red", "chalk"), expected("oil", "paint", "##er"), expected("the", "pencil")])
    assert np.abs(got @ got.T - wanted @ wanted.T).max() < 0.02


def test_the_tokenizer_cuts_as_bert_does_and_lower_cases(tmp_path: Path) -> None:
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "!", *WORDS]
    encoded = make_tokenizer(tokens).encode("Painting, RED!")
    assert encoded.tokens == ["[CLS]", "paint", "##ing", "[UNK]", "red", "!", "[SEP]"]
    assert encoded.ids == [tokens.index(token) for token in encoded.tokens]


def test_tokens_of_other_scripts_go() -> None:
    assert latin_tokens(TOKENS) == ["!", "a", *WORDS]
    assert latin_tokens(["é", "##raße", "°c", "##я"]) == ["é", "##raße"]


def test_what_cannot_be_used_is_said(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--model", "no_such_package", "--out", str(tmp_path / "out")]) == 2
    assert "SENTENCE_MODEL_MISSING" in capsys.readouterr().err
    assert main(["--model", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert "SENTENCE_MODEL_UNSUITABLE" in capsys.readouterr().err
    assert main(["--model", str(folder), "--out", str(tmp_path / "out"), "--width", "17"]) == 2
    assert "WIDTH_UNSUITABLE" in capsys.readouterr().err
    with pytest.raises(TrainingError, match="must hold what") as error:
        StaticText.load(tmp_path)
    assert error.value.code == "STATIC_TEXT_UNSUITABLE"
    with pytest.raises(TrainingError) as error:
        StaticText(["[PAD]", "[UNK]", "[CLS]", "[SEP]"], np.zeros((4, 2), np.int8), np.zeros(4, np.float32)).embed(
            ["я"]
        )
    assert error.value.code == "TEXT_UNKNOWN"
