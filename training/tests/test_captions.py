"""Captions vary, say what they must, and leave out the prompts kept for measuring."""

import csv
import os
import re
from pathlib import Path

import numpy as np
import pytest

from mmfs_training.common.errors import TrainingError
from mmfs_training.manners import MANNERS, folder_of
from mmfs_training.words import captions as captions_module
from mmfs_training.words.captions import find_colors, find_techniques, photo_caption, vary
from mmfs_training.words.prompts import is_held_out, read_prompts
from mmfs_training.words.wordings import COVERS, TECHNIQUES

DATA = Path(os.environ.get("MMFS_DATA", Path(__file__).parents[3] / "shared" / "data"))

# style, caption as in the art set
ART = {
    "charcoal": "charcoal drawing",
    "sepia-pencil": "sepia pencil sketch",
    "line-engraving": "black and white line drawing",
    "red-chalk": "red chalk drawing",
    "ink-etching": "high contrast black and white ink etching",
    "lithograph-poster": "vintage lithograph poster, flat cream and black",
    "pale-blue-watercolor": "pale blue watercolor painting",
    "water-lilies": "pastel impressionist painting of light on water",
    "rose-pastel": "warm rose and orange pastel painting",
    "psychedelic": "psychedelic painting in vivid green, orange and turquoise",
    "red-blue-expressionism": "expressionist painting with swirling red and blue",
    "sunlit-postimpressionism": "bright post-impressionist painting in orange and blue",
}
# technique of each manner
OF_MANNERS = {
    "red chalk": "red chalk",
    "pencil": "pencil",
    "charcoal": "charcoal",
    "brush ink": "brush ink",
    "line art": "line drawing",
    "engraving": "engraving",
    "linocut": "linocut",
    "comic book": "comic book",
    "pop print": "pop print",
    "neon": "neon",
    "watercolour": "watercolor",
    "gouache": "gouache",
    "oil painting": "oil",
    "ballpoint pen": "ballpoint",
    "stipple": "stipple",
    "chalk on slate": "chalk on slate",
    "blueprint": "blueprint",
    "ukiyo-e": "ukiyo-e",
    "art nouveau": "art nouveau",
    "pen and ink": "ink",
    "soft pastel": "pastel",
    "night oil": "night oil",
    "woodcut": "woodcut",
    "cartoon": "cartoon",
    "risograph": "risograph",
    "sepia ink wash": "sepia ink wash",
    "colored pencil": "colored pencil",
}
# caption of each style that prompts.csv measures; presets of the art set have names of their own
STYLES = {
    **{folder_of(name): manner.caption for name, manner in MANNERS.items()},
    "vintage-poster": ART["lithograph-poster"],
    "impressionist-water-lilies": ART["water-lilies"],
    "psychedelic-painting": ART["psychedelic"],
    "expressionist-painting": ART["red-blue-expressionism"],
    "sunlit-post-impressionism": ART["sunlit-postimpressionism"],
}


def phrase(text: str) -> str:
    return " " + re.sub(r"[^a-z0-9]+", " ", text.lower()).strip() + " "


def many(caption: str, count: int = 800, **known: object) -> list[str]:
    rng = np.random.default_rng(0)
    return [vary(caption, rng, **known) for _ in range(count)]  # type: ignore[arg-type]


def test_the_table_has_five_prompts_a_style_and_three_of_them_held_out() -> None:
    prompts = read_prompts()
    assert {p.style for p in prompts} == set(STYLES)
    for style in STYLES:
        own = [p for p in prompts if p.style == style]
        assert len(own) == 5 and sum(not p.seen for p in own) == 3
    assert len({phrase(p.prompt) for p in prompts}) == len(prompts)


def test_no_caption_holds_a_prompt_that_is_held_out() -> None:
    kept = [phrase(p.prompt) for p in read_prompts() if not p.seen]
    captions = [text for caption in {*STYLES.values(), *ART.values()} for text in many(caption, 400)]
    captions += [text for caption in ART.values() for text in many(caption, colors=["brown", "gray", "muted"])]
    captions += many("", colors=["pink", "vivid"], artist="Henri de Toulouse-Lautrec", movement="posters")
    captions += many("", artist="Claude Monet", movement="impressionism")
    captions += [photo_caption(rng) for rng in [np.random.default_rng(0)] * 300]
    assert not [text for text in captions for held in kept if held in phrase(text)]


def test_a_held_out_caption_itself_is_never_given() -> None:
    held = [p.prompt for p in read_prompts() if not p.seen]
    assert not [p for p in held for text in many(p, 100) if phrase(p) in phrase(text)]


@pytest.mark.parametrize("style", STYLES)
def test_prompts_called_seen_are_seen(style: str) -> None:
    captions = [phrase(text) for text in many(STYLES[style], 3000, colors=["brown", "light"])]
    for prompt in read_prompts():
        if prompt.style == style and prompt.seen:
            assert any(phrase(prompt.prompt) in text for text in captions), prompt.prompt


def test_captions_are_many_and_keep_to_their_technique() -> None:
    captions = many("charcoal drawing", 1000, colors=["black and white"])
    assert len(set(captions)) > 150
    assert all("charcoal" in text for text in captions)
    chalk = many("red chalk drawing", 1000)
    assert not [text for text in chalk if "charcoal" in text or "pencil" in text]


