"""Captions varied by rules and synonyms: one picture, many wordings.

No caption holds a prompt that `prompts.csv` keeps for measuring, and the same generator gives the same captions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from ..common.errors import TrainingError
from .color_words import COLORS, TONES
from .prompts import is_held_out

T = TypeVar("T")

TRIES = 1000  # the worst captions, which are held out themselves, take 1.25 on average


@dataclass(frozen=True)
class Technique:
    """found: a regular expression that finds it in a lower-cased caption. nouns: what a picture in it is called.
    manners: what follows "a portrait"."""

    found: str
    nouns: tuple[str, ...]
    manners: tuple[str, ...] = ()


# in the order of search: the special before the general
TECHNIQUES: dict[str, Technique] = {
    "charcoal": Technique(
        r"charcoal",
        (
            "charcoal drawing",
            "charcoal sketch",
            "charcoal portrait",
            "black charcoal study",
            "smudged charcoal drawing",
            "charcoal on paper",
            "vine charcoal drawing",
        ),
        (
            "in charcoal",
            "drawn in charcoal",
            "in smudged charcoal",
            "in coal-black charcoal",
            "sketched with charcoal",
        ),
    ),
    "colored pencil": Technique(
        r"colou?r(ed|ing)?[ -]pencil|pencil crayon|\bcrayons\b",
        (
            "colored pencil drawing",
            "coloured pencil drawing",
            "colored pencil sketch",
            "colored pencils",
            "color pencil drawing",
            "colored pencil portrait",
            "coloring pencil drawing",
            "pencil crayon drawing",
            "colored crayons",
            "crayons",
        ),
        (
            "in colored pencil",
            "drawn with colored pencils",
            "in coloured pencils",
            "colored in with crayons",
            "drawn with crayons",
        ),
    ),
    "pencil": Technique(
        r"pencil|graphite",
        (
            "pencil sketch",
            "pencil drawing",
            "pencil",
            "pencil portrait",
            "hand-drawn pencil sketch",
            "graphite portrait",
            "graphite sketch",
            "graphite pencil study",
            "lead pencil drawing",
            "pencil shading",
        ),
        (
            "in pencil",
            "drawn with a pencil",
            "sketched in pencil",
            "in graphite",
            "shaded in pencil",
        ),
    ),
    "engraving": Technique(
        r"engrav|copper-?plate|banknote",
        (
            "engraving",
            "old engraving",
            "engraved print",
            "engraved portrait",
            "copper engraving",
            "copperplate engraving",
            "copperplate",
            "copperplate print",
            "line engraving",
            "steel engraving",
            "banknote engraving",
            "banknote portrait",
        ),
        (
            "engraved in copper",
            "engraved with fine lines",
            "engraved on a banknote",
            "as an old engraving",
        ),
    ),
    "reed pen": Technique(
        r"reed-pen|reed pen|quill",
        (
            "reed-pen drawing",
            "reed pen study",
            "quill drawing",
        ),
        (
            "drawn with a reed pen",
            "drawn with a quill",
        ),
    ),
    "etching": Technique(
        r"\betch|intaglio|aquatint|mezzotint",
        (
            "ink etching",
            "etching",
            "etched print",
            "etching in ink",
            "intaglio portrait",
            "aquatint",
            "mezzotint",
        ),
        (
            "etched in ink",
            "as an etching",
            "in aquatint",
            "printed from an etched plate",
        ),
    ),
    "line drawing": Technique(
        r"(?<!ink )line drawing|line[ -]?art|outline drawing|line[ -]?work|contours?\b",
        (
            "line drawing",
            "line art",
            "lineart",
            "outline drawing",
            "clean line art",
            "minimalist line drawing",
            "simple line drawing",
            "line work",
            "contour portrait",
            "contour line art",
            "page to color in",
        ),
        (
            "drawn in lines",
            "in clean lines",
            "in outlines",
            "as contours only",
            "as line art",
        ),
    ),
    "ballpoint": Technique(
        r"ball-?point|ball pen|\bbiro\b|rollerball|\bpen (sketch|doodle)",
        (
            "ballpoint pen drawing",
            "ballpoint drawing",
            "ballpoint pen sketch",
            "ballpoint pen",
            "ballpoint portrait",
            "ball pen drawing",
            "biro drawing",
            "biro sketch",
            "pen sketch",
            "pen doodle",
            "ballpoint doodle",
            "rollerball drawing",
        ),
        (
            "in ballpoint pen",
            "in ballpoint",
            "drawn with a ballpoint pen",
            "drawn with a biro",
            "in biro",
        ),
    ),
    "stipple": Technique(
        r"stippl|\bdot[ -]?work|(ink|pen) dots|pointillist ink|dots of (a )?fine pen",
        (
            "stipple drawing",
            "stippling",
            "stipple portrait",
            "stippled drawing",
            "stippled ink drawing",
            "stipple art",
            "dotwork",
            "dotwork portrait",
            "dotwork tattoo",
            "dotwork drawing",
            "pointillist ink dots",
            "pointillist ink drawing",
            "drawing in ink dots",
        ),
        (
            "in stipple",
            "stippled in ink",
            "in dotwork",
            "made of ink dots",
            "drawn in dots of a fine pen",
        ),
    ),
    "sepia ink wash": Technique(
        r"sepia ink|sepia wash|bistre|brown (ink )?wash|pen and wash",
        (
            "sepia ink wash",
            "sepia wash drawing",
            "sepia ink drawing",
            "sepia ink painting",
            "bistre",
            "bistre drawing",
            "bistre wash",
            "brown wash drawing",
            "brown ink wash",
            "pen and wash drawing",
        ),
        (
            "in sepia ink",
            "in sepia wash",
            "in bistre",
            "in pen and brown wash",
            "painted in brown ink wash",
        ),
    ),
    "brush ink": Technique(
        r"brush[ -](and[ -])?ink|ink[ -]brush|\bsumi|ink[ -]wash|brush pen|\bink painting",
        (
            "brush ink drawing",
            "brush and ink drawing",
            "brush ink",
            "ink wash",
            "ink wash painting",
            "ink wash portrait",
            "ink brush painting",
            "ink brush drawing",
            "sumi-e",
            "sumi-e painting",
            "sumi ink portrait",
            "sumi ink",
            "brush pen drawing",
            "japanese ink painting",
            "chinese ink painting",
        ),
        (
            "in brush and ink",
            "painted in ink wash",
            "in sumi ink",
            "drawn with an ink brush",
            "drawn with a brush pen",
        ),
    ),
    "ink": Technique(
        r"\bink (line )?(drawing|sketch)|pen[ -]and[ -]ink|pen & ink|\bcross-?hatched|\bfineliner|\bdip pen|\binked\b",
        (
            "ink drawing",
            "ink line drawing",
            "ink sketch",
            "pen and ink drawing",
            "pen and ink",
            "pen and ink sketch",
            "pen and ink portrait",
            "pen & ink drawing",
            "pen and ink cross-hatching",
            "cross-hatched drawing",
            "cross-hatched ink drawing",
            "crosshatched portrait",
            "fineliner drawing",
            "dip pen drawing",
        ),
        (
            "in ink",
            "drawn in ink",
            "inked",
            "in pen and ink",
            "cross-hatched in ink",
            "drawn with a fineliner",
        ),
    ),
    "red chalk": Technique(
        r"red[ -]chalk|sanguine",
        (
            "red chalk drawing",
            "red chalk sketch",
            "red chalk portrait",
            "red chalk",
            "sanguine drawing",
            "sanguine portrait",
            "sanguine",
        ),
        (
            "in red chalk",
            "drawn in red chalk",
            "in sanguine",
            "drawn with a stick of sanguine",
        ),
    ),
    "chalk on slate": Technique(
        r"chalk ?board|black ?board|white chalk|chalk on slate|\bslate(?! blue)",
        (
            "chalk on slate",
            "chalkboard drawing",
            "chalkboard art",
            "chalkboard",
            "chalkboard sketch",
            "blackboard drawing",
            "blackboard",
            "blackboard sketch",
            "chalk drawing on a blackboard",
            "chalk drawing on slate",
            "white chalk drawing",
            "white chalk portrait",
            "white chalk on black",
        ),
        (
            "in white chalk",
            "in chalk on slate",
            "drawn on a chalkboard",
            "on a blackboard",
            "chalked on a blackboard",
        ),
    ),
    "crayon": Technique(
        r"crayon",
        (
            "crayon drawing",
            "crayon sketch",
            "wax crayon drawing",
        ),
        (
            "in crayon",
            "drawn with a wax crayon",
        ),
    ),
    "gouache": Technique(
        r"gouache|poster[ -](paint|colou?r)|opaque watercolou?r",
        (
            "gouache",
            "gouache painting",
            "gouache portrait",
            "gouache illustration",
            "flat gouache illustration",
            "matte gouache painting",
            "poster paint",
            "poster paint picture",
            "poster color painting",
            "opaque watercolor",
        ),
        (
            "in gouache",
            "painted in gouache",
            "painted with poster paints",
            "in poster paint",
        ),
    ),
    "watercolor": Technique(
        r"watercolou?r|aquarelle|water-based wash",
        (
            "watercolor",
            "watercolor painting",
            "watercolour",
            "watercolour painting",
            "watercolor portrait",
            "watercolor sketch",
            "loose watercolor",
            "wet watercolor",
            "aquarelle",
            "aquarelle portrait",
            "water-based wash painting",
        ),
        (
            "in watercolor",
            "in watercolour",
            "painted in watercolors",
            "with watercolor washes",
            "in aquarelle",
            "in washes of paint",
        ),
    ),
    "lithograph poster": Technique(
        r"lithograph|posters|vintage poster",
        (
            "lithograph poster",
            "vintage poster",
            "lithograph",
            "old poster",
            "printed poster",
            "retro poster",
            "advertising poster",
            "french poster",
            "theatre placard",
        ),
        (
            "on a vintage poster",
            "printed as a lithograph",
        ),
    ),
    "pop print": Technique(
        r"pop[ -]print|pop[ -]art (screen[ -]?)?print|screen[ -]?print|silk[ -]?screen|half-?tone|serigraph",
        (
            "pop print",
            "pop art print",
            "pop art screen print",
            "screen print",
            "screenprint",
            "screen print portrait",
            "silkscreen",
            "silkscreen print",
            "silkscreen portrait",
            "halftone",
            "halftone print",
            "halftone dots",
            "serigraph",
            "four-color screen print",
        ),
        (
            "in halftone",
            "in halftone dots",
            "screenprinted",
            "printed by silkscreen",
            "as a screen print",
            "as a pop art print",
        ),
    ),
    "pop art": Technique(
        r"pop art",
        (
            "pop art",
            "pop art painting",
            "pop art portrait",
            "pop art poster",
        ),
        (
            "in pop art",
            "as pop art",
        ),
    ),
    "comic book": Technique(
        r"\bcomic|graphic novel|superhero",
        (
            "comic",
            "comic book",
            "comic book drawing",
            "comic book panel",
            "comic book art",
            "comic book illustration",
            "comic book cover",
            "comic strip",
            "comic style drawing",
            "comics",
            "graphic novel",
            "graphic novel illustration",
            "superhero comic",
        ),
        (
            "in a comic",
            "in a comic book",
            "drawn for a comic book",
            "in a graphic novel",
            "as a comic book hero",
            "as a superhero",
        ),
    ),
    "cartoon": Technique(
        r"cartoon|\banime\b|\banimat(ed|ion)|cel[ -]shad|\btoon\b",
        (
            "cartoon",
            "cartoon drawing",
            "cartoon portrait",
            "cartoon character",
            "cartoon illustration",
            "animated film",
            "animated film still",
            "animation still",
            "anime",
            "anime portrait",
            "anime drawing",
            "anime character",
            "cel shading",
            "cel-shaded drawing",
            "toon shading",
        ),
        (
            "as a cartoon",
            "in a cartoon",
            "in an animated film",
            "in cel shading",
            "in anime style",
            "as an anime character",
        ),
    ),
    "risograph": Technique(
        r"\briso|two-colou?r print|duotone",
        (
            "risograph",
            "risograph print",
            "risograph poster",
            "risograph illustration",
            "riso print",
            "riso poster",
            "riso",
            "two-color print",
            "two-colour print",
            "grainy riso print",
            "duotone print",
            "duotone",
        ),
        (
            "as a riso print",
            "printed on a risograph",
            "in risograph",
            "in duotone",
            "printed in two spot colors",
        ),
    ),
    "blueprint": Technique(
        r"blue-?print|cyanotype|technical drawing|engineering drawing|architect|white lines on blue",
        (
            "blueprint",
            "blueprint drawing",
            "blueprint sketch",
            "blueprint portrait",
            "technical drawing",
            "engineering drawing",
            "architect's drawing",
            "cyanotype",
            "cyanotype drawing",
            "cyanotype print",
            "white lines on a blueprint",
        ),
        (
            "on a blueprint",
            "as a blueprint",
            "as a technical drawing",
            "in white lines on blue",
            "in cyanotype",
            "drawn by an architect",
        ),
    ),
    "neon": Technique(
        r"\bneon(?! (colou?rs?|green|orange|yellow)\b)|synthwave|\bglowing (lines|outlines|tubes)",
        (
            "neon",
            "neon sign",
            "neon lines",
            "neon lights",
            "neon portrait",
            "neon light drawing",
            "neon light art",
            "neon outlines",
            "neon tubes",
            "neon glow",
            "neon lines on black",
            "glowing lines",
            "glowing outlines",
            "glowing neon lines",
            "glowing lines on black",
            "synthwave",
            "synthwave lines",
            "synthwave portrait",
        ),
        (
            "in neon",
            "in neon lights",
            "in neon lines",
            "as a neon sign",
            "drawn in glowing lines",
            "made of glowing tubes",
            "in synthwave style",
        ),
    ),
    "pointillism": Technique(
        r"pointillis",
        (
            "pointillist painting",
            "pointillism",
            "dot painting",
            "neo-impressionist painting",
        ),
        (
            "in pointillism",
            "painted in dots",
            "made of small dots of color",
        ),
    ),
    "post-impressionism": Technique(
        "post[- ]?impressionis",
        ("post-impressionist painting", "post-impressionism", "post impressionist art", "post-impressionist portrait"),
        ("in the style of post-impressionism", "painted by a post-impressionist"),
    ),
    "water lilies": Technique(
        r"light on water|water lilies|lily pond",
        (
            "impressionist water lilies",
            "water lilies",
            "impressionist painting of water lilies",
            "impressionist painting of light on water",
            "impressionist pond",
            "painting of a lily pond",
        ),
        ("painted like water lilies", "in the light on water"),
    ),
    "impressionism": Technique(
        "impressionis",
        ("impressionist painting", "impressionism", "impressionist art", "impressionist portrait"),
        ("in the style of impressionism", "in impressionist brushwork", "painted by an impressionist"),
    ),
    "fauvism": Technique(
        "fauvis", ("fauvist painting", "fauvism", "fauve painting"), ("in the style of fauvism", "in fauvist colors")
    ),
    "expressionism": Technique(
        "expressionis",
        ("expressionist painting", "expressionism", "expressionist portrait", "expressionist art"),
        ("in the style of expressionism", "painted by an expressionist"),
    ),
    "cubism": Technique(
        "cubis", ("cubist painting", "cubism", "cubist poster", "cubist portrait"), ("in cubism", "in cubist shapes")
    ),
    "art nouveau": Technique(
        r"art[ -]nouveau|jugendstil",
        (
            "art nouveau",
            "art nouveau poster",
            "art nouveau painting",
            "art nouveau portrait",
            "art nouveau illustration",
            "art nouveau print",
            "ornamental art nouveau",
            "jugendstil",
            "jugendstil painting",
            "jugendstil poster",
        ),
        (
            "in the style of art nouveau",
            "in art nouveau lines",
            "in jugendstil",
        ),
    ),
    "naive art": Technique(
        "naive", ("naive painting", "naive art", "folk art painting", "naive portrait"), ("in the style of naive art",)
    ),
    "baroque": Technique(
        "baroque",
        ("baroque painting", "chiaroscuro painting", "baroque portrait", "chiaroscuro"),
        ("in chiaroscuro", "in the style of the baroque", "with light out of deep shadow"),
    ),
    "renaissance": Technique(
        "renaissance",
        ("renaissance painting", "renaissance oil painting", "renaissance portrait", "old master painting"),
        ("in the style of the renaissance", "painted by an old master"),
    ),
    "abstract": Technique(
        "abstract|suprematis|neoplasticis",
        ("abstract painting", "abstract art", "non-figurative painting", "geometric abstraction"),
        ("as abstract art", "in abstract shapes"),
    ),
    "psychedelic": Technique(
        "psychedelic",
        (
            "psychedelic painting",
            "psychedelic art",
            "psychedelic portrait",
            "psychedelia",
            "trippy art",
            "hippie art",
            "acid trip",
            "hallucinogenic painting",
        ),
        ("in psychedelic colors", "in a psychedelic style", "in trippy neon colors", "like a hallucination"),
    ),
    "romanticism": Technique(
        "romantic",
        ("romantic painting", "romanticism", "romanticist painting"),
        ("in the style of romanticism", "painted in the romantic era"),
    ),
    "realism": Technique(
        r"\brealism", ("realist painting", "realism", "realistic oil painting"), ("in the style of realism",)
    ),
    "symbolism": Technique("symbolism", ("symbolist painting", "symbolism"), ("in the style of symbolism",)),
    "mannerism": Technique("mannerism", ("mannerist painting", "mannerism"), ("in the style of mannerism",)),
    "icon": Technique(
        "icon painting", ("byzantine icon", "icon painting", "orthodox icon", "byzantine painting"), ("as an icon",)
    ),
    "ukiyo-e": Technique(
        r"\bukiyo|japanese (wood ?)?(block ?)?(print|cut)|\bedo period",
        (
            "ukiyo-e print",
            "ukiyo-e",
            "ukiyo-e portrait",
            "ukiyo-e woodblock print",
            "japanese woodblock print",
            "japanese print",
            "japanese woodcut",
            "japanese block print",
            "edo period print",
        ),
        (
            "in the style of ukiyo-e",
            "as ukiyo-e",
            "as a japanese print",
            "as a japanese woodblock print",
        ),
    ),
    "woodcut": Technique(
        r"wood[ -]?(cut|block|engraving)|xylograph|(cut|carved) in wood",
        (
            "woodcut",
            "woodcut print",
            "woodblock print",
            "wood block print",
            "woodcut portrait",
            "woodcut illustration",
            "wood engraving",
            "old woodcut",
            "medieval woodcut",
            "xylograph",
        ),
        (
            "cut in wood",
            "carved in wood",
            "as a woodcut",
            "printed from a wood block",
        ),
    ),
    "linocut": Technique(
        r"\blino|\bblock[ -]?print|relief print",
        (
            "linocut",
            "linocut print",
            "linocut portrait",
            "lino print",
            "lino cut",
            "linoprint",
            "linoleum print",
            "linoleum cut",
            "block print",
            "hand-printed linocut",
            "relief print",
        ),
        (
            "cut in lino",
            "carved in linoleum",
            "as a linocut",
            "as a lino print",
            "as a block print",
        ),
    ),
    "surrealism": Technique("surrealis", ("surrealist painting", "surrealism"), ("in the style of surrealism",)),
    "pastel": Technique(
        r"pastel",
        (
            "pastel painting",
            "pastel",
            "pastel drawing",
            "pastel portrait",
            "soft pastel",
            "soft pastel painting",
            "soft pastel drawing",
            "chalk pastel",
            "dry pastel",
            "soft pastels",
        ),
        (
            "in pastel",
            "in soft pastel",
            "painted in pastels",
            "drawn in soft pastels",
            "in chalk pastel",
        ),
    ),
    "monochrome": Technique(
        "monochrome painting",
        ("monochrome painting", "painting in one color", "single-color painting"),
        ("in one color",),
    ),
    "night oil": Technique(
        r"\bnocturn|\bnight\b|\bstarry\b",
        (
            "nocturne",
            "night painting",
            "night oil painting",
            "night oil",
            "oil painting at night",
            "night portrait",
            "night portrait in oil",
            "nocturnal painting",
            "nocturnal portrait",
            "starry night painting",
            "night scene in oil",
            "oil painting of a starry night",
        ),
        (
            "painted at night",
            "painted by night",
            "in the colors of the night",
            "under a starry sky",
            "as a nocturne",
        ),
    ),
    "oil": Technique(
        r"oil painting|painting|\boils?\b",
        (
            "painting",
            "oil painting",
            "painting in oil",
            "painted picture",
            "oil on canvas",
            "oil portrait",
            "painterly oil portrait",
            "oils",
        ),
        (
            "in oil",
            "painted in oils",
            "in oil on canvas",
            "painted in oil",
        ),
    ),
}

# the words of the first say the others, too, and do not mean them
COVERS: dict[str, tuple[str, ...]] = {
    "colored pencil": ("pencil", "crayon"),
    "line drawing": ("ink",),
    "stipple": ("ink", "pointillism"),
    "sepia ink wash": ("brush ink", "ink"),
    "brush ink": ("ink",),
    "gouache": ("watercolor",),
    "comic book": ("ink",),
    "pop print": ("pop art",),
    "post-impressionism": ("impressionism",),
    "water lilies": ("impressionism", "pastel"),
    "ukiyo-e": ("woodcut", "linocut"),
    "woodcut": ("linocut", "engraving"),
}

# what else a caption may say, with other words for it
DETAILS: dict[str, tuple[str, ...]] = {
    "with cross-hatching": ("with cross-hatching", "with crosshatching", "with crossed lines", "with hatched shadows"),
    "with hatching": ("with hatching", "with fine hatching", "with cross-hatching"),
    "with fine lines": ("with fine lines", "finely lined", "with thin lines"),
    "with thick strokes": ("with thick strokes", "with thick paint", "with impasto strokes", "thick impasto"),
    "with bold outlines": ("with bold outlines", "with strong outlines", "with black outlines", "bold outlines"),
    "glowing": ("glowing", "shining", "electric"),
    "full of light": ("full of light", "bright and airy", "luminous"),
    "deep shadow": ("with deep shadow", "dark shadows", "dramatic light"),
    "with a dark background": ("with a dark background", "on a dark background"),
    "with flat shapes": ("with flat shapes", "flat shapes", "simple flat areas"),
    "flat": ("flat", "with flat areas"),
    "swirling": ("swirling", "with swirling strokes", "with swirls"),
    "on cream paper": ("on cream paper", "on old paper", "on yellowish paper"),
    "with black lines": ("with black lines", "with thick black lines"),
    "color planes": ("built of color planes", "in planes of color", "in colored blocks"),
    "haze": ("in haze", "hazy", "misty"),
    "high contrast": ("high contrast", "strong contrast", "with strong contrast"),
    "geometric": ("geometric", "with geometric shapes"),
    "vintage": ("vintage", "retro", "old"),
    "on white paper": ("on white paper", "on paper", "on a white background"),
    "fiery": ("fiery", "glowing", "like fire"),
    "wild": ("wild", "with wild colors"),
    "bold": ("bold", "striking"),
    "bright": ("bright", "sunlit", "full of sunlight", "sunny", "sun-bathed"),
    "warm": ("warm", "in warm colors"),
    "soft": ("soft", "gentle"),
    "colorful": ("colorful", "many colors"),
    "in primary colors": ("in primary colors", "in red, yellow and blue"),
    "rosy skin": ("with rosy skin",),
}

# colour words in captions that a picture is not measured by, and other words for colours
COLOR_SYNONYMS: dict[str, tuple[str, ...]] = {
    "black and white": ("black and white", "black-and-white", "b&w", "monochrome"),
    "sepia": ("sepia", "sepia-toned", "brownish"),
    "lilac": ("lilac", "lavender"),
    "violet": ("violet", "purple"),
    "golden": ("golden", "gold"),
    "gold": ("gold", "golden"),
    "rose": ("rose", "pink", "rosy"),
    "pale blue": ("pale blue", "light blue", "pale-blue"),
    "gray": ("gray", "grey"),
    "gray blue": ("gray blue", "slate blue"),
    "turquoise": ("turquoise", "blue-green"),
    "light green": ("light green", "pale green"),
    "lemon yellow": ("lemon yellow", "pale yellow"),
    "light": ("light", "bright", "pale"),
    "dark": ("dark", "in dark tones"),
    "vivid": ("vivid", "saturated", "vibrant", "intense"),
    "muted": ("muted", "dull", "subdued"),
}
COLORED_NAMES = ("red chalk", "white chalk", "white paper", "sepia ink", "monochrome painting")
CAPTION_COLORS = sorted({*COLORS, *TONES[:3], "golden", "pale gold", "amber", "indigo", "coral"}, key=len, reverse=True)

PHOTOS = (
    "photo", "photograph", "portrait photo", "photograph of a face", "photo of a person", "portrait photograph",
    "realistic photo", "color photograph", "real photo", "natural photo", "snapshot", "picture taken with a camera",
    "unchanged photo", "no style", "headshot photo", "studio portrait photo", "photorealistic",
)  # fmt: skip

NOUN_TEMPLATES = (
    "{x}", "{x}", "{x}", "{a}", "{x} style", "in the style of {a}", "a portrait as {a}", "face drawn as {a}",
    "make it look like {a}", "turn me into {a}", "looks like {a}", "my face as {a}", "{x} of a face",
    "{x} of a person", "portrait, {x}", "{x}, portrait", "like {a}",
)  # fmt: skip
MANNER_TEMPLATES = (
    "{x}", "a portrait {x}", "a face {x}", "portrait {x}", "a person {x}", "a picture {x}", "make it look {x}",
)  # fmt: skip
ARTIST_TEMPLATES = (
    "{x} by {n}", "{x} in the style of {n}", "{x} in the manner of {n}", "{n} {x}", "{x}, {n}", "{x} after {n}",
    "painting by {n}", "{n}", "{n} style", "in the style of {n}", "as {n} would paint it", "like {n}",
)  # fmt: skip
# where the last word is not what people say
SHORT_NAMES = {
    "Leonardo da Vinci": "Leonardo", "El Greco": "El Greco", "Giotto di Bondone": "Giotto",
    "Vincent van Gogh": "van Gogh", "Jan van Eyck": "van Eyck", "Henri de Toulouse-Lautrec": "Toulouse-Lautrec",
}  # fmt: skip

# endings of names of no single thing
NAMELESS = (
    "ism", "art", "lilies", "psychedelia", "nouveau", "chiaroscuro", "canvas", "lines", "lights", "outlines", "tubes",
    "dots", "pencils", "crayons", "pastels", "comics", "ink", "paper", "stippling", "shading", "dotwork", "line work",
    "jugendstil", "anime", "synthwave", "neon", "graphite", "halftone", "oils", "oil", "cross-hatching", "slate",
    "bistre", "sumi-e", "ukiyo-e", "gouache", "poster paint", "pen and ink", "sanguine", "red chalk",
)  # fmt: skip

FILLERS = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "in",
        "with",
        "and",
        "as",
        "like",
        "make",
        "it",
        "look",
        "looks",
        "portrait",
        "face",
        "person",
        "picture",
    ]
)


def pick(rng: np.random.Generator, choices: Sequence[T]) -> T:
    return choices[int(rng.integers(len(choices)))]


def find_techniques(text: str) -> list[str]:
    """Keys of TECHNIQUES that a caption or a movement names, the first to be found first; "oil" only by itself."""
    text = text.lower()
    found = [key for key, technique in TECHNIQUES.items() if re.search(technique.found, text)]
    covered = {general for special in found for general in COVERS.get(special, ())}
    found = [key for key in found if key not in covered]
    return [key for key in found if key != "oil"] or found


def find_colors(caption: str) -> list[str]:
    """Colour words in the order of the caption; those of a technique's name, as "red" of red chalk, are none."""
    rest = caption.lower()
    for name in COLORED_NAMES:
        rest = rest.replace(name, "")
    places: list[tuple[int, str]] = []
    for color in CAPTION_COLORS:
        for match in re.finditer(rf"\b{color}\b", rest):
            places.append((match.start(), color))
        rest = re.sub(rf"\b{color}\b", lambda m: "." * len(m[0]), rest)
    return [color for _, color in sorted(places)]


