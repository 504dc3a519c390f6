"""Orders on the merchant's page: counted, told with their reason, tried again when somebody asks for it."""

from datetime import timedelta

import pytest

from connector import texts
from connector.app import FEATURES
from connector.core.reasons import Reason
from connector.store import sales, stores, work
from connector.store.work import DEAD, PARKED, Priority

ERP = {"products": 2, "variations_share": 0.0, "plan": "potencializar"}
# Neutral names of the ERP's situations, and the shop's statuses (webstore-api §10.1).
SITUATIONS = [
    *("open", "approved", "preparing", "invoiced", "ready", "shipped", "delivered", "not_delivered", "cancelled"),
    "incomplete",
]
STATUSES = [
    *("awaiting_payment", "payment_review", "paid", "preparing", "invoiced", "ready_to_ship", "shipped", "delivered"),
    *("not_delivered", "cancelled"),
]
NASTY = "<script>alert('x')</script>"


@pytest.fixture
async def selling(stage):
    """A connected store with two products on both sides."""
    opened = await stage(erp=ERP)
    await opened.connect()
    await opened.until_pulled()
    return opened


@pytest.fixture
async def at_page(selling):
    """The merchant at the connector's page."""
    merchant = selling.merchant()
    await merchant.log_in()
    await merchant.open_connector()
    return merchant


@pytest.fixture
def place(selling):
    """The checkout of the shop."""

    async def order(**given):
        placed = await selling.shop_door.send(
            "POST", f"/stores/{selling.store_id()}/orders", {"payment": "pix", **given}
        )
        return placed["orders"][0]

    return order


@pytest.fixture
def until(selling):
    """Wait until the connector has brought an order to a state, or to a reason."""

    async def wait(order, state, reason=None):
        async def reached():
            sale = await selling.product.env.db.read(sales.by_order, selling.store_id(), order["id"])
            return sale is not None and (sale.state, sale.reason) == (state, reason)

        await selling.until(reached, f"order {order['number']} is {state}")

    return wait


@pytest.fixture
def until_idle(selling):
    """Wait until nothing is under way or due."""

    async def wait():
        async def reached():
            now = selling.clock.now()
            return not await selling.product.env.db.read(work.pending, selling.store_id(), now)

        await selling.until(reached, "an idle connector")

    return wait


async def only_in_shop(selling, code):
    product = {"code": code, "name": "Só na loja", "price": "10.00", "stock": 5}
    await selling.shop_door.send("POST", f"/stores/{selling.store_id()}/products", product)
    return [{"code": code, "quantity": 1}]


def section(page, name):
    """A section of a page, as text between its tags."""
    return page.split(f'<section id="{name}"')[1].split("</section>")[0]


async def shown(merchant):
    await merchant.go(merchant.address.partition("?")[0])
    return section(merchant.page, "orders")


async def test_a_store_without_orders_says_so(at_page):
    assert "Nenhum pedido ainda." in section(at_page.page, "orders")


async def test_an_order_in_the_erp_is_shown_with_both_numbers(selling, at_page, place, until):
    order = await place()
    await until(order, sales.SENT)
    [kept] = (await selling.erp_door.get("/orders"))["orders"]
    told = await shown(at_page)
    assert "<strong>1</strong> enviado ao ERP" in told
    assert f'data-order="{order["number"]}"' in told
    assert f'data-field="erp_number">{kept["numero"]}<' in told


async def test_a_held_order_names_the_codes_and_what_to_do_and_nothing_tells_of_it_twice(
    selling, at_page, place, until
):
    order = await place(items=await only_in_shop(selling, NASTY[:20]))
    await until(order, sales.HELD, Reason.ORDER_UNKNOWN_CODE)
    told = await shown(at_page)
    assert "<strong>1</strong> retido" in told
    assert texts.reason(Reason.ORDER_UNKNOWN_CODE) in told
    assert "Códigos: &lt;script&gt;" in told
    assert NASTY[:20] not in at_page.page
    assert at_page.page.count(texts.reason(Reason.ORDER_UNKNOWN_CODE)) == 1
    assert "<h2>Parado</h2>" not in at_page.page