def test_techniques_and_colors_are_found() -> None:
    assert find_techniques("old copper engraving with hatching") == ["engraving"]
    assert find_techniques("brown ink line drawing") == ["ink"]
    assert find_techniques("black and white line drawing") == ["line drawing"]
    assert find_techniques("pastel impressionist painting of light on water") == ["water lilies"]
    assert find_techniques("post-impressionism, posters") == ["lithograph poster", "post-impressionism"]
    assert find_techniques("painting built of green and orange color planes") == ["oil"]
    assert find_techniques("surrealism") == ["surrealism"]
    assert find_techniques("japanese woodblock print") == ["ukiyo-e"]
    assert find_techniques("woodblock print") == ["woodcut"]
    assert find_techniques("block print") == ["linocut"]
    assert find_techniques("sketching in pencil") == ["pencil"]
    assert find_techniques("psychedelic painting in neon green") == ["psychedelic"]
    assert find_techniques("ink drawing in slate blue") == ["ink"]
    assert find_colors("red chalk drawing") == []
    assert find_colors("white chalk drawing on a blackboard") == []
    assert find_colors("sepia ink wash drawing") == []
    assert find_colors("pale blue watercolor painting") == ["pale blue"]
    assert find_colors("pointillist painting in lemon yellow and lilac") == ["lemon yellow", "lilac"]


def test_every_manner_has_a_technique_of_its_own() -> None:
    assert {name: find_techniques(manner.caption) for name, manner in MANNERS.items()} == {
        name: [technique] for name, technique in OF_MANNERS.items()
    }
    assert len(set(OF_MANNERS.values())) == len(MANNERS)
    assert {*COVERS, *(general for covered in COVERS.values() for general in covered)} <= set(TECHNIQUES)


@pytest.mark.parametrize("technique", OF_MANNERS.values())
def test_words_of_a_manner_name_no_other(technique: str) -> None:
    known = TECHNIQUES[technique]
    for words in (*known.nouns, *known.manners):
        assert find_techniques(words) in ([], [technique]), words
        assert not is_held_out(words), words
    assert len(known.nouns) >= 7 and len(known.manners) >= 3


@pytest.mark.parametrize("name", MANNERS)
def test_captions_of_a_manner_are_many_and_name_no_other(name: str) -> None:
    captions = many(MANNERS[name].caption, 600)
    assert len(set(captions)) > 120
    assert not [text for text in captions if find_techniques(text) not in ([], [OF_MANNERS[name]])]


@pytest.mark.parametrize("name", MANNERS)
def test_prompts_kept_for_measuring_name_no_other_manner(name: str) -> None:
    others = set(OF_MANNERS.values()) - {OF_MANNERS[name]}
    for prompt in read_prompts():
        if prompt.style == folder_of(name):
            assert not others & set(find_techniques(prompt.prompt)), prompt.prompt


@pytest.mark.parametrize(
    ("name", "technique", "colors"),
    [
        ("vintage poster", ["lithograph poster"], []),
        ("impressionist water lilies", ["water lilies"], []),
        ("psychedelic painting", ["psychedelic"], []),
        ("expressionist painting", ["expressionism"], []),
        ("sunlit post impressionism", ["post-impressionism"], []),
        ("pop art", ["pop art"], []),
        ("amber and indigo painting", ["oil"], ["amber", "indigo"]),
        ("coral poster", [], ["coral"]),
    ],
)
def test_names_of_presets_are_captions(name: str, technique: list[str], colors: list[str]) -> None:
    assert (find_techniques(name), find_colors(name)) == (technique, colors)


def test_artist_movement_and_colors_are_said() -> None:
    captions = many("", colors=["dark blue", "gold"], artist="Vincent van Gogh", movement="post-impressionism")
    for words in ("by Vincent van Gogh", "style of post-impressionism", "dark blue"):
        assert any(words in text for text in captions)


def test_a_seed_gives_the_same_captions() -> None:
    assert many("charcoal drawing", 50) == many("charcoal drawing", 50)


def test_photographs_are_named_in_no_style() -> None:
    rng = np.random.default_rng(0)
    captions = {photo_caption(rng) for _ in range(500)}
    assert len(captions) > 40
    assert not [text for text in captions if find_techniques(text)]


def test_nothing_to_say_is_an_error() -> None:
    with pytest.raises(TrainingError) as error:
        vary("", np.random.default_rng(0))
    assert error.value.code == "CAPTION_EMPTY"


def test_where_no_wording_is_allowed_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(captions_module, "is_held_out", lambda text: True)
    with pytest.raises(TrainingError, match=r"wordings of 'charcoal drawing', 'Claude Monet' .*other words") as error:
        vary("charcoal drawing", np.random.default_rng(0), artist="Claude Monet")
    assert error.value.code == "CAPTION_HELD_OUT"


def test_bounding_the_search_draws_nothing_more() -> None:
    """What the generator gives next is what it gave when wordings were drawn until one was allowed."""
    rng, again = np.random.default_rng(7), np.random.default_rng(7)
    for caption in [p.prompt for p in read_prompts() if not p.seen]:
        given = vary(caption, rng)
        while (text := captions_module.compose(caption, again, [], None, None)) != given:
            assert any(phrase(p.prompt) in phrase(text) for p in read_prompts() if not p.seen)
    assert rng.random() == again.random()


@pytest.mark.skipif(not (DATA / "art" / "art.csv").is_file(), reason="MMFS_DATA names no folder with art/art.csv")
def test_every_style_and_movement_of_the_data_is_known() -> None:
    with (DATA / "art" / "art.csv").open(newline="") as file:
        captions = {row["style"]: row["caption"] for row in csv.DictReader(file)}
    with (DATA / "art" / "gallery.csv").open(newline="") as file:
        movements = {row["movement"] for row in csv.DictReader(file)}
    assert {style: captions[style] for style in ART} == ART
    assert {text for text in {*captions.values(), *movements} if not find_techniques(text)} == set()
    assert len(TECHNIQUES) > 30


def test_a_caption_without_a_known_technique_keeps_its_words() -> None:
    captions = many("robot from outer space", 200)
    assert all("robot from outer space" in text for text in captions)
    assert len(set(captions)) > 10
