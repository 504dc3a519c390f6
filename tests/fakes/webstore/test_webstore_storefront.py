"""The storefront by bare HTTP: what it refuses, what an order gets from the form, and that a form buys once."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from fake_webstore.storefront import entries

_FORM = {
    "name": "Lívia Antunes Prado",
    "document": "529.982.247-25",
    "email": "livia@exemplo.com.br",
    "phone": "(31) 98765-4321",
    "zip_code": "30140-000",
    "street": "Rua das Acácias",
    "number": "145",
    "district": "Funcionários",
    "city": "Contagem",
    "state": "MG",
    "freight": "SEDEX",
    "payment": "pix",
    "installments": "1",
}
_CARD = "4111 1111 1111 1111"


class Buyer:
    """A browser without scripts, in the shop of the first store."""

    def __init__(self, shop: Any) -> None:
        self.shop = shop
        self.home = f"{shop.base}/loja/{shop.store['id']}"

    async def get(self, path: str = "") -> Any:
        return await self.shop.send("GET", f"{self.home}{path}", allow_redirects=False)

    async def post(self, path: str, form: dict[str, str], **more: Any) -> Any:
        if "csrf" not in form:
            page = (await self.get("/carrinho")).body
            form = {**form, "csrf": self.csrf(page)} if 'name="csrf"' in page else form
        return await self.shop.send("POST", f"{self.home}{path}", data=form, allow_redirects=False, **more)

    def csrf(self, page: str) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', page)
        assert found
        return found[1]

    async def add(self, product: int, quantity: str = "1", item: int | None = None) -> Any:
        page = (await self.get(f"/produto/{product}")).body
        form = {"csrf": self.csrf(page), "item": str(item or product), "quantity": quantity}
        return await self.shop.send("POST", f"{self.home}/produto/{product}", data=form, allow_redirects=False)

    async def buy(self, card: str = _CARD, **entered: str) -> Any:
        return await self.post("/finalizar/confirmar", {**_FORM, "card": card, **entered})

    async def orders(self) -> list[dict[str, Any]]:
        answer = await self.shop.door("GET", f"/demo/stores/{self.shop.store['id']}/orders")
        return list(answer.body["orders"])


@pytest.fixture
async def buyer(shop: Any) -> Buyer:
    return Buyer(shop)


async def test_the_shelf_shows_what_can_be_bought(shop: Any, buyer: Buyer) -> None:
    await shop.stocked("A", 3, name="Caneca <b>azul</b>")
    await shop.stocked("B", 0, name="Prato")
    await shop.stocked("C", 9, name="Copo escondido", active=False)
    page = (await buyer.get()).body
    assert "Caneca &lt;b&gt;azul" in page and "Esgotado" in page and "Copo escondido" not in page
    assert "Nenhum produto encontrado" in (await buyer.get("?q=nada")).body
    assert (await buyer.get("?pagina=99")).status == 200


async def test_an_inactive_or_deleted_product_has_no_page(shop: Any, buyer: Buyer) -> None:
    hidden, gone = await shop.stocked("A", 3, active=False), await shop.stocked("B", 3)
    await shop.call("DELETE", f"/products/{gone}")
    for product in (hidden, gone, 999):
        answer = await buyer.get(f"/produto/{product}")
        assert (answer.status, "Página não encontrada" in answer.body) == (404, True)


@pytest.mark.parametrize(
    ("quantity", "words"),
    [*((each, "Quantidade inválida") for each in ("", "0", "-1", "1,5", "dois", "99999", "1e1")), ("4", "só temos 3")],
)
async def test_a_quantity_that_cannot_be_is_explained(shop: Any, buyer: Buyer, quantity: str, words: str) -> None:
    answer = await buyer.add(await shop.stocked("A", 3), quantity)
    assert (answer.status, words in answer.body) == (422, True)


async def test_cloth_is_sold_by_part_of_a_metre(shop: Any, buyer: Buyer) -> None:
    assert (await buyer.add(await shop.stocked("A", 3, unit="M"), "0,75")).status == 303
    assert 'value="0,75"' in (await buyer.get("/carrinho")).body
    assert (await buyer.buy()).status == 303
    assert (await buyer.orders())[0]["items"][0]["quantity"] == 0.75


async def test_a_variant_has_to_be_chosen(shop: Any, buyer: Buyer) -> None:
    variants = [{"code": "A-M", "option_values": ["M"]}, {"code": "A-G", "option_values": ["G"], "active": False}]
    made = (await shop.put("A", options=["Tamanho"], variants=variants)).body
    other = await shop.stocked("B", 5)
    medium, large = (variant["id"] for variant in made["variants"])
    for each in (medium, large):
        await shop.call("PUT", f"/products/{made['id']}/variants/{each}/stock", {"quantity": 5})
    for wrong in (made["id"], large, other, 10**17):
        answer = await buyer.add(made["id"], item=wrong)
        assert (answer.status, "Escolha uma opção" in answer.body) == (422, True)
    assert (await buyer.add(made["id"], item=medium)).status == 303
    assert (await buyer.buy()).status == 303
    assert [item["code"] for item in (await buyer.orders())[0]["items"]] == ["A-M"]


async def test_the_cart_changes_and_empties(shop: Any, buyer: Buyer) -> None:
    product = await shop.stocked("A", 3)
    await buyer.add(product)
    await buyer.add(product)
    assert 'value="2"' in (await buyer.get("/carrinho")).body
    too_many = await buyer.post("/carrinho", {f"quantity-{product}": "4"})
    assert (too_many.status, "só temos 3" in too_many.body) == (422, True)
    assert (await buyer.post("/carrinho", {f"quantity-{product}": "x"})).status == 422
    wrong = await buyer.post("/carrinho", {f"quantity-{product}": "2", "coupon": "NADA"})
    assert (wrong.status, "Cupom inválido" in wrong.body) == (422, True)
    assert (await buyer.post("/carrinho", {f"quantity-{product}": "0"})).status == 303
    assert "O carrinho está vazio" in (await buyer.get("/carrinho")).body
    assert (await buyer.get("/finalizar")).headers["Location"].endswith("/carrinho")


@pytest.mark.parametrize(
    ("entered", "words"),
    [
        ({"name": ""}, "Preencha o campo Nome"),
        ({"name": "x" * 121}, "use no máximo 120"),
        ({"document": "111.111.111-11"}, "CPF ou CNPJ inválido"),
        ({"document": "529.982.247-26"}, "CPF ou CNPJ inválido"),
        ({"document": "11.222.333/0001-82"}, "CPF ou CNPJ inválido"),
        ({"email": "livia"}, "E-mail inválido"),
        ({"phone": "98765"}, "Telefone inválido"),
        ({"zip_code": "123"}, "CEP inválido"),
        ({"zip_code": "90000-000"}, "não é de MG"),
        ({"state": "XX"}, "Escolha o estado"),
        ({"freight": ""}, "Escolha a forma de entrega"),
        ({"payment": "cheque"}, "Escolha a forma de pagamento"),
        ({"payment": "credit_card", "installments": "13"}, "Escolha de 1 a 12 parcelas"),
    ],
)
@pytest.mark.parametrize("path", ["/finalizar", "/finalizar/confirmar"])
async def test_a_wrong_entry_is_named_and_the_others_stay(
    shop: Any, buyer: Buyer, path: str, entered: dict[str, str], words: str
) -> None:
    await buyer.add(await shop.stocked("A", 3))
    answer = await buyer.post(path, {**_FORM, "card": _CARD, **entered})
    assert (answer.status, words in answer.body) == (422, True)
    assert 'value="Funcionários"' in answer.body
    assert await buyer.orders() == []


async def test_what_is_reviewed_is_what_is_bought(shop: Any, buyer: Buyer) -> None:
    product = await shop.stocked("A", 5, price="33.34", gross_weight_kg="1.200")
    await buyer.add(product, "3")
    await buyer.post("/carrinho", {f"quantity-{product}": "3", "coupon": "volta5"})
    more = {"gift": "1", "gift_message": "Parabéns!", "notes": "Deixar na portaria", "recipient": "Tomás"}
    entered = {**_FORM, **more, "payment": "credit_card", "installments": "7"}
    page = (await buyer.post("/finalizar", entered)).body
    [shown] = re.findall(r'data-field="total">R\$\s([0-9.,]+)<', page)
    assert (await buyer.buy(**entered)).status == 303
    [order] = await buyer.orders()
    assert order["total"].replace(".", ",") == shown
    # 100.02, less 5 %, freight 21.90 + 4 × 4.35, wrapping 10.00, and 2.99 % of it all.
    sums = ("subtotal", "discount", "shipping_cost", "surcharge", "total")
    assert [order[key] for key in sums] == ["100.02", "5.00", "39.30", "14.32", "148.64"]
    assert (order["coupon_code"], order["gift"]["message"]) == ("VOLTA5", "Parabéns!")
    assert (order["customer_notes"], order["shipping_address"]["recipient"]) == ("Deixar na portaria", "Tomás")
    assert len(order["payments"][0]["installments"]) == 7


@pytest.mark.parametrize(
    ("card", "status", "payment_status"),
    [
        (_CARD, "paid", "paid"),
        (entries.REFUSED_CARD, "cancelled", "refused"),
        (entries.REVIEWED_CARD, "payment_review", "in_review"),
    ],
)
@pytest.mark.parametrize("payment", ["credit_card", "debit_card"])
async def test_cards_are_paid_refused_or_reviewed(
    shop: Any, buyer: Buyer, payment: str, card: str, status: str, payment_status: str
) -> None:
    await buyer.add(await shop.stocked("A", 3))
    bought = await buyer.buy(card=card, payment=payment)
    [order] = await buyer.orders()
    assert (order["status"], order["payment_status"]) == (status, payment_status)
    assert order["payments"][0]["card_last4"] == card[-4:]
    page = (await buyer.get(bought.headers["Location"].partition(str(shop.store["id"]))[2])).body
    assert "recusado" in page if status == "cancelled" else "recusado" not in page
    # Nothing of the number is kept but its end.
    assert all("".join(card.split()) not in str(entry) for entry in await shop.journal("storefront"))


@pytest.mark.parametrize("card", ["", "1234", "4111 1111 1111 1112", "abcd"])
async def test_a_wrong_card_is_asked_for_again(shop: Any, buyer: Buyer, card: str) -> None:
    await buyer.add(await shop.stocked("A", 3))
    answer = await buyer.buy(card=card, payment="credit_card")
    assert (answer.status, "cartão inválido" in answer.body) == (422, True)
    assert await buyer.orders() == []


@pytest.mark.parametrize(
    ("entered", "kind", "taxpayer", "key", "value"),
    [
        ({"document": "11.222.333/0001-81", "ie": "0620000"}, "J", "contributor", "cnpj", "11222333000181"),
        ({"document": "11.222.333/0001-81", "ie": "isento"}, "J", "exempt", "ie", None),
        ({"document": "12abc34501de35"}, "J", "non_contributor", "cnpj", "12ABC34501DE35"),
        ({"document": "AB 123", "foreign": "1"}, "E", "non_contributor", "foreign_document", "AB 123"),
        ({"document": "52998224725"}, "F", "non_contributor", "cpf", "52998224725"),
    ],
)
async def test_who_buys_is_told_by_the_document(
    shop: Any, buyer: Buyer, entered: dict[str, str], kind: str, taxpayer: str, key: str, value: str | None
) -> None:
    await buyer.add(await shop.stocked("A", 3))
    assert (await buyer.buy(**entered, phone="3132165498")).status == 303
    customer = (await buyer.orders())[0]["customer"]
    assert (customer["person_type"], customer["icms_taxpayer"], customer[key]) == (kind, taxpayer, value)
    assert (customer["phone"], customer["mobile_phone"]) == ("+553132165498", None)


async def test_a_form_that_is_sent_twice_buys_once(shop: Any, buyer: Buyer) -> None:
    await buyer.add(await shop.stocked("A", 3))
    cookies = {c.key: c.value for c in shop.http.cookie_jar}
    page = (await buyer.get("/carrinho")).body
    form = {**_FORM, "csrf": buyer.csrf(page)}
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    shop.http.cookie_jar.clear()
    first = await buyer.post("/finalizar/confirmar", form, headers=headers)
    shop.http.cookie_jar.clear()
    again = await buyer.post("/finalizar/confirmar", form, headers=headers)
    assert first.headers["Location"] == again.headers["Location"]
    assert len(await buyer.orders()) == 1


async def test_what_is_sold_out_meanwhile_is_not_sold(shop: Any, buyer: Buyer) -> None:
    product = await shop.stocked("A", 1)
    await buyer.add(product)
    await shop.order()
    for answer in (await buyer.post("/finalizar", _FORM), await buyer.buy()):
        assert (answer.status, "não está mais disponível" in answer.body) == (422, True)
    assert len(await buyer.orders()) == 1


async def test_an_order_is_shown_to_its_buyer_alone(shop: Any, buyer: Buyer) -> None:
    await buyer.add(await shop.stocked("A", 3))
    location = (await buyer.buy()).headers["Location"].partition(str(shop.store["id"]))[2]
    assert "Pix copia e cola" in (await buyer.get(location)).body
    shop.http.cookie_jar.clear()
    assert (await buyer.get(location)).status == 404


async def test_a_form_without_its_csrf_value_is_refused(shop: Any, buyer: Buyer) -> None:
    product = await shop.stocked("A", 3)
    await buyer.add(product)
    for path in (f"/produto/{product}", "/carrinho", "/finalizar", "/finalizar/confirmar"):
        answer = await buyer.post(path, {**_FORM, "csrf": "no"})
        assert (answer.status, "Acesso negado" in answer.body) == (403, True)


@pytest.mark.parametrize("status", ["suspended", "closed"])
async def test_a_shop_that_is_not_open_sells_nothing(shop: Any, buyer: Buyer, status: str) -> None:
    await buyer.add(await shop.stocked("A", 3))
    await shop.door("PATCH", f"/demo/stores/{shop.store['id']}", {"status": status})
    for path in ("", "/carrinho", "/finalizar"):
        assert (await buyer.get(path)).status == 503
    assert (await buyer.buy()).status == 503
    assert await buyer.orders() == []


async def test_no_shop_is_a_page_too(shop: Any) -> None:
    for path in ("/demo/loja/1", "/nowhere/loja/1", "/demo/loja/x", "/demo/loja"):
        answer = await shop.send("GET", f"{shop.origin}{path}")
        assert (answer.status, "Página não encontrada" in answer.body) == (404, True)


async def test_the_pages_of_a_search_lead_to_each_other(shop: Any, buyer: Buyer) -> None:
    for number in range(26):
        await shop.put(f"P-{number}", name=f"Copo & caneca {number}")
    await shop.put("OTHER", name="Prato")
    first = (await buyer.get("?q=copo+%26+caneca")).body
    [following] = re.findall(r'href="([^"]+)" rel="next"', first)
    second = await shop.send("GET", f"{shop.origin}{unescape(following)}")
    assert (first.count('class="picture"'), second.body.count('class="picture"')) == (24, 2)
    assert 'rel="prev"' in second.body and 'rel="next"' not in second.body