async def test_an_order_that_the_erp_refused_is_sent_when_the_merchant_asks_again(selling, at_page, place, until):
    # Nothing is left of such a name after the ERP's alphabet, and the ERP takes no customer without one.
    order = await place(customer={"kind": "F", "name": "🎉🎉", "cpf": "52998224725", "email": "rita@example.com"})
    await until(order, sales.HELD, Reason.ORDER_REFUSED)
    told = await shown(at_page)
    assert texts.reason(Reason.ORDER_REFUSED) in told
    assert "Resposta do ERP: O nome do cliente deve ser informado (código 31)" in told
    # Corrected in the shop, but the shop's message about it is lost.
    await selling.shop_door.send("POST", "/webhooks/faults", {"what": "drop", "first": 1, "calls": 1000})
    path = f"/stores/{selling.store_id()}/orders/{order['id']}"
    await selling.shop_door.send("PATCH", path, {"customer": {"name": "Rita Amaral"}})
    await at_page.submit_to(f"/pedidos/{order['id']}/tentar")
    assert (at_page.status, "O pedido voltou para a fila." in at_page.page) == (200, True)
    await until(order, sales.SENT)
    assert "Tentar de novo" not in await shown(at_page)
    assert len((await selling.erp_door.get("/orders"))["orders"]) == 1


async def test_an_order_in_doubt_is_shown_as_being_checked_and_cannot_be_sent_again(selling, at_page, place, until):
    await selling.erp_door.send("POST", "/faults", {"call": "pedido.incluir.php", "what": "answer_lost"})
    order = await place()
    await until(order, sales.SENDING, Reason.ORDER_IN_DOUBT)
    told = await shown(at_page)
    assert "<strong>1</strong> em conferência" in told
    assert texts.reason(Reason.ORDER_IN_DOUBT) in told
    assert "Tentar de novo" not in told


async def test_a_conflict_is_told_in_the_words_of_both_sides(selling, at_page, place, until):
    order = await place()
    await until(order, sales.SENT)
    [kept] = (await selling.erp_door.get("/orders"))["orders"]
    await selling.erp_door.send("POST", f"/orders/{kept['id']}/situation", {"situacao": "enviado"})
    path = f"/stores/{selling.store_id()}/orders/{order['id']}/cancel"
    await selling.shop_door.send("POST", path, {"reason": "customer"})
    await until(order, sales.SENT, Reason.ORDER_CONFLICT)
    told = await shown(at_page)
    assert "Divergente" in told
    assert "Na loja: Cancelado. No ERP: Enviado." in told
    assert f"no ERP: {kept['numero']}<" in told
    assert "Últimos enviados" not in told


async def test_an_order_that_is_not_paid_is_counted_apart_from_one_that_waits_for_the_erp(
    selling, at_page, place, until, until_idle
):
    unpaid, waiting = [await place(payment="boleto", status="awaiting_payment") for _ in range(2)]
    await until(unpaid, sales.READY)
    await until(waiting, sales.READY)
    await until_idle()
    told = await shown(at_page)
    assert "<strong>2</strong> aguardando pagamento" in told
    assert "aguardando envio" not in told
    await selling.erp_door.send("PATCH", "", {"blocked": True})
    await selling.shop_door.send("POST", f"/stores/{selling.store_id()}/orders/{waiting['id']}/pay", {})

    async def is_parked():
        rows = await selling.product.env.db.read(sales.stopped_beside, selling.store_id())
        return [row.key for row in rows if row.kind == "order"] == [str(waiting["id"])]

    await selling.until(is_parked, "the order's parking")
    await until_idle()
    told = await shown(at_page)
    assert "<strong>1</strong> aguardando pagamento" in told
    assert "<strong>1</strong> aguardando envio" in told
    assert f"Pedido {waiting['number']}" in at_page.page


async def test_what_waits_is_told_in_words(selling, at_page, until_idle):
    await until_idle()
    await at_page.go(at_page.address)
    assert "Nada na fila." in section(at_page.page, "connection")
    now, number = selling.clock.now(), selling.store_id()

    def put_back(c):
        work.enqueue(c, number, "order", now, priority=Priority.ORDERS, key="1")
        (job,) = work.claim(c, number, {int(Priority.ORDERS): 1}, now, now - now)
        work.later(c, job, now + timedelta(days=1), "erp_unreachable", "", count=True)

    await selling.product.env.db.write(put_back)
    await at_page.go(at_page.address)
    assert "Na fila: 1 pedido." in section(at_page.page, "connection")


