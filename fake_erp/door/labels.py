"""Door: tags, price lists and the queues of changes, as they truly are."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from aiohttp import web

from fake_erp import editing
from fake_erp.door.asked import NotThere, amount, product_of, world_of
from fake_erp.records import plain
from fake_erp.services.tagging import group_truth, tag_truth
from fake_erp.worlds import ErpWorlds
from scenarios.harness.door import PREFIX, DoorError, answer, read_object


def add_routes(app: web.Application, worlds: ErpWorlds) -> None:
    async def show_tags(request: web.Request) -> web.Response:
        tags = world_of(request, worlds).tags
        groups = [group_truth(each) for each in tags.groups.values()]
        return answer({"groups": groups, "tags": [tag_truth(each) for each in tags.tags.values()]})

    async def add_group(request: web.Request) -> web.Response:
        world = world_of(request, worlds)
        nome = _name(await read_object(request, {"nome"}), "nome")
        world.journal.append("tag_group_added", nome=nome)
        return answer(group_truth(world.tags.add_group(nome)), 201)

    async def add_tag(request: web.Request) -> web.Response:
        world = world_of(request, worlds)
        document = await read_object(request, {"nome", "id_grupo"})
        nome, group = _name(document, "nome"), document.get("id_grupo")
        if not isinstance(group, int) or group not in world.tags.groups:
            raise NotThere(f"no tag group {group!r} in world {world.name!r}")
        world.journal.append("tag_added", nome=nome)
        return answer(tag_truth(world.tags.add_tag(nome, group)), 201)

    async def show_lists(request: web.Request) -> web.Response:
        lists = world_of(request, worlds).price_lists
        return answer(
            [
                {"id": each.id, "descricao": each.descricao, "acrescimo_desconto": plain(each.percent)}
                | {"excecoes": [asdict(one) for one in lists.of(each.id)]}
                for each in lists.lists.values()
            ]
        )

    async def add_list(request: web.Request) -> web.Response:
        world = world_of(request, worlds)
        document = await read_object(request, {"descricao", "acrescimo_desconto"})
        text = _name(document, "descricao")
        percent = amount(document.get("acrescimo_desconto", 0), "acrescimo_desconto")
        world.journal.append("price_list_added", descricao=text)
        return answer({"id": world.price_lists.add(text, percent).id}, 201)

    async def add_exception(request: web.Request) -> web.Response:
        world = world_of(request, worlds)
        document = await read_object(request, {"idProduto", "preco", "preco_promocional"})
        number = int(request.match_info["id"])
        if number not in world.price_lists.lists:
            raise NotThere(f"no price list {number} in world {world.name!r}")
        product = product_of(world, document.get("idProduto"))
        price = editing.check("preco", document.get("preco"))
        promotional = editing.check("preco_promocional", document.get("preco_promocional", 0))
        world.journal.append("price_exception", list=number, idProduto=product.id)
        return answer(asdict(world.price_lists.except_product(number, product.id, price, promotional)), 201)

    async def show_queues(request: web.Request) -> web.Response:
        changes = world_of(request, worlds).changes
        shown: dict[str, Any] = {}
        for name, queue in (("products", changes.products), ("stock", changes.stock)):
            shown[name] = [{"idProduto": number, "at": at.isoformat()} for number, at in queue.waiting.items()]
        return answer(shown)

    base = f"{PREFIX}/worlds/{{world}}"
    app.router.add_get(f"{base}/tags", show_tags)
    app.router.add_post(f"{base}/tags", add_tag)
    app.router.add_post(f"{base}/tag-groups", add_group)
    app.router.add_get(f"{base}/price-lists", show_lists)
    app.router.add_post(f"{base}/price-lists", add_list)
    app.router.add_post(f"{base}/price-lists/{{id:[0-9]{{1,9}}}}/exceptions", add_exception)
    app.router.add_get(f"{base}/changes", show_queues)


def _name(document: dict[str, Any], key: str) -> str:
    value = document.get(key)
    if not isinstance(value, str) or not value.strip():
        raise DoorError(f"{key} must be a text that is not empty")
    return value.strip()
