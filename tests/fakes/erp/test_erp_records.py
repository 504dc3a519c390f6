"""`info.php`, `produto.obter.php` and `produto.obter.estoque.php` (contract, transport §5, products §2 and §3)."""

from __future__ import annotations

import re

SHIRT = {
    "nome": "Camiseta Básica",
    "codigo": "CAM-001",
    "preco": "59.90",
    "peso_bruto": "0.2",
    "descricao_complementar": "<p>Malha de algodão.</p>",
    "categoria": "Vestuário >> Camisetas",
    "anexos": ["https://imagens.exemplo.com.br/1.jpg"],
    "imagens_externas": ["https://cdn.exemplo.com.br/2.jpg"],
    "variacoes": [
        {
            "codigo": "CAM-001-AZ-M",
            "grade": {"Cor": "Azul", "Tamanho": "M"},
            "gtin": "7890000000017",
            "estoque_atual": 12,
        },
        {"codigo": "CAM-001-AZ-G", "grade": {"Cor": "Azul", "Tamanho": "G"}, "preco": "64.90", "peso_bruto": "0.3"},
    ],
}


async def obtained(erp, token, product_id, service="produto.obter.php", **options) -> dict:
    return (await erp.call(service, token, id=product_id, **options)).retorno["produto"]


async def test_the_account_is_shown_with_punctuated_numbers(erp):
    world = await erp.world(cnpj="11222333000181")
    conta = (await erp.call("info.php", world["token"])).retorno["conta"]
    assert conta["cnpj_cpf"] == "11.222.333/0001-81"
    assert conta["razao_social"] == world["company_name"]
    assert re.fullmatch(r"\d{2}\.\d{3}-\d{3}", conta["cep"])
    assert all(isinstance(value, str) for value in conta.values())


async def test_a_parent_shows_its_variations_with_four_fields_each(erp):
    token = (await erp.world())["token"]
    shirt = await erp.door("POST", "worlds/loja/products", SHIRT)
    record = await obtained(erp, token, shirt["id"])
    assert (record["tipoVariacao"], record["classe_produto"], record["preco"]) == ("P", "V", "59.90")
    assert [row["variacao"] for row in record["variacoes"]] == [
        {"id": v["id"], "codigo": v["codigo"], "preco": v["preco"], "grade": v["grade"]} for v in shirt["variacoes"]
    ]


async def test_a_variation_has_a_record_of_its_own(erp):
    token = (await erp.world())["token"]
    shirt = await erp.door("POST", "worlds/loja/products", SHIRT)
    first, second = [await obtained(erp, token, v["id"]) for v in shirt["variacoes"]]
    assert (first["tipoVariacao"], first["idProdutoPai"]) == ("V", shirt["id"])
    assert (first["nome"], first["grade"]) == ("Camiseta Básica - Azul - M", {"Cor": "Azul", "Tamanho": "M"})
    assert (first["gtin"], first["preco"], first["peso_bruto"]) == ("7890000000017", "59.90", "0.200")
    assert (second["gtin"], second["preco"], second["peso_bruto"]) == ("", "64.90", "0.300")
    assert first["descricao_complementar"] == "<p>Malha de algodão.</p>"
    assert "variacoes" not in first


async def test_the_record_holds_images_category_and_no_stock(erp):
    token = (await erp.world())["token"]
    shirt = await erp.door("POST", "worlds/loja/products", SHIRT)
    record = await obtained(erp, token, shirt["id"])
    assert record["anexos"] == [{"anexo": "https://imagens.exemplo.com.br/1.jpg"}]
    assert record["imagens_externas"] == [{"imagem_externa": {"url": "https://cdn.exemplo.com.br/2.jpg"}}]
    assert record["categoria"] == "Vestuário >> Camisetas"
    assert not {"saldo", "saldoReservado", "depositos"} & set(record)


async def test_a_kit_shows_its_parts(erp):
    token = (await erp.world())["token"]
    part = await erp.door("POST", "worlds/loja/products", {"nome": "Caneca"})
    kit = {"nome": "Kit", "classe_produto": "K", "kit": [{"id_produto": part["id"], "quantidade": "2"}]}
    made = await erp.door("POST", "worlds/loja/products", kit)
    assert (await obtained(erp, token, made["id"]))["kit"] == [
        {"item": {"id_produto": part["id"], "quantidade": "2.00"}}
    ]


async def test_a_deleted_product_can_be_listed_but_not_obtained(erp):
    token = (await erp.world())["token"]
    shirt = await erp.door("POST", "worlds/loja/products", SHIRT)
    await erp.door("DELETE", f"worlds/loja/products/{shirt['id']}")
    assert (await erp.call("produto.obter.php", token, id=shirt["id"])).code == 20
    assert (await erp.call("produto.obter.estoque.php", token, id=shirt["variacoes"][0]["id"])).code == 32
    listing = await erp.call("produtos.pesquisa.php", token, situacao="E")
    assert len(listing.retorno["produtos"]) == 3


