"""What somebody who works in the ERP does."""

from __future__ import annotations

from decimal import Decimal

from scenarios.runner.deeds.common import ANY, CODE, ORDER, SITUATIONS, ask, chosen, chosen_leaves, numbers, path_in_erp
from scenarios.runner.scene import Document, Scene, code_of
from scenarios.runner.vocabulary import NAME, TEXT, CannotPlay, Given, Schema, StepFailed, Vocabulary

DEEDS = Vocabulary()

_WEBHOOKS = ("stock_webhook_url", "situation_webhook_url", "tracking_webhook_url")
_MONEY: Schema = {"type": "string", "pattern": r"^[0-9]+(\.[0-9]{1,2})?$", "description": "an amount such as 12.90"}
_NUMBER_OF_DAY = {"type": "integer", "minimum": 0, "maximum": 999_999}


@DEEDS.deed("operator", "announces_products")
async def announce_products(scene: Scene, _: Given) -> str:
    """Enters an anúncio for each product and variation that the shop has, under the shop's ids."""
    shown = {product["code"]: product for product in await scene.shop_products()}
    entered = [
        announcement
        for product in await scene.erp_products()
        if code_of(product) in shown
        for announcement in _announcements(product, shown[code_of(product)])
    ]
    if not entered:
        raise StepFailed("the shop has none of the account's products, so none can be announced")
    await scene.erp.send("POST", "/mappings", entered)
    return f"{len(entered)} entered"


def _announcements(product: Document, shown: Document) -> list[Document]:
    """One for the product, one for each variation; a variation names its product too."""
    variants = {variant["code"]: variant["id"] for variant in shown["variants"]}
    parent = str(shown["id"])
    return [{"idProduto": product["id"], "skuMapeamento": parent}] + [
        {"idProduto": child["id"], "skuMapeamento": str(variants[code_of(child)]), "skuMapeamentoPai": parent}
        for child in product["variacoes"]
        if code_of(child) in variants
    ]


@DEEDS.deed("operator", "takes_back_announcements")
async def take_back_announcements(scene: Scene, _: Given) -> str:
    """Deletes every anúncio of the account."""
    mapped = {mapping["idProduto"] for mapping in await scene.erp.get("/mappings")}
    for product in sorted(mapped):
        await scene.erp.send("DELETE", "/mappings", {"idProduto": product})
    return f"{len(mapped)} taken back"


@DEEDS.deed("operator", "saves_webhook_addresses")
async def save_webhook_addresses(scene: Scene, _: Given) -> str:
    """Copies the address that the shop's panel shows into the ERP's three webhook fields."""
    address = (await scene.panel(secrets=True))["stock_webhook_url"]
    if not address:
        raise StepFailed("the panel shows no address for the ERP's webhooks")
    await scene.erp.send("PATCH", "", dict.fromkeys(_WEBHOOKS, address))
    return f"{len(_WEBHOOKS)} saved"


@DEEDS.deed("operator", "forgets_webhook_addresses")
async def forget_webhook_addresses(scene: Scene, _: Given) -> str:
    """Empties the ERP's three webhook fields."""
    await scene.erp.send("PATCH", "", dict.fromkeys(_WEBHOOKS, ""))
    return f"{len(_WEBHOOKS)} emptied"


@DEEDS.deed(
    "operator",
    "moves_stock",
    one_of=("any", "code"),
    any={**ANY, "description": "how many products or variations, drawn by the seed"},
    code=CODE,
    to={**_NUMBER_OF_DAY, "description": "the counted balance; drawn if not given"},
    by={"type": "integer", "minimum": -9_999, "maximum": 9_999, "description": "an entry, or below zero an exit"},
    depot={**TEXT, "description": "where; in the first depot that counts if not given"},
    as_={**NAME, "description": "a name for the first one: its code is ${name.code}"},
)
async def move_stock(scene: Scene, given: Given) -> str:
    """Enters a counted balance, an entry or an exit for one product, or for some drawn by the seed."""
    if "to" in given and "by" in given:
        raise CannotPlay("give `to` or `by`, not both")
    random, moved = scene.random(), []
    for product in await chosen_leaves(scene, given):
        if "by" in given:
            kind, quantity = ("E" if given["by"] >= 0 else "S"), abs(given["by"])
            moved.append(f"{code_of(product)} {given['by']:+}")
        else:
            balance = given["to"] if "to" in given else _other(random.randrange(1, 100), product)
            kind, quantity = "B", balance
            moved.append(f"{code_of(product)} → {balance}")
        movement = {"idProduto": product["id"], "tipo": kind, "quantidade": str(quantity)}
        if "depot" in given:
            movement["deposito"] = given["depot"]
        await ask(scene.erp.send("POST", "/stock", movement))
        if "as" in given:
            scene.memory.facts.setdefault(f"{given['as']}.code", code_of(product))
    return ", ".join(moved)


