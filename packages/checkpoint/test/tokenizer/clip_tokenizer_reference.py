"""Trains a tokenizer like CLIP's and writes what Python's `tokenizers` makes of varied strings.

    python clip_tokenizer_reference.py DIR [--merges FILE]

DIR gets tokenizer.json and texts.json, a list of `{"text", "ids"}`. Everything but the vocabulary is that of
`openai/clip-vit-base-patch32`: normalisation, splitting, byte-level byte-pair encoding with `</w>` at a word's end,
start and end tokens. `--merges` takes CLIP's own vocabulary instead (a text file of merges, a comment in its first
line). Needs tokenizers and transformers, whose CLIPTokenizer must agree.
"""

import argparse
import json
import random
import unicodedata
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors, trainers
from tokenizers.models import BPE
from transformers import CLIPTokenizer

START, END = "<|startoftext|>", "<|endoftext|>"
SUFFIX = "</w>"
SPLIT = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
COUNT = 1000

SENTENCES = [
    "watercolor painting",
    "A portrait of a woman in the style of Vincent van Gogh, thick brush strokes",
    "I don't think we're there yet; she'll say they've won, I'm sure he'd agree. It's 3.14!",
    "Ein Ölgemälde, größer als üblich, für die Straße",
    "Портрет девушки в стиле импрессионизма, масло, 1880-е годы",
    "Ένα πορτρέτο ζωγραφισμένο με λάδι· ΟΔΥΣΣΕΥΣ, Σίσυφος",
    "印象派の肖像画、油絵、ゴッホ風　カタカナと漢字",
    "一幅水彩画，人物肖像，柔和的光线。",
    "인상주의 스타일의 초상화, 유화",
    "لوحة زيتية لامرأة بأسلوب فان جوخ، ١٢٣٤",
    "ציור שמן של אישה בסגנון ואן גוך",
    "वान गॉग की शैली में एक महिला का चित्र १२३",
    "ภาพวาดสีน้ำของผู้หญิง",
    "İstanbul'da bir ressam, IĞDIR ılık",
    "Tranh sơn dầu chân dung người phụ nữ",
    "naïve café, œuvre, Ångström, ﬁne ﬂow, ＦＵＬＬ ｗｉｄｔｈ, Ⅻ ½ ² ③",
    "masterpiece, (best quality:1.2), 8k, --ar 16:9 #art @artist https://example.org/a?b=c&d=%20",
]
EMOJI = ["😀", "👩🏽‍🎨", "👨‍👩‍👧‍👦", "🇨🇭", "🏳️‍🌈", "❤️", "☕", "✨🎨🖌️", "1️⃣", "🫠", "👍🏿", "©️™"]
SPACES = [
    " ",
    "  ",
    "\t",
    "\n",
    "\r\n",
    "\u00a0",
    "\u3000",
    "\u2003",
    "\u0085",
    "\u200b",
    "\ufeff",
    "\u2028",
    "\x1c",
    "\x0b",
]
ODD = [
    "",
    "'",
    "''s",
    "'S",
    "’s",
    "...",
    "!?!?",
    "___",
    "--",
    "\x00",
    "\x07",
    "\u00ad",
    "e\u0301",
    "A\u030a",
    "\u1100\u1161\u11a8",
    "\ufffd",
    "\U000e0041",
    "\U0001d400\U0001d7ce",
    "ﷺ",
    "ǅ",
    "ẞ",
    "Ω",
    "K",
    "Å",
    START,
    END,
    START.upper(),
    "<|",
    "</w>",
    "Ġ",
    "a" * 300,
    "ab1" * 60,
    "!" * 200,
]


def corpus() -> list[str]:
    names = [unicodedata.name(chr(point), "").lower() for point in range(0x2FFF)]
    return SENTENCES * 20 + EMOJI * 5 + names