def find_details(caption: str) -> list[str]:
    rest = caption.lower()
    found = []
    for detail in DETAILS:
        if re.search(rf"\b{detail}\b", rest):
            found.append(detail)
            rest = rest.replace(detail, "")
    return found


def joined(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def with_article(noun: str) -> str:
    if noun.endswith(NAMELESS):
        return noun
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def colored(noun: str, colors: list[str], rng: np.random.Generator) -> str:
    hues = [color for color in colors if color not in TONES or color in ("black and white", "sepia")]
    tones = [color for color in colors if color in TONES and color not in hues]
    hues = hues[: int(rng.integers(1, 4))]
    if len(hues) > 1 and rng.random() < 0.3:
        hues = [hues[i] for i in rng.permutation(len(hues))]
    words = [pick(rng, COLOR_SYNONYMS.get(hue, (hue,))) for hue in hues]
    if words:
        form = rng.random()
        if form < 0.4:
            noun = f"{joined(words)} {noun}"
        elif form < 0.85:
            noun = f"{noun} in {joined(words)}"
        else:
            noun = f"{noun}, {joined(words)}"
    if tones and rng.random() < 0.5:
        tone = pick(rng, tones)
        word = pick(rng, COLOR_SYNONYMS.get(tone, (tone,)))
        noun = f"{noun}, {word}" if word.startswith("in ") or rng.random() < 0.3 else f"{word} {noun}"
    return noun


def detailed(noun: str, details: list[str], rng: np.random.Generator) -> str:
    word = pick(rng, DETAILS[pick(rng, details)])
    behind = " " in word and word.split()[0] in ("with", "on", "in", "built", "full")
    if behind:
        return f"{noun} {word}"
    return f"{noun}, {word}" if " " in word or rng.random() < 0.3 else f"{word} {noun}"


def shaken(text: str, rng: np.random.Generator) -> str:
    """Parts between commas change places, or a word that says nothing of the style is lost, as people write prompts."""
    parts = text.split(", ")
    if len(parts) > 1 and rng.random() < 0.3:
        parts = [parts[i] for i in rng.permutation(len(parts))]
    words = ", ".join(parts).split(" ")
    idle = [i for i, word in enumerate(words) if word in FILLERS]
    if idle and rng.random() < 0.15:
        del words[pick(rng, idle)]
    return " ".join(words).strip(" ,")


def compose(caption: str, rng: np.random.Generator, colors: list[str], artist: str | None, movement: str | None) -> str:
    if caption and rng.random() < 0.15:
        return caption
    named = find_techniques(caption) or find_techniques(movement or "")
    if caption and not named and not is_held_out(caption):  # of what the rules do not know, the words stay
        article = caption if caption.split()[0] in ("a", "an", "the") else with_article(caption)
        return shaken(pick(rng, NOUN_TEMPLATES).format(x=caption, a=article), rng)
    technique = TECHNIQUES[pick(rng, named)] if named else TECHNIQUES["oil"]
    said, details = find_colors(caption), find_details(caption)
    use_manner = bool(technique.manners) and rng.random() < 0.3
    text = pick(rng, technique.manners if use_manner else technique.nouns)
    if artist and rng.random() < 0.45:
        short = SHORT_NAMES.get(artist, artist.split()[-1])
        noun = pick(rng, technique.nouns)
        return shaken(pick(rng, ARTIST_TEMPLATES).format(x=noun, n=pick(rng, (artist, short))), rng)
    # the caption's own colours are what sets its style apart; measured ones change from picture to picture
    chosen = said if said and rng.random() < 0.75 else colors
    if use_manner:
        if chosen and rng.random() < 0.5:
            text = f"{text}, {joined([pick(rng, COLOR_SYNONYMS.get(c, (c,))) for c in chosen[:2]])}"
        return shaken(pick(rng, MANNER_TEMPLATES).format(x=text), rng)
    if details and rng.random() < 0.4:
        text = detailed(text, details, rng)
    if chosen and rng.random() < 0.6:
        text = colored(text, chosen, rng)
    return shaken(pick(rng, NOUN_TEMPLATES).format(x=text, a=with_article(text)), rng)


def vary(
    caption: str,
    rng: np.random.Generator,
    colors: list[str] | None = None,
    artist: str | None = None,
    movement: str | None = None,
) -> str:
    """One of many wordings for a picture.

    caption: of the style, empty where there is none. colors: as `color_words` measured them. artist, movement: as in
    `gallery.csv`, several movements with commas between them. A movement counts where the caption names no technique.
    Throws TrainingError CAPTION_EMPTY when nothing is known of the picture, CAPTION_HELD_OUT when every wording is kept
    for measuring.
    """
    if not (caption or colors or artist or movement):
        raise TrainingError("CAPTION_EMPTY", "Give a caption, colors, an artist or a movement: nothing can be said.")
    for _ in range(TRIES):
        text = compose(caption, rng, colors or [], artist, movement)
        if text and not is_held_out(text):
            return text
    known = ", ".join(repr(words) for words in (caption, artist, movement) if words)
    raise TrainingError(
        "CAPTION_HELD_OUT",
        f"{TRIES} wordings of {known or colors} are prompts that prompts.csv keeps for measuring: describe the "
        "picture in other words, or keep fewer.",
    )


def photo_caption(rng: np.random.Generator) -> str:
    """One of many wordings for a photograph of a face that was left as it was."""
    text = pick(rng, PHOTOS)
    template = pick(rng, ("{x}", "{x}", "{x}", "a {x}", "just a {x}", "{x} of me", "{x}, natural colors"))
    return template.format(x=text)