async def test_mappings_are_shown_to_a_developer_only(erp):
    token = (await erp.world(id_ecommerce=8123))["token"]
    shirt = await erp.door("POST", "worlds/loja/products", SHIRT)
    child = shirt["variacoes"][0]["id"]
    for product_id, sku in [(shirt["id"], "PLAT-9"), (child, "PLAT-9-3")]:
        await erp.door("POST", "worlds/loja/mappings", {"idProduto": product_id, "skuMapeamento": sku})
    assert "mapeamentos" not in await obtained(erp, token, shirt["id"])
    record = await obtained(erp, token, shirt["id"], headers={"Developer-Id": "integrador"})
    parent_mapping = record["mapeamentos"][0]["mapeamento"]
    assert (parent_mapping["idEcommerce"], parent_mapping["skuMapeamento"]) == (8123, "PLAT-9")
    child_mapping = record["variacoes"][0]["variacao"]["mapeamentos"][0]["mapeamento"]
    assert child_mapping["skuMapeamentoPai"] == "PLAT-9"
    assert child_mapping["idMapeamentoPai"] == parent_mapping["idMapeamento"]


async def test_a_removed_mapping_is_gone(erp):
    token = (await erp.world(products=1))["token"]
    product = (await erp.products())[0]
    await erp.door("POST", "worlds/loja/mappings", {"idProduto": product["id"], "skuMapeamento": "PLAT-9"})
    assert await erp.door("DELETE", "worlds/loja/mappings", {"idProduto": product["id"]}) == {"removed": 1}
    assert (await obtained(erp, token, product["id"], headers={"Developer-Id": "x"}))["mapeamentos"] == []


async def test_the_balance_is_the_sum_of_the_depots_that_count(erp):
    depots = ["Geral", "Loja", {"nome": "Avarias", "desconsiderar": "S"}]
    token = (await erp.world(depots=depots, products=1, variations_share=0))["token"]
    product = (await erp.products())[0]["id"]
    for depot, amount in [("Geral", 10), ("Loja", "2.5"), ("Avarias", 3)]:
        movement = {"idProduto": product, "tipo": "B", "quantidade": amount, "deposito": depot}
        await erp.door("POST", "worlds/loja/stock", movement)
    record = await obtained(erp, token, product, "produto.obter.estoque.php")
    assert record["saldo"] == 12.5
    assert [
        (d["deposito"]["nome"], d["deposito"]["desconsiderar"], d["deposito"]["saldo"]) for d in record["depositos"]
    ] == [
        ("Geral", "N", 10),
        ("Loja", "N", 2.5),
        ("Avarias", "S", 3),
    ]


async def test_movements_set_add_and_subtract_even_below_zero(erp):
    token = (await erp.world())["token"]
    shirt = await erp.door("POST", "worlds/loja/products", SHIRT)
    child = shirt["variacoes"][0]["id"]
    balances = []
    for kind, amount in [("E", 3), ("S", 20), ("B", 7)]:
        movement = {"idProduto": child, "tipo": kind, "quantidade": amount}
        balances.append((await erp.door("POST", "worlds/loja/stock", movement))["saldo"])
    assert balances == ["15", "-5", "7"]
    assert (await obtained(erp, token, child, "produto.obter.estoque"))["saldo"] == 7


async def test_what_is_reserved_is_told_where_reservation_is_on(erp):
    token = (await erp.world(products=1))["token"]
    product = (await erp.products())[0]["id"]
    await erp.door("POST", "worlds/loja/stock", {"idProduto": product, "saldoReservado": 2})
    assert (await obtained(erp, token, product, "produto.obter.estoque.php"))["saldoReservado"] == 2
    await erp.door("PATCH", "worlds/loja", {"reservation": False})
    assert (await obtained(erp, token, product, "produto.obter.estoque.php"))["saldoReservado"] is None


async def test_a_parents_balance_is_its_own_unless_the_world_adds_its_variations_up(erp):
    token = (await erp.world())["token"]
    shirt = await erp.door("POST", "worlds/loja/products", SHIRT)
    assert (await obtained(erp, token, shirt["id"], "produto.obter.estoque.php"))["saldo"] == 0
    await erp.door("PATCH", "worlds/loja", {"parent_sums": True})
    assert (await obtained(erp, token, shirt["id"], "produto.obter.estoque.php"))["saldo"] == 12


async def test_name_and_description_of_variations_follow_their_parent(erp):
    token = (await erp.world())["token"]
    shirt = await erp.door("POST", "worlds/loja/products", SHIRT)
    changed = {"nome": "Camiseta Lisa", "descricao_complementar": "Nova"}
    await erp.door("PATCH", f"worlds/loja/products/{shirt['id']}", changed)
    child = await obtained(erp, token, shirt["variacoes"][0]["id"])
    assert (child["nome"], child["descricao_complementar"]) == ("Camiseta Lisa - Azul - M", "Nova")