def _other(drawn: int, product: Document) -> int:
    """A balance that the product does not have yet."""
    return drawn + 1 if drawn == Decimal(product["saldo"]) else drawn


@DEEDS.deed(
    "operator",
    "adds_product",
    required=("code",),
    code={**TEXT, "maxLength": 60, "description": "its code"},
    name=TEXT,
    price=_MONEY,
    stock=_NUMBER_OF_DAY,
    variations={"type": "integer", "minimum": 1, "maximum": 50, "description": "how many; none if not given"},
)
async def add_product(scene: Scene, given: Given) -> str:
    """Registers a product, with sizes if it has variations."""
    document: Document = {
        "nome": given.get("name", f"Produto {given['code']}"),
        "codigo": given["code"],
        "preco": given.get("price", "49.90"),
        "unidade": "UN",
        "situacao": "A",
    }
    stock = str(given.get("stock", 10))
    if "variations" in given:
        document["variacoes"] = [
            {"codigo": f"{given['code']}-{number}", "grade": {"Tamanho": str(number)}, "estoque_atual": stock}
            for number in range(1, given["variations"] + 1)
        ]
    else:
        document["estoque_atual"] = stock
    await ask(scene.erp.send("POST", "/products", document))
    return str(given["code"])


@DEEDS.deed(
    "operator",
    "adds_variation",
    required=("code", "new_code"),
    code={**TEXT, "description": "the code of a product that has variations"},
    new_code={**TEXT, "maxLength": 30, "description": "the code of the new variation"},
    stock={**_NUMBER_OF_DAY, "description": "its opening balance, 10 if not given"},
)
async def add_variation(scene: Scene, given: Given) -> str:
    """Adds a variation to a product that has some."""
    (product,) = chosen(scene, given, await scene.erp_products(), "to add a variation to")
    known: Document = next((child["grade"] for child in product["variacoes"]), {})
    document = {
        "codigo": given["new_code"],
        "grade": dict.fromkeys(known, given["new_code"]) or {"Tamanho": given["new_code"]},
        "estoque_atual": str(given.get("stock", 10)),
    }
    await ask(scene.erp.send("POST", f"/products/{product['id']}/variations", document))
    return str(given["new_code"])


@DEEDS.deed(
    "operator",
    "changes_product",
    one_of=("any", "code"),
    any=ANY,
    code=CODE,
    name={**TEXT, "description": "the new name"},
    price={**_MONEY, "description": "the new price, such as 12.90"},
    active={"type": "boolean", "description": "false makes it inactive"},
    new_code={**TEXT, "maxLength": 60, "description": "another code"},
)
async def change_product(scene: Scene, given: Given) -> str:
    """Changes products in the ERP."""
    changes = {key: given[ours] for ours, key in _CHANGES.items() if ours in given}
    if "active" in given:
        changes["situacao"] = "A" if given["active"] else "I"
    if not changes:
        raise CannotPlay(f"nothing is changed: give {', '.join(_CHANGES)} or active")
    products = await _products(scene, given)
    for product in products:
        await ask(scene.erp.send("PATCH", f"/products/{product['id']}", changes))
    return ", ".join(map(code_of, products))


_CHANGES = {"name": "nome", "price": "preco", "new_code": "codigo"}


@DEEDS.deed(
    "operator",
    "reprices",
    any={**ANY, "description": "how many, drawn by the seed; all of them if not given"},
    percent={"type": "integer", "minimum": -99, "maximum": 900, "description": "by so many percent"},
    required=("percent",),
)
async def reprice(scene: Scene, given: Given) -> str:
    """Raises or lowers prices of products without variations."""
    simple = [product for product in await scene.erp_products() if not product["variacoes"]]
    products = chosen(scene, given, simple, "without variations") if "any" in given else simple
    for product in products:
        price = (Decimal(product["preco"]) * (100 + given["percent"]) / 100).quantize(Decimal("0.01"))
        await ask(scene.erp.send("PATCH", f"/products/{product['id']}", {"preco": str(max(price, Decimal("0.01")))}))
    return f"{len(products)} by {given['percent']} %"