@pytest.mark.parametrize("token", [None, "", "0" * 64])
async def test_a_form_that_is_not_from_the_page_tries_nothing(installed, link, token):
    async with installed.http.get(link(), allow_redirects=False) as entered:
        cookie = {"Cookie": f"conector={entered.cookies['conector'].value}"}
    address = f"{installed.url}/app/{installed.store_id()}/pedidos/1/tentar"
    fields = {} if token is None else {"form_token": token}
    async with installed.http.post(address, data=fields, headers=cookie, allow_redirects=False) as answer:
        assert answer.status == 403


@pytest.fixture
def ask(installed, page):
    """Send the form for an order whether the page shows it or not; what is queued for it then."""

    async def send(order_id):
        token = page.page.split('name="form_token" value="')[1].split('"')[0]
        page.page = f'<form action="/app/{installed.store_id()}/pedidos/{order_id}/tentar" method="post">'
        page.page += f'<input type="hidden" name="form_token" value="{token}"></form>'
        await page.submit_to("/tentar")
        return page

    return send


@pytest.mark.parametrize("state", [None, sales.READY, sales.SENDING, sales.SENT, sales.DROPPED])
async def test_only_an_order_that_stands_still_is_tried_again(installed, ask, state):
    number, now = installed.store_id(), installed.clock.now()

    def make(c):
        if state is not None:
            sales.know(c, number, 55, "1001", now)
            sales.change(c, number, 55, state=state)

    await installed.product.env.db.write(make)
    page = await ask(55)
    assert (page.status, "voltou para a fila" in page.page) == (200, False)


async def test_another_stores_order_is_not_tried_again(installed, ask):
    number, now = installed.store_id() + 1, installed.clock.now()

    def make(c):
        stores.install(c, number, api_url="http://shop.example", bearer="b", door="d", door_mark="m", now=now)
        sales.know(c, number, 55, "1001", now)
        sales.change(c, number, 55, state=sales.HELD, reason="order_money")

    await installed.product.env.db.write(make)
    assert "voltou para a fila" not in (await ask(55)).page


async def test_an_order_that_was_given_up_is_shown_by_its_number_and_can_be_tried_again(installed, page):
    number, now = installed.store_id(), installed.clock.now()

    def bury(c):
        sales.know(c, number, 55, "1001", now)
        for key, state in (("55", DEAD), ("66", PARKED)):
            work.enqueue(c, number, "order", now, priority=Priority.ORDERS, key=key)
            (job,) = work.claim(c, number, {int(Priority.ORDERS): 1}, now, now - now)
            work.stop(c, job, state, "internal", "")

    await installed.product.env.db.write(bury)
    await page.go(page.address)
    assert "Pedido 1001" in page.page
    assert "Pedido 66" in page.page
    assert page.page.count("Tentar de novo") == 2
    await page.submit_to("/parado/tentar")
    assert "O que estava parado voltou para a fila." in page.page
    assert "Tentar de novo" not in page.page


async def test_words_of_the_erp_are_shown_as_text(installed, page):
    number, now = installed.store_id(), installed.clock.now()

    def hold(c):
        sales.know(c, number, 55, NASTY, now)
        sales.change(c, number, 55, state=sales.HELD, reason="order_refused", detail=f"31: {NASTY} {{0}}")
        sales.know(c, number, 56, "1002", now)
        sales.change(c, number, 56, state=sales.SENT, erp_id="7", erp_number=NASTY, tracking=NASTY)

    await installed.product.env.db.write(hold)
    await page.go(page.address)
    assert NASTY not in page.page
    assert "{0} (código 31)" in page.page


async def test_a_number_said_to_be_taken_is_no_verdict_before_the_searches(installed, page):
    number, now = installed.store_id(), installed.clock.now()

    def doubt(c):
        sales.know(c, number, 55, "1001", now)
        sales.change(c, number, 55, state=sales.SENDING, reason="order_number_taken", detail="Registro em duplicidade")

    await installed.product.env.db.write(doubt)
    told = await shown(page)
    assert texts.reason(Reason.ORDER_IN_DOUBT) in told
    assert texts.reason(Reason.ORDER_NUMBER_TAKEN) not in told
    assert "Resposta do ERP: Registro em duplicidade" in told


