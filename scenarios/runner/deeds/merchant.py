"""What the owner of the shop does: in the panel, on the connector's page, in the catalogue."""

from __future__ import annotations

from scenarios.runner.deeds.common import ANY, CODE, ORDER, ask, chosen, numbers, shown_as
from scenarios.runner.scene import Document, Scene
from scenarios.runner.vocabulary import TEXT, CannotPlay, Given, StepFailed, Vocabulary

DEEDS = Vocabulary()

# Fields of the form on the connector's page.
_FIELDS = {
    "stock": "stock_mode",
    "depot": "depot",
    "integration": "integrator_id",
    "inactive": "inactive_action",
    "excluded": "excluded_action",
    "brake": "brake_percent",
    "locks": "locks",
}


@DEEDS.deed("merchant", "connects")
async def connect(scene: Scene, _: Given) -> str:
    """Installs the app, pastes the ERP's token into the panel and saves."""
    await scene.merchant.log_in()
    await scene.merchant.install()
    await _paste(scene)
    return f"shop {scene.store_id}"


@DEEDS.deed("merchant", "pastes_token", text={**TEXT, "description": "something else than the account's token"})
async def paste_token(scene: Scene, given: Given) -> str:
    """Pastes the account's token, as it is now, into the panel and saves."""
    await scene.merchant.log_in()
    await _paste(scene, given.get("text"))
    return f"shop {scene.store_id}"


async def _paste(scene: Scene, text: str | None = None) -> None:
    await scene.merchant.save_token(text if text is not None else (await scene.erp.get(""))["token"])


@DEEDS.deed("merchant", "installs")
async def install(scene: Scene, _: Given) -> str:
    """Installs the app and gives no token yet."""
    await scene.merchant.log_in()
    await scene.merchant.install()
    return f"shop {scene.store_id}"


@DEEDS.deed("merchant", "uninstalls")
async def uninstall(scene: Scene, _: Given) -> str:
    """Removes the app from the shop."""
    await scene.merchant.log_in()
    await scene.merchant.uninstall()
    return f"shop {scene.store_id}"


@DEEDS.deed(
    "merchant",
    "chooses",
    stock={"enum": ["physical", "available"], "description": "which balance the shop shows"},
    depot={"type": "string", "maxLength": 120, "description": "the depot that counts; empty for all of them"},
    integration={"type": "string", "maxLength": 20, "description": "the number of the ERP's integration"},
    inactive={"enum": ["keep", "hide", "remove"], "description": "what becomes of products inactive in the ERP"},
    excluded={"enum": ["keep", "hide", "remove"], "description": "what becomes of products excluded in the ERP"},
    brake={"type": "integer", "minimum": 0, "maximum": 100, "description": "the brake, in percent of the catalogue"},
    locks={"type": "string", "maxLength": 2000, "description": "locked products, one line each"},
)
async def choose(scene: Scene, given: Given) -> str:
    """Changes settings on the connector's page."""
    if not given:
        raise CannotPlay(f"nothing is chosen: give one of {', '.join(_FIELDS)}")
    await _page(scene, "configuracoes", **{_FIELDS[name]: str(value) for name, value in given.items()})
    scene.memory.choices.setdefault(scene.name, {}).update(given)
    return ", ".join(f"{name} {value}" for name, value in given.items())


@DEEDS.deed("merchant", "synchronises")
async def synchronise(scene: Scene, _: Given) -> str:
    """Presses the button that has the whole catalogue read again."""
    await _page(scene, "sincronizar")
    return f"shop {scene.store_id}"


@DEEDS.deed("merchant", "confirms_pull")
async def confirm_pull(scene: Scene, _: Given) -> str:
    """Lets a pull go on that the brake has stopped."""
    await _page(scene, "sincronizacao/confirmar")
    return f"shop {scene.store_id}"


@DEEDS.deed("merchant", "discards_pull")
async def discard_pull(scene: Scene, _: Given) -> str:
    """Ends a pull that the brake has stopped."""
    await _page(scene, "sincronizacao/descartar")
    return f"shop {scene.store_id}"


@DEEDS.deed("merchant", "exchanges_address")
async def exchange_address(scene: Scene, _: Given) -> str:
    """Has the secret address of the ERP's messages exchanged; the old one works a day longer."""
    await _page(scene, "endereco/trocar")
    return f"shop {scene.store_id}"


@DEEDS.deed("merchant", "retries", required=("order",), order=ORDER)
async def retry(scene: Scene, given: Given) -> str:
    """Presses "try again" for orders that are held."""
    orders = await scene.named_orders(given["order"])
    for order in orders:
        await _page(scene, f"pedidos/{order['id']}/tentar")
    return numbers(orders)


async def _page(scene: Scene, form: str, **values: str | None) -> None:
    """Open the connector's page from the panel and send one of its forms."""
    await scene.merchant.log_in()
    await scene.merchant.open_connector()
    await scene.merchant.submit_to(form, **values)
    if scene.merchant.status != 200:
        raise StepFailed(f"the connector's page answered HTTP {scene.merchant.status}")


@DEEDS.deed("merchant", "removes_product", one_of=("any", "code"), any=ANY, code=CODE)
async def remove_product(scene: Scene, given: Given) -> str:
    """Removes products from the shop's catalogue."""
    products = await _products(scene, given)
    scene.memory.removed.update({(scene.name, product["code"]): product["id"] for product in products})
    return await _change(scene, products, {"deleted": True})


@DEEDS.deed("merchant", "restores_product", required=("code",), code=CODE)
async def restore_product(scene: Scene, given: Given) -> str:
    """Brings a removed product back into the shop's catalogue."""
    code = given["code"]
    if (scene.name, code) not in scene.memory.removed:
        raise CannotPlay(f"{code!r} was not removed before: that takes `merchant: removes_product`")
    product = {"id": scene.memory.removed[scene.name, code], "code": code}
    return await _change(scene, [product], {"deleted": False})


@DEEDS.deed(
    "merchant",
    "edits_product",
    one_of=("any", "code"),
    any=ANY,
    code=CODE,
    name={**TEXT, "description": "the new name"},
    price={"type": "string", "pattern": r"^[0-9]+\.[0-9]{2}$", "description": "a new price such as 12.90"},
    stock={"type": "integer", "minimum": 0, "maximum": 999_999, "description": "the quantity typed in the shop"},
)
async def edit_product(scene: Scene, given: Given) -> str:
    """Types another name, price or quantity in the shop."""
    changes: Document = {key: given[key] for key in ("name", "price") if key in given}
    if "stock" in given:
        changes["stock"] = {"quantity": given["stock"]}
    if not changes:
        raise CannotPlay("nothing is edited: give name, price or stock")
    return await _change(scene, await _products(scene, given), changes)


async def _products(scene: Scene, given: Given) -> list[Document]:
    if "code" in given:
        return [await shown_as(scene, given["code"])]
    shown = [{"codigo": product["code"], **product} for product in await scene.shop_products()]
    return chosen(scene, given, shown, "in the shop")


async def _change(scene: Scene, products: list[Document], changes: Document) -> str:
    for product in products:
        await ask(scene.shop.send("PATCH", f"{scene.store}/products/{product['id']}", changes))
    return ", ".join(product["code"] for product in products)