@DEEDS.deed("operator", "deletes_product", one_of=("any", "code"), any=ANY, code=CODE)
async def delete_product(scene: Scene, given: Given) -> str:
    """Excludes products from the ERP's catalogue."""
    products = await _products(scene, given)
    for product in products:
        await ask(scene.erp.send("DELETE", f"/products/{product['id']}", {}))
    return ", ".join(map(code_of, products))


async def _products(scene: Scene, given: Given) -> list[Document]:
    return chosen(scene, given, await scene.erp.all_products("/products"), "")


@DEEDS.deed("operator", "generates_token")
async def generate_token(scene: Scene, _: Given) -> str:
    """Generates another token: the old one is refused from then on."""
    token = f"{scene.random().getrandbits(160):040x}"
    await scene.erp.send("PATCH", "", {"token": token})
    return "the old one is refused"


@DEEDS.deed(
    "operator",
    "changes_account",
    plan={"enum": ["comecar", "antigo", "crescer", "evoluir", "potencializar"]},
    blocked={"type": "boolean", "description": "the company is blocked"},
    maintenance={"type": "boolean"},
    api={"type": "boolean", "description": "false: without access to the API"},
    physical={"type": "boolean", "description": "whether messages hold the physical balance"},
    depot={"type": "string", "maxLength": 120, "description": "the depot whose balance messages hold; empty for all"},
    change_lists={"type": "boolean", "description": "whether the extension with the lists of changes is installed"},
    latency={"type": "number", "minimum": 0, "maximum": 60, "description": "seconds that each call takes"},
)
async def change_account(scene: Scene, given: Given) -> str:
    """Changes what the account may do and how it is set."""
    if not given:
        raise CannotPlay("nothing is changed: give plan, blocked, maintenance, api, physical, depot or change_lists")
    changes = {_ACCOUNT.get(name, name): value for name, value in given.items() if name != "change_lists"}
    if "change_lists" in given:
        known = (await scene.erp.get(""))["extensions"]
        others = [name for name in known if name != _CHANGE_LISTS]
        changes["extensions"] = [*others, _CHANGE_LISTS] if given["change_lists"] else others
    await ask(scene.erp.send("PATCH", "", changes))
    return ", ".join(f"{name} {value}" for name, value in given.items())


_ACCOUNT = {"api": "api_access", "physical": "send_physical"}
_CHANGE_LISTS = "estoque_tempo_real"


@DEEDS.deed(
    "operator",
    "ships",
    required=("order", "tracking"),
    order=ORDER,
    tracking={**TEXT, "description": "the carrier's code"},
    carrier=TEXT,
)
async def ship(scene: Scene, given: Given) -> str:
    """Enters the tracking code in the ERP and marks the order as shipped."""
    tracking = {"codigoRastreamento": given["tracking"]}
    if "carrier" in given:
        tracking["transportadora"] = given["carrier"]
    orders = await scene.named_orders(given["order"])
    for order in orders:
        path = await path_in_erp(scene, order)
        await scene.erp.send("POST", f"{path}/tracking", tracking)
        await scene.erp.send("POST", f"{path}/situation", {"situacao": SITUATIONS["shipped"]})
    return f"{numbers(orders)} with {given['tracking']}"


@DEEDS.deed(
    "operator", "sets_situation", required=("order", "situation"), order=ORDER, situation={"enum": [*SITUATIONS]}
)
async def set_situation(scene: Scene, given: Given) -> str:
    """Moves the order to another situation in the ERP."""
    orders = await scene.named_orders(given["order"])
    for order in orders:
        path = await path_in_erp(scene, order)
        await scene.erp.send("POST", f"{path}/situation", {"situacao": SITUATIONS[given["situation"]]})
    return f"{numbers(orders)} {given['situation']}"


@DEEDS.deed("operator", "invoices", required=("order",), order=ORDER)
async def invoice(scene: Scene, given: Given) -> str:
    """Generates the order's invoice and has it authorised."""
    orders = await scene.named_orders(given["order"])
    for order in orders:
        note = await ask(scene.erp.send("POST", f"{await path_in_erp(scene, order)}/invoice", {}))
        await ask(scene.erp.send("POST", f"/invoices/{note['id']}/authorise", {}))
    return numbers(orders)
