"""What the ERP knows: products, depots and mappings. Plain truth, no wire and no disorder.

Field names are the ERP's own (contract, products §2). Amounts are kept as the text that a person
would type, balances as Decimal. Slots and shared texts keep ten thousand products small.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(slots=True, kw_only=True)
class Product:
    """A product or a variation; `tipoVariacao` says which: N normal, P parent, V variation."""

    id: int
    nome: str
    data_criacao: str
    codigo: str = ""
    unidade: str = "UN"
    preco: str = "0.00"
    preco_promocional: str = "0.00"
    ncm: str = ""
    origem: str = "0"
    gtin: str = ""
    gtin_embalagem: str = ""
    localizacao: str = ""
    peso_liquido: str = "0.000"
    peso_bruto: str = "0.000"
    estoque_minimo: str = "0.00"
    estoque_maximo: str = "0.00"
    id_fornecedor: int = 0
    codigo_fornecedor: str = ""
    codigo_pelo_fornecedor: str = ""
    unidade_por_caixa: str = "1"
    preco_custo: str = "0.00"
    preco_custo_medio: str = "0.00"
    situacao: str = "A"
    tipo: str = "P"
    classe_ipi: str = ""
    valor_ipi_fixo: str = "0"
    cod_lista_servicos: str = ""
    descricao_complementar: str = ""
    obs: str = ""
    garantia: str = ""
    cest: str = ""
    tipoVariacao: str = "N"
    idProdutoPai: int = 0
    sob_encomenda: str = "N"
    dias_preparacao: int = 0
    marca: str = ""
    tipoEmbalagem: int = 2
    alturaEmbalagem: str = "0.00"
    larguraEmbalagem: str = "0.00"
    comprimentoEmbalagem: str = "0.00"
    diametroEmbalagem: str = "0.00"
    qtd_volumes: int = 1
    categoria: str = ""
    classe_produto: str = "S"
    seo_title: str = ""
    seo_keywords: str = ""
    seo_description: str = ""
    link_video: str = ""
    slug: str = ""
    anexos: tuple[str, ...] = ()
    imagens_externas: tuple[str, ...] = ()
    kit: tuple[tuple[int, str], ...] = ()
    # Components of a manufactured product (products §6), each an id and a quantity, and the steps of making it.
    estrutura: tuple[tuple[int, str], ...] = ()
    etapas: tuple[str, ...] = ()
    tags: tuple[int, ...] = ()
    codigo_anvisa: str = ""
    valor_max: str = "0.00"
    motivo_isencao: str = ""
    grade: dict[str, str] | None = None
    variation_ids: tuple[int, ...] = ()
    balances: tuple[Decimal, ...] = ()
    reserved: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Depot:
    """A depot by its name; API 2.0 gives it no id. `ignored` = left out of the total (`desconsiderar` S)."""

    nome: str
    ignored: bool = False
    empresa: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """A product announced on the platform of one integration (products §2.2)."""

    idMapeamento: int
    idEcommerce: int
    idProduto: int
    skuMapeamento: str
    skuMapeamentoPai: str = ""
    idMapeamentoPai: int = 0
    preco: str = "0"
    preco_promocional: str = "0"
    # Links that the platform gave, shown in the ERP (stock webhook §4.2).
    urlProduto: str = ""
    urlImagem: str = ""


def plain(amount: Decimal) -> str:
    """An amount as a person writes it: no exponent, no needless zeros."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(amount: Decimal) -> str:
    """An amount with its two places."""
    return format(amount.quantize(Decimal("0.01")), "f")


@dataclass(kw_only=True)
class Company:
    """The account's owner, as `info.php` shows it (transport §5)."""

    razao_social: str
    cnpj: str
    fantasia: str
    endereco: str
    numero: str
    bairro: str
    complemento: str
    cidade: str
    estado: str
    cep: str
    fone: str
    email: str
    inscricao_estadual: str
    regime_tributario: str = "Simples Nacional"
