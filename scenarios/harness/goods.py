"""The goods of the catalogue: what is sold, under which NCM, in which unit, how heavy, in which box.

NCM codes and units are those of the Webstore contract, section 16.3. Brands are invented.
"""

from __future__ import annotations

from dataclasses import dataclass

# Only these units are sold in fractions (section 16.3).
FRACTIONAL_UNITS = frozenset({"KG", "L", "M", "M2", "M3"})


@dataclass(frozen=True)
class Goods:
    """One kind of goods. Prices in whole BRL, gross weights in grams, box in cm (height, width, length)."""

    noun: str
    ncm: str
    unit: str
    category: tuple[str, ...]
    prices: tuple[int, int]
    grams: tuple[int, int]
    box: tuple[int, int, int]
    axes: tuple[str, ...] = ()


COLOURS = {
    "Azul": "AZU",
    "Preto": "PRE",
    "Branco": "BCO",
    "Vermelho": "VER",
    "Verde-água": "VAG",
    "Cinza Mescla": "CIN",
    "Café": "CAF",
    "Rosa": "ROS",
}
CLOTHES_SIZES = {"PP": "PP", "P": "P", "M": "M", "G": "G", "GG": "GG", "XGG": "XGG"}
SHOE_SIZES = {str(size): str(size) for size in range(35, 45)}
BED_SIZES = {"Solteiro": "SOL", "Casal": "CAS", "Queen": "QUE", "King": "KIN"}
VOLTAGES = {"127 V": "127", "220 V": "220", "Bivolt": "BIV"}

# Axis name → its value lists (value → code suffix) by what kind of goods it is.
AXES: dict[str, tuple[str, dict[str, str]]] = {
    "colour": ("Cor", COLOURS),
    "clothes": ("Tamanho", CLOTHES_SIZES),
    "shoes": ("Tamanho", SHOE_SIZES),
    "bed": ("Tamanho", BED_SIZES),
    "voltage": ("Voltagem", VOLTAGES),
}

BRANDS = (
    "Serra Alta",
    "Ipê Amarelo",
    "Maré Mansa",
    "Casa do Vale",
    "Jequitibá",
    "Nortec",
    "Voltrix",
    "Pé na Areia",
    "Lua & Sol",
    "Três Marias",
    "Araucária",
    "D'Ávila",
)