@pytest.mark.parametrize(
    ("reason", "detail", "told"),
    [
        ("order_unknown_code", "A-1, B-2", "Códigos: A-1, B-2"),
        (
            "order_money",
            "1234.50 - 5.00 + 10.00 + 0.00 = 1239.50 ≠ 1239.49",
            "Produtos 1.234,50 − descontos 5,00 + frete 10,00 + acréscimos 0,00 = 1.239,50, "
            "mas o total do pedido é 1.239,49.",
        ),
        ("order_money", "parcelas 10.01 ≠ 10.00", "As parcelas somam 10,01, mas o total do pedido é 10,00."),
        ("order_refused", "31: CPF inválido", "Resposta do ERP: CPF inválido (código 31)"),
        ("order_refused", "O pedido", "Resposta do ERP: O pedido"),
        ("order_number_taken", "Registro em duplicidade", "Resposta do ERP: Registro em duplicidade"),
        ("order_in_doubt", "code 35: Erro\ninesperado", "Resposta do ERP: Erro\ninesperado (código 35)"),
        ("order_in_doubt", "interrupted", ""),
        (
            "order_conflict",
            "loja: awaiting_payment, ERP: not_delivered",
            "Na loja: Aguardando pagamento. No ERP: Não entregue.",
        ),
        (
            "order_conflict",
            "ERP 12, loja 15",
            "O conector o enviou como pedido 12 do ERP; na loja ele está ligado ao 15.",
        ),
        (
            "order_conflict",
            "ERP 12, loja ?",
            "O conector o enviou como pedido 12 do ERP; na loja ele está ligado a outro.",
        ),
        ("order_conflict", "algo novo", "algo novo"),
        ("order_refused", None, ""),
        (
            "shop_refused",
            "validation_failed: ncm: Eight digits.",
            "Resposta da loja: validation_failed: ncm: Eight digits.",
        ),
        ("level_refused", "not_found", "Resposta da loja: not_found"),
        ("erp_refused", "code 33: Registro duplicado", "Resposta do ERP: Registro duplicado (código 33)"),
        ("erp_refused", "no code: ", ""),
        ("gone", "A-1: no stock record", ""),
        ("erp_unreachable", "produto.obter.php: no answer in 30 s", ""),
        ("erp_contract", "HTTP 404: no such service", ""),
        ("internal", "KeyError", ""),
        ("message_unreadable", "no dados object", ""),
        ("body_too_deep", "more than 32 levels", ""),
        ("message_foreign", "empresa 1", "empresa 1"),
        ("unreadable_row", "7001: no name: at all", "Produto: 7001"),
        ("catalogue_brake", "12 + 3 / 40", "De 40 produtos: 12 seriam ocultados ou removidos, 3 mudariam de preço."),
        ("image_failed", "https://x.example/1.jpg: too_large", "https://x.example/1.jpg: tem mais de 10 MB"),
        ("image_failed", "https://x.example/1.jpg: failed", "https://x.example/1.jpg: failed"),
    ],
)
def test_what_is_behind_a_reason_is_said_in_portuguese(reason, detail, told):
    assert texts.detail(reason, detail) == told


@pytest.mark.parametrize(
    ("pending", "told"),
    [
        ({}, "Nada na fila."),
        ({"order": 2, "pull.product": 1}, "Na fila: 2 pedidos, 1 produto."),
        ({"report": 1}, "Na fila: 1 outra tarefa."),
        ({"report": 1, "messages": 1, "levels": 1}, "Na fila: 1 envio de estoque, 2 outras tarefas."),
    ],
)
def test_a_queue_is_counted_by_what_it_is_about(pending, told):
    assert texts.queue(pending) == told


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_sentence(reason):
    assert texts.reason(reason).endswith((".", ":"))


@pytest.mark.parametrize("reason", Reason)
def test_what_waits_for_a_person_is_not_said_to_go_on_by_itself(reason):
    told = texts.stopped(reason, "dead")
    # For a limit that is waited out and for a doubt there is no end, so that they are never given up.
    if reason not in (Reason.ERP_BUSY, Reason.SHOP_BUSY, Reason.ORDER_IN_DOUBT):
        assert not any(words in told for words in ("Tentaremos", "tentaremos", "está conferindo"))
    assert texts.stopped(reason, "parked") == texts.reason(reason)


@pytest.mark.parametrize("kind", FEATURES)
def test_every_kind_of_work_has_a_name(kind):
    assert texts.kind(kind) != kind


def test_every_status_and_situation_has_a_word_of_its_own():
    for situation in SITUATIONS:
        assert texts.situation(situation) != situation
    for status in STATUSES:
        assert status not in texts.detail("order_conflict", f"loja: {status}, ERP: open")
