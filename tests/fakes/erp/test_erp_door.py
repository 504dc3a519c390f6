"""The control door explains what is wrong with a request."""

from __future__ import annotations

import pytest

PRODUCT = 700_000_001

BAD = [
    ("POST", "worlds", {}, 400, "name is missing"),
    ("POST", "worlds", {"name": "Loja"}, 400, "world name"),
    ("POST", "worlds", {"name": "loja"}, 400, "already"),
    ("POST", "worlds", {"name": "b", "plan": "gold"}, 400, "unknown plan"),
    ("POST", "worlds", {"name": "b", "colour": 1}, 400, "unknown key"),
    ("POST", "worlds", {"name": "b", "products": -1}, 400, "products must be"),
    ("POST", "worlds", {"name": "b", "moods": "yes"}, 400, "moods must be true, false or a list"),
    ("POST", "worlds", {"name": "b", "depots": []}, 400, "depots must be"),
    ("POST", "worlds", {"name": "b", "depots": ["x", "x"]}, 400, "different names"),
    ("POST", "worlds", {"name": "b", "cnpj": "123"}, 400, "cnpj must be"),
    ("POST", "worlds", {"name": "b", "token": "a b"}, 400, "token must be"),
    ("POST", "worlds", {"name": "b", "token": "token-da-loja"}, 400, "another world has this token"),
    ("PATCH", "worlds/loja", {"products": 3}, 400, "unknown key"),
    ("PATCH", "worlds/keine", {"moods": True}, 404, "no world"),
    ("GET", "worlds/loja/products?limit=x", None, 400, "limit must be"),
    ("GET", "worlds/loja/products/5", None, 404, "no product 5"),
    ("PATCH", "worlds/loja/products/abc", {"preco": "1"}, 400, "whole number"),
    ("PATCH", f"worlds/loja/products/{PRODUCT}", {"price": "1"}, 400, "unknown key"),
    ("PATCH", f"worlds/loja/products/{PRODUCT}", {"preco": "1,50"}, 400, "preco must be a decimal"),
    ("PATCH", f"worlds/loja/products/{PRODUCT}", {"nome": "x" * 121}, 400, "nome must be"),
    ("PATCH", f"worlds/loja/products/{PRODUCT}", {"nome": " "}, 400, "nome must not be empty"),
    ("PATCH", f"worlds/loja/products/{PRODUCT}", {"situacao": "X"}, 400, "situacao must be one of"),
    ("PATCH", f"worlds/loja/products/{PRODUCT}", {"anexos": "x"}, 400, "anexos must be"),
    ("PATCH", f"worlds/loja/products/{PRODUCT}", {"grade": {"Cor": "Azul"}}, 400, "grade belongs to variations"),
    ("POST", "worlds/loja/products", {"codigo": "X"}, 400, "nome is missing"),
    ("POST", "worlds/loja/products", {"nome": "X", "codigo": "UNICO"}, 400, "belongs to product"),
    ("POST", "worlds/loja/products", {"nome": "X", "variacoes": [{"codigo": "X-1"}]}, 400, "grade must be"),
    ("POST", "worlds/loja/products", {"nome": "X", "variacoes": 3}, 400, "variacoes must be"),
    ("POST", f"worlds/loja/products/{PRODUCT}/variations", {"grade": {"Cor": "Azul"}}, 400, "has no variations"),
    ("POST", "worlds/loja/products/5/variations", {"grade": {"Cor": "Azul"}}, 404, "no product 5"),
    ("POST", "worlds/loja/stock", {"idProduto": PRODUCT}, 400, "quantidade is missing"),
    ("POST", "worlds/loja/stock", {"idProduto": PRODUCT, "quantidade": "x"}, 400, "quantidade must be"),
    ("POST", "worlds/loja/stock", {"idProduto": PRODUCT, "quantidade": 1, "tipo": "X"}, 400, "tipo must be"),
    ("POST", "worlds/loja/stock", {"idProduto": PRODUCT, "quantidade": 1, "deposito": "X"}, 400, "no depot 'X'"),
    ("POST", "worlds/loja/stock", {"idProduto": 5, "quantidade": 1}, 404, "no product 5"),
    ("POST", "worlds/loja/stock", {"idProduto": PRODUCT, "quantidade": 1, "avisar": 0}, 400, "avisar must be"),
    ("POST", "worlds/loja/mappings", {"idProduto": PRODUCT}, 400, "skuMapeamento must be"),
    ("GET", "nowhere", None, 404, "no such page"),
]


@pytest.mark.parametrize(("method", "path", "document", "status", "said"), BAD, ids=lambda value: str(value)[:40])
async def test_a_bad_request_is_explained_and_changes_nothing(erp, method, path, document, status, said):
    await erp.world(token="token-da-loja")
    await erp.door("POST", "worlds/loja/products", {"nome": "Caneca", "codigo": "UNICO"})
    before = await erp.door("GET", "worlds/loja/products")
    got, answer = await erp.door_status(method, path, document)
    assert (got, said in answer["error"]) == (status, True), answer
    assert await erp.door("GET", "worlds/loja/products") == before
    assert len(await erp.door("GET", "worlds")) == 1