def train(merges_file: Path | None) -> Tokenizer:
    if merges_file is None:
        vocabulary, merges = None, None
    else:
        merges = [tuple(line.split()) for line in merges_file.read_text("utf-8").split("\n")[1 : 49152 - 256 - 2 + 1]]
        letters = byte_letters()
        tokens = [*letters, *(letter + SUFFIX for letter in letters), *("".join(merge) for merge in merges), START, END]
        vocabulary = {token: index for index, token in enumerate(tokens)}
    tokenizer = Tokenizer(
        BPE(
            vocab=vocabulary,
            merges=merges,
            unk_token=END,
            continuing_subword_prefix="",
            end_of_word_suffix=SUFFIX,
            fuse_unk=False,
        )
    )
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    if merges_file is None:
        trainer = trainers.BpeTrainer(
            vocab_size=2000,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            end_of_word_suffix=SUFFIX,
            show_progress=False,
        )
        tokenizer.train_from_iterator(corpus(), trainer)
        # the alphabet at the end of a word too, as CLIP has it: the trainer adds only what it met
        model = json.loads(tokenizer.to_str())["model"]
        tokens = dict.fromkeys([*byte_letters(), *(letter + SUFFIX for letter in byte_letters()), *model["vocab"]])
        for token in (START, END):
            tokens[token] = None
        vocabulary = {token: index for index, token in enumerate(tokens)}
        tokenizer.model = BPE(
            vocab=vocabulary,
            merges=[tuple(merge) for merge in model["merges"]],
            unk_token=END,
            continuing_subword_prefix="",
            end_of_word_suffix=SUFFIX,
            fuse_unk=False,
        )
    tokenizer.add_special_tokens([AddedToken(START, normalized=True), AddedToken(END, normalized=False)])
    tokenizer.post_processor = processors.RobertaProcessing(
        (END, tokenizer.token_to_id(END)),
        (START, tokenizer.token_to_id(START)),
        trim_offsets=False,
        add_prefix_space=False,
    )
    return tokenizer


def byte_letters() -> list[str]:
    """The letters that stand for bytes, in CLIP's order: those of visible bytes first."""
    return sorted(pre_tokenizers.ByteLevel.alphabet())


def texts(rng: random.Random) -> list[str]:
    words = [word for sentence in SENTENCES for word in sentence.split()]
    made = [*SENTENCES, *EMOJI, *SPACES, *ODD, " ".join(SENTENCES), "\n".join(SENTENCES * 10)]
    # what was assigned long ago, as newer characters are known to some programs and not to others
    category = unicodedata.ucd_3_2_0.category
    assigned = [point for point in range(0x20000) if category(chr(point)) not in ("Cn", "Cs", "Co")]
    while len(made) < COUNT:
        kind = rng.randrange(4)
        if kind == 0:
            made.append("".join(chr(rng.choice(assigned)) for _ in range(rng.randrange(1, 30))))
        elif kind == 1:
            made.append("".join(chr(rng.randrange(0x20, 0x250)) for _ in range(rng.randrange(1, 60))))
        else:
            pieces = rng.choices([words, EMOJI, SPACES, ODD[:-3]], [6, 1, 3, 1], k=rng.randrange(1, 40))
            text = "".join(rng.choice(piece) + rng.choice(["", " "]) for piece in pieces)
            made.append(unicodedata.normalize(rng.choice(["NFC", "NFD"]), text))
    return made


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--merges", type=Path)
    options = parser.parse_args()

    tokenizer = train(options.merges)
    tokenizer.save(str(options.folder / "tokenizer.json"))
    model = json.loads(tokenizer.to_str())["model"]
    published = CLIPTokenizer(vocab=model["vocab"], merges=[tuple(merge) for merge in model["merges"]])
    rows = []
    for text in texts(random.Random(1)):
        ids = tokenizer.encode(text).ids
        # CLIPTokenizer finds the special tokens before it lowers the case, where the published file says after for one
        if "<|" not in text and published(text)["input_ids"] != ids:
            raise SystemExit(f"CLIPTokenizer of transformers reads {text!r} otherwise")
        rows.append({"text": text, "ids": ids})
    (options.folder / "texts.json").write_text(json.dumps(rows))
