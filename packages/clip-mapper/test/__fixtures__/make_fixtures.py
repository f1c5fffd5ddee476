"""Writes what Python makes of prompts and pictures, for a CLIP with random weights and a mapper with random weights.

    python make_fixtures.py

Run it with the Python of `training`; README.md says how config.json and model.safetensors were made. Writes two
tokenizers, one like CLIP's and one like BERT's, and expected.json. Needs torch, transformers, tokenizers and Pillow.
"""

import base64
import json
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from tokenizers import AddedToken, Tokenizer, normalizers, pre_tokenizers, processors
from tokenizers.models import BPE, WordPiece
from torch.nn.functional import normalize
from transformers import CLIPImageProcessorPil, CLIPModel

HERE = Path(__file__).resolve().parent
CHECKPOINT_TESTS = HERE.parents[2] / "checkpoint" / "test"
sys.path += [str(CHECKPOINT_TESTS / "tokenizer"), str(HERE.parents[3] / "training")]

from clip_tokenizer_reference import END, START, SUFFIX, byte_letters, train  # noqa: E402

from mmfs_training.networks.checkpoint import load_generator  # noqa: E402

MERGES = 80
PROMPTS = [
    "watercolor painting",
    "  A Watercolour, by SISYPHUS!  ",
    "ΣΊΣΥΦΟΣ paints ΟΔΥΣΣΕΥΣ",
    "naïve café, 😀 и портрет",
    "a portrait of a woman in the style of Vincent van Gogh, thick brush strokes",
]
WORDS = ["a", "by", "painting", "paint", "##s", "##ing", "water", "##color", "##colour", "sisyphus", "portrait", "of",
         "woman", "in", "the", "style", "van", "gogh", "brush", "stroke", "thick", "vincent", "cafe", "naive",
         "σισυφοσ", "οδυσσευσ", ",", "!", "."]  # fmt: skip


def like_clip(length: int) -> Tokenizer:
    tokenizer = train(None)
    merges = [tuple(merge) for merge in json.loads(tokenizer.to_str())["model"]["merges"]][:MERGES]
    letters = byte_letters()
    tokens = [*letters, *(letter + SUFFIX for letter in letters), *("".join(merge) for merge in merges), START, END]
    model = {"merges": merges, "unk_token": END, "continuing_subword_prefix": "", "end_of_word_suffix": SUFFIX}
    small = Tokenizer(BPE(vocab={token: index for index, token in enumerate(tokens)}, fuse_unk=False, **model))
    small.normalizer = tokenizer.normalizer
    small.pre_tokenizer = tokenizer.pre_tokenizer
    small.add_special_tokens([AddedToken(START, normalized=True), AddedToken(END, normalized=False)])
    start, end = ((token, small.token_to_id(token)) for token in (START, END))
    small.post_processor = processors.RobertaProcessing(end, start, trim_offsets=False, add_prefix_space=False)
    small.enable_truncation(length)
    return small


def like_bert(length: int) -> Tokenizer:
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    vocabulary = {token: index for index, token in enumerate([*special, *WORDS])}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.add_special_tokens(special)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[(token, vocabulary[token]) for token in ("[CLS]", "[SEP]")]
    )
    tokenizer.enable_truncation(length)
    return tokenizer


def pictures() -> list[Image.Image]:
    rng = np.random.default_rng(3)
    made = []
    for width, height in ((41, 33), (12, 50), (16, 16), (90, 7)):
        coarse = Image.fromarray(rng.integers(0, 256, (5, 6, 3), dtype=np.uint8)).resize((width, height), Image.BICUBIC)
        noise = rng.integers(-40, 41, (height, width, 3))
        made.append(Image.fromarray((np.asarray(coarse, dtype=int) + noise).clip(0, 255).astype(np.uint8)))
    return made


def rounded(values: torch.Tensor, digits: int) -> list[float]:
    return [round(value, digits) for value in values.flatten().tolist()]


@torch.no_grad()
def main() -> None:
    torch.set_num_threads(1)
    model = CLIPModel.from_pretrained(HERE).eval()
    size = model.config.vision_config.image_size
    length = model.config.text_config.max_position_embeddings
    mapper = load_generator(CHECKPOINT_TESTS / "__fixtures__" / "s32-mapper-half" / "checkpoint.safetensors")
    processor = CLIPImageProcessorPil(size={"shortest_edge": size}, crop_size={"height": size, "width": size})

    def styles(embedding: torch.Tensor) -> dict[str, list[float]]:
        embedding = normalize(embedding)
        return {"embedding": rounded(embedding, 6), "wplus": rounded(mapper.map_embedding(embedding), 5)}

    prompts = []
    for name, tokenizer in (("bpe", like_clip(length)), ("wordpiece", like_bert(length))):
        tokenizer.save(str(HERE / f"{name}-tokenizer.json"))
        for text in PROMPTS:
            ids = tokenizer.encode(text.strip()).ids
            features = model.get_text_features(input_ids=torch.tensor([ids])).pooler_output
            prompts.append({"tokenizer": name, "text": text, "ids": ids, **styles(features)})
    shown = []
    for picture in pictures():
        pixels = torch.tensor(np.asarray(processor(picture)["pixel_values"]))
        features = model.get_image_features(pixel_values=pixels).pooler_output
        rgb = base64.b64encode(picture.tobytes()).decode()
        entry = {"width": picture.width, "height": picture.height, "rgb": rgb, "pixels": rounded(pixels, 4)}
        shown.append(entry | styles(features))
    (HERE / "expected.json").write_text(json.dumps({"prompts": prompts, "pictures": shown}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