# What it is | NCM | unit | category | price in BRL | gross weight in g | box in cm | axes of variation
_TABLE = """
Camiseta de algodão | 61091000 | UN | Moda > Masculino > Camisetas | 29-129 | 150-320 | 3x25x30 | colour clothes
Camiseta dry fit | 61099000 | UN | Moda > Esporte > Camisetas | 39-149 | 120-260 | 3x25x30 | colour clothes
Calça masculina de sarja | 62034200 | UN | Moda > Masculino > Calças | 89-299 | 450-800 | 5x30x38 | colour clothes
Calça feminina de algodão | 62046200 | UN | Moda > Feminino > Calças | 89-329 | 350-700 | 5x30x38 | colour clothes
Camisa masculina de algodão | 62052000 | PC | Moda > Masculino > Camisas | 79-259 | 220-400 | 4x28x35 | colour clothes
Meias de algodão | 61159500 | PAR | Moda > Meias | 9-39 | 40-120 | 3x10x20 | colour
Meias de algodão, kit sortido | 61159500 | KIT | Moda > Meias | 29-89 | 150-360 | 6x15x22 | colour
Tênis esportivo | 64041100 | PAR | Moda > Calçados > Tênis | 149-799 | 600-1200 | 12x22x33 | colour shoes
Sapato de couro | 64039990 | PAR | Moda > Calçados > Sapatos | 199-899 | 800-1500 | 12x20x32 | colour shoes
Bolsa de lona | 42022220 | UN | Moda > Acessórios > Bolsas | 59-349 | 300-900 | 12x30x40 | colour
Mochila escolar | 42029200 | UN | Moda > Acessórios > Mochilas | 79-399 | 500-1300 | 15x30x45 | colour
Colar de bijuteria | 71171900 | UN | Moda > Acessórios | 15-149 | 15-80 | 3x8x8 | colour
Relógio de pulso | 91021110 | UN | Moda > Acessórios > Relógios | 129-1499 | 120-350 | 8x10x10 | colour
Água-de-colônia 100 ml | 33030020 | UN | Beleza > Perfumaria | 39-349 | 180-350 | 14x6x6 |
Água-de-colônia a granel | 33030020 | ML | Beleza > Perfumaria | 1-4 | 1-2 | 1x1x1 |
Creme de beleza | 33049910 | UN | Beleza > Rosto | 25-199 | 80-300 | 7x7x7 |
Xampu 300 ml | 33051000 | UN | Beleza > Cabelos | 14-89 | 330-380 | 18x6x6 |
Xampu a granel | 33051000 | L | Beleza > Cabelos > Salão | 19-69 | 1020-1080 | 25x10x10 |
Sabonete vegetal | 34011190 | CX | Beleza > Banho | 12-59 | 280-620 | 6x12x18 |
Dentifrício 90 g | 33061000 | DZ | Beleza > Higiene bucal | 36-96 | 1200-1400 | 12x15x20 |
Café torrado em grãos | 09012100 | KG | Alimentos > Cafés | 39-159 | 1010-1050 | 30x10x12 |
Café torrado e moído 500 g | 09012100 | PCT | Alimentos > Cafés | 19-79 | 510-540 | 22x7x11 |
Chocolate recheado | 18063110 | CX | Alimentos > Doces | 15-89 | 150-450 | 4x15x20 |
Biscoito amanteigado | 19053100 | PCT | Alimentos > Biscoitos | 6-29 | 110-420 | 6x8x22 |
Suplemento alimentar | 21069030 | UN | Alimentos > Suplementos | 59-289 | 300-1100 | 20x14x14 |
Ração para cães | 23091000 | KG | Pet > Cães > Ração | 12-49 | 1005-1030 | 35x12x20 |
Ração para gatos | 23091000 | FD | Pet > Gatos > Ração | 89-289 | 10100-10300 | 60x15x40 |
Coleira ajustável | 42010090 | UN | Pet > Passeio | 19-99 | 50-220 | 3x10x15 | colour
Guia de nylon por metro | 42010090 | M | Pet > Passeio | 5-19 | 30-60 | 2x5x10 |
Corda de guia em rolo | 42010090 | RL | Pet > Passeio | 49-149 | 900-1800 | 12x20x20 |
Smartphone 128 GB | 85171300 | UN | Eletrônicos > Celulares | 799-6999 | 320-520 | 7x10x18 | colour
Fone de ouvido sem fio | 85183000 | UN | Eletrônicos > Áudio | 79-1299 | 90-420 | 6x12x15 | colour
Notebook 15 polegadas | 84713012 | UN | Eletrônicos > Informática > Notebooks | 2199-9999 | 1900-3100 | 8x30x45 |
Mouse óptico | 84716053 | UN | Eletrônicos > Informática > Periféricos | 29-399 | 90-220 | 6x10x15 | colour
Teclado mecânico | 84716052 | UN | Eletrônicos > Informática > Periféricos | 129-899 | 700-1400 | 5x20x48 | colour
Monitor LED 24 polegadas | 85285200 | UN | Eletrônicos > Informática > Monitores | 599-2999 | 3800-6500 | 15x42x62 |
TV 50 polegadas | 85287200 | UN | Eletrônicos > TV e vídeo | 1799-6999 | 11500-17500 | 18x78x125 |
Liquidificador | 85094050 | UN | Casa > Eletroportáteis | 99-499 | 1500-3200 | 38x20x24 | voltage
Cafeteira elétrica | 85167100 | UN | Casa > Eletroportáteis | 119-899 | 1700-4200 | 34x22x28 | voltage
Ventilador de mesa | 84145120 | UN | Casa > Climatização | 99-399 | 2500-4800 | 45x20x45 | colour voltage
Lanterna LED | 85131010 | UN | Ferramentas > Iluminação | 19-199 | 120-600 | 6x6x20 |
Jogo de cama de algodão | 63022100 | JG | Casa > Cama | 99-599 | 900-2400 | 8x30x38 | colour bed
Toalha de banho | 63026000 | UN | Casa > Banho | 25-129 | 350-750 | 6x30x35 | colour
Tecido felpudo por metro | 63026000 | M | Casa > Banho | 19-69 | 380-620 | 5x20x30 |
Travesseiro | 94049000 | UN | Casa > Cama | 35-299 | 500-1400 | 15x45x65 |
Enchimento para almofada | 94049000 | M3 | Casa > Cama | 99-289 | 9000-15000 | 100x100x100 |
Estante de madeira | 94036000 | UN | Casa > Móveis | 249-1899 | 18000-45000 | 18x60x180 |
Painel ripado de madeira | 94036000 | M2 | Casa > Móveis | 89-349 | 6500-12000 | 4x60x120 |
Poltrona estofada | 94016100 | UN | Casa > Móveis | 399-2499 | 14000-28000 | 90x75x80 | colour
Aparelho de jantar | 69111010 | CJ | Casa > Mesa posta | 149-1199 | 6000-14000 | 25x35x40 |
Copo de vidro | 70133700 | DZ | Casa > Mesa posta | 49-179 | 2400-4200 | 15x25x33 |
Concha de inox | 73239300 | PC | Casa > Cozinha | 15-89 | 90-240 | 5x10x32 |
Pote plástico | 39241000 | KIT | Casa > Cozinha | 19-129 | 250-1100 | 15x20x25 | colour
Garrafa térmica 1 l | 96170010 | UN | Casa > Cozinha | 49-299 | 500-1100 | 32x12x12 | colour
Caderno universitário | 48201000 | UN | Papelaria | 12-59 | 300-800 | 2x21x28 | colour
Livro | 49019900 | UN | Livros > Literatura > Brasileira > Romance | 29-119 | 180-900 | 3x16x23 |
Caneta esferográfica | 96081000 | DZ | Papelaria | 12-49 | 90-180 | 3x10x16 | colour
Brinquedo educativo | 95030099 | UN | Brinquedos | 29-299 | 200-1800 | 10x25x30 |
Bola de futebol | 95066200 | UN | Esporte > Futebol | 49-399 | 420-520 | 22x22x22 | colour
Bicicleta aro 29 | 87120010 | UN | Esporte > Ciclismo | 899-5999 | 13500-19500 | 20x75x140 | colour
Jogo de autopeças da suspensão | 87089990 | JG | Automotivo > Suspensão | 89-899 | 1500-7500 | 20x25x45 |
"""


def _pair(text: str) -> tuple[int, int]:
    low, high = text.split("-")
    return int(low), int(high)


def _goods(row: str) -> Goods:
    noun, ncm, unit, category, prices, grams, box, axes = (cell.strip() for cell in row.split("|"))
    height, width, length = (int(side) for side in box.split("x"))
    return Goods(
        noun=noun,
        ncm=ncm,
        unit=unit,
        category=tuple(category.split(" > ")),
        prices=_pair(prices),
        grams=_pair(grams),
        box=(height, width, length),
        axes=tuple(axes.split()),
    )


GOODS = tuple(_goods(row) for row in _TABLE.strip().splitlines())