async def test_a_variation_that_is_added_later_is_a_change_of_itself_and_of_its_product(erp):
    await erp.world(variations_share=0.0, extensions=["estoque_tempo_real"])
    shirt = {"nome": "Camiseta", "codigo": "C", "variacoes": [{"codigo": "C-A", "grade": {"Cor": "Azul"}}]}
    made = await erp.door("POST", "worlds/loja/products", shirt)
    path = f"worlds/loja/products/{made['id']}"
    new = {"codigo": "C-B", "grade": {"Cor": "Bege"}, "estoque_atual": "4"}
    added = await erp.door("POST", f"{path}/variations", new)
    assert (added["codigo"], added["grade"], added["saldo"]) == ("C-B", {"Cor": "Bege"}, "4")
    assert [child["codigo"] for child in (await erp.door("GET", path))["variacoes"]] == ["C-A", "C-B"]
    changed = [each["idProduto"] for each in (await erp.door("GET", "worlds/loja/changes"))["products"]]
    assert changed[-2:] == [added["id"], made["id"]]
    status, answer = await erp.door_status("POST", f"{path}/variations", new)
    assert (status, "belongs to product" in answer["error"]) == (400, True), answer


async def test_a_variation_does_not_take_what_belongs_to_its_parent(erp):
    await erp.world()
    shirt = {"nome": "Camiseta", "codigo": "C", "variacoes": [{"codigo": "C-A", "grade": {"Cor": "Azul"}}]}
    made = await erp.door("POST", "worlds/loja/products", shirt)
    child = made["variacoes"][0]["id"]
    status, answer = await erp.door_status("PATCH", f"worlds/loja/products/{child}", {"nome": "X"})
    assert (status, "belongs to its parent" in answer["error"]) == (400, True)
    status, answer = await erp.door_status("PATCH", f"worlds/loja/products/{child}", {"preco": "70", "gtin": "1"})
    assert (status, answer["preco"], answer["gtin"]) == (200, "70.00", "1")


async def test_a_deleted_products_code_is_free_again(erp):
    await erp.world()
    made = await erp.door("POST", "worlds/loja/products", {"nome": "Caneca", "codigo": "C"})
    await erp.door("DELETE", f"worlds/loja/products/{made['id']}")
    status, _ = await erp.door_status("POST", "worlds/loja/products", {"nome": "Caneca", "codigo": "C"})
    assert status == 201


async def test_a_changed_code_is_free_again(erp):
    await erp.world()
    made = await erp.door("POST", "worlds/loja/products", {"nome": "Caneca", "codigo": "C"})
    await erp.door("PATCH", f"worlds/loja/products/{made['id']}", {"codigo": "D"})
    status, _ = await erp.door_status("POST", "worlds/loja/products", {"nome": "Caneca", "codigo": "C"})
    assert status == 201


@pytest.mark.parametrize("state", ["I", "E"])
async def test_variations_follow_their_parents_change_of_state(erp, state):
    await erp.world()
    grades = [{"codigo": f"C-{colour}", "grade": {"Cor": colour}} for colour in ("Azul", "Verde")]
    shirt = await erp.door("POST", "worlds/loja/products", {"nome": "Camiseta", "codigo": "C", "variacoes": grades})
    path = f"worlds/loja/products/{shirt['id']}"
    states = []
    for wanted in (state, "A"):
        changed = await erp.door("PATCH", path, {"situacao": wanted})
        states.append([child["situacao"] for child in changed["variacoes"]])
    assert states == [[state, state], ["A", "A"]]
    await erp.door("PATCH", f"worlds/loja/products/{shirt['variacoes'][0]['id']}", {"situacao": "I"})
    assert [child["situacao"] for child in (await erp.door("GET", path))["variacoes"]] == ["I", "A"]


async def test_the_journal_shows_what_was_answered_as_far_as_the_world_says(erp):
    token = (await erp.world(products=1))["token"]
    whole = (await erp.call("produtos.pesquisa.php", token)).body.decode()
    await erp.call("produto.obter.php", token, id=5)
    await erp.door("POST", "worlds/loja/faults", {"call": "info.php", "what": "html_502"})
    await erp.send("POST", "info.php", data={"token": token})
    await erp.door("PATCH", "worlds/loja", {"journal_answers": 12})
    await erp.call("produtos.pesquisa.php", token)
    first, refused, gateway, cut = await erp.journal()
    assert (first["answer"], first["bytes"]) == (whole[:200], len(whole))
    assert ('"codigo_erro":20' in refused["answer"], "502 Bad Gateway" in gateway["answer"]) == (True, True)
    assert cut["answer"] == whole[:12]
    await erp.send("POST", "info.php", data={"token": "de ninguem"})
    await erp.send("GET", "nada.php")
    answers = [entry["answer"] for entry in await erp.door("GET", "journal")]
    assert ("token" in answers[0].lower(), answers[1]) == (True, "File not found")


async def test_a_list_of_movements_is_made_as_a_whole_or_not_at_all(erp):
    await erp.world()
    mug = (await erp.door("POST", "worlds/loja/products", {"nome": "Caneca", "codigo": "C"}))["id"]
    moves = [{"idProduto": mug, "tipo": "B", "quantidade": quantity} for quantity in (7, 8)]
    levels = await erp.door("POST", "worlds/loja/stock", moves)
    assert [level["saldo"] for level in levels] == ["7", "8"]
    wrong = [{"idProduto": mug, "tipo": "B", "quantidade": 9}, {"idProduto": 5, "quantidade": 1}]
    assert (await erp.door_status("POST", "worlds/loja/stock", wrong))[0] == 404
    assert (await erp.door("GET", f"worlds/loja/products/{mug}"))["saldo"] == "8"
