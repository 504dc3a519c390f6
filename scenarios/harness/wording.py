"""The texts of a product in the catalogue: name, description, warranty, keywords and what search engines see."""

from __future__ import annotations

import html
import string
from random import Random

from scenarios.harness.goods import Goods

NAME_LIMIT = 120

_LINES = ("Essencial", "Clássica", "Premium", "Verão", "Aconchego", "Pro", "Edição Limitada", "Dia a Dia")
_PRAISE = (
    "Produto novo, com nota fiscal.",
    "Acabamento cuidadoso e materiais de primeira.",
    "Ideal para presentear no dia das mães, no Natal & em aniversários.",
    "Imagens meramente ilustrativas; a cor pode variar conforme a tela.",
    "Antes do primeiro uso, leia o manual de instruções.",
    "Conservar em local seco, ao abrigo da luz.",
)
_PADDING = "com embalagem reforçada para presente, cartão de dedicatória, brinde surpresa e garantia estendida"
_WARRANTIES = ("3 meses", "6 meses", "12 meses contra defeitos de fabricação", "90 dias (art. 26 do CDC)")


def name(random: Random, goods: Goods, brand: str | None, *, long: bool) -> str:
    """A product name; a long one fills the limit to the last whole word, well beyond 90 characters."""
    words = [goods.noun, brand or "", "Linha", random.choice(_LINES), str(random.randint(100, 9999))]
    text = " ".join(filter(None, words))
    if not long:
        return text
    return f"{text} {_PADDING}"[: NAME_LIMIT + 1].rsplit(" ", 1)[0]


def description(random: Random, title: str, goods: Goods) -> str:
    """Half of them HTML, some plain text with line breaks of either kind, some nothing at all."""
    draw = random.random()
    if draw < 0.2:
        return ""
    praise = random.sample(_PRAISE, random.randint(1, 3))
    facts = [f"Unidade de venda: {goods.unit}", f"Categoria: {goods.category[-1]}"]
    if draw < 0.45:
        line_break = random.choice(("\n", "\r\n"))
        return line_break.join([title, "", *praise, "", *(f"- {fact}" for fact in facts)])
    paragraphs = "".join(f"<p>{html.escape(text, quote=False)}</p>" for text in praise)
    items = "".join(f"<li>{html.escape(fact, quote=False)}</li>" for fact in facts)
    return f"<h2>{html.escape(title, quote=False)}</h2>{paragraphs}<ul>{items}</ul>"


def warranty(random: Random) -> str | None:
    return random.choice(_WARRANTIES) if random.random() < 0.4 else None


def keywords(random: Random, goods: Goods, brand: str | None) -> tuple[str, ...]:
    """None for every other product, else noun, brand and categories in lower case, each once."""
    if random.random() < 0.5:
        return ()
    return tuple(dict.fromkeys(word.lower() for word in (goods.noun, brand, *goods.category) if word))


def seo(random: Random, title: str, goods: Goods) -> tuple[str | None, str | None]:
    """Title and description for search engines; at most 120 and 255 characters."""
    if random.random() < 0.6:
        return None, None
    return title[:120], f"Compre {goods.noun.lower()} com entrega para todo o Brasil. {random.choice(_PRAISE)}"


def images(random: Random) -> tuple[str, ...]:
    """The addresses of up to four pictures."""
    folder = f"{random.getrandbits(32):08x}"
    count = random.choices((0, 1, 2, 3, 4), (10, 35, 25, 20, 10))[0]
    return tuple(f"https://imagens.exemplo.com.br/{folder}/foto-{n}.jpg" for n in range(1, count + 1))


def video(random: Random) -> str | None:
    if random.random() < 0.9:
        return None
    return "https://videos.exemplo.com.br/v/" + "".join(random.choices(string.ascii_letters + string.digits, k=11))
