"""The merchant's page: who may see it, what it saves, and what it shows."""

import pytest

from connector.core.catalogue import Kind, Listing
from connector.core.fifteen import SWITCHABLE, Lock
from connector.core.reasons import Reason
from connector.store import alarms, inbox, items, locks, pulls, stopped, work
from connector.store.stopped import Which
from connector.store.work import DEAD, PARKED, Priority
from scenarios.runner.stage import Stage

# What a browser sends of a form that nobody has touched: `merchant` knows the hidden fields alone.
DEFAULTS = {
    "integrator_id": "",
    "depot": "",
    "stock_mode": "physical",
    "overwrite_customer": "sim",
    "erp_notifies": "nao",
    "inactive_action": "keep",
    "excluded_action": "keep",
    "brake_percent": "20",
    "locks": "",
}
NASTY = "<script>alert('x')</script>"


@pytest.fixture
def visit(installed):
    """Open an address as a stranger without cookies."""

    async def go(address, **cookies):
        cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())} if cookies else {}
        async with installed.http.get(address, headers=cookie, allow_redirects=False) as answer:
            return answer.status, await answer.text(), answer

    return go


def token_in(page):
    return page.split('name="form_token" value="')[1].split('"')[0]


async def store_form(page, **values):
    await page.submit_to("configuracoes", **{**DEFAULTS, **values})


async def test_the_panels_link_opens_the_page(page, installed):
    assert page.address == f"{installed.url}/app/{installed.store_id()}"
    assert "Conector ERP" in page.page


async def test_a_good_link_gives_a_cookie_that_scripts_cannot_read(visit, link, installed):
    status, _, answer = await visit(link())
    assert (status, answer.headers["Location"]) == (302, f"/app/{installed.store_id()}")
    cookie = answer.cookies["conector"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/app")


@pytest.mark.parametrize("expires_in", [-1, -3600, 130])
async def test_a_link_that_expired_or_lasts_too_long_is_refused(visit, link, expires_in):
    status, text, answer = await visit(link(expires_in=expires_in))
    assert (status, "conector" in answer.cookies) == (403, False)
    assert "Este link expirou" in text


@pytest.mark.parametrize(
    "altered",
    [
        {"store_id": 1},
        {"expires": 9999999999},
        {"signature": ""},
        {"signature": "0" * 64},
        {"signature": "é"},
        {"expires": "x"},
        {"store_id": ""},
    ],
)
async def test_an_altered_link_is_refused(visit, link, altered):
    assert (await visit(link(**altered)))[0] == 403


async def test_a_link_signed_with_another_secret_is_refused(visit, link):
    assert (await visit(link(secret="another")))[0] == 403


async def test_without_the_link_the_page_is_closed(visit, installed):
    status, text, _ = await visit(f"{installed.url}/app/{installed.store_id()}")
    assert status == 403
    assert "Abra esta página pelo painel da loja" in text


async def test_a_forged_cookie_is_refused(visit, installed):
    number = installed.store_id()
    for cookie in (f"{number}.9999999999.{'0' * 64}", f"{number}.9999999999", "...", "x", f"{number}"):
        assert (await visit(f"{installed.url}/app/{number}", conector=cookie))[0] == 403


async def test_the_page_of_another_store_is_closed(visit, link, installed):
    _, _, answer = await visit(link())
    cookie = answer.cookies["conector"].value
    own = f"{installed.url}/app/{installed.store_id()}"
    assert (await visit(own, conector=cookie))[0] == 200
    assert (await visit(f"{installed.url}/app/{installed.store_id() + 1}", conector=cookie))[0] == 403


async def test_a_store_that_is_not_installed_has_no_page(visit, link, installed):
    _, _, answer = await visit(link(store=424242))
    status, text, _ = await visit(f"{installed.url}/app/424242", conector=answer.cookies["conector"].value)
    assert status == 404
    assert "não está instalado" in text


@pytest.mark.parametrize("form", ["configuracoes", "sincronizar"])
@pytest.mark.parametrize("token", [None, "", "0" * 64, "ç"])
async def test_a_form_that_is_not_from_the_page_is_refused(installed, link, visit, form, token):
    _, _, entered = await visit(link())
    cookie = {"Cookie": f"conector={entered.cookies['conector'].value}"}
    fields = {"stock_mode": "available", **({} if token is None else {"form_token": token})}
    address = f"{installed.url}/app/{installed.store_id()}/{form}"
    async with installed.http.post(address, data=fields, headers=cookie, allow_redirects=False) as answer:
        assert (answer.status, "O formulário expirou" in await answer.text()) == (403, True)
    assert (await installed.store()).stock_mode == "physical"


async def test_settings_are_saved_and_said_to_be(installed, page):
    await store_form(page, integrator_id=" 12345 ", depot=" Geral ", stock_mode="available")
    assert page.status == 200
    assert "Configurações salvas." in page.page
    store = await installed.store()
    assert (store.integrator_id, store.depot, store.stock_mode) == ("12345", "Geral", "available")
    assert 'value="12345"' in page.page
    assert 'value="Geral"' in page.page


async def test_what_becomes_of_orders_and_products_is_saved_too(installed, page):
    wanted = {
        "overwrite_customer": "nao",
        "nature": "Venda de mercadorias",
        "contributor_nature": "Venda a contribuinte",
        "erp_notifies": "sim",
        "inactive_action": "hide",
        "excluded_action": "remove",
        "brake_percent": "35",
    }
    await store_form(page, **wanted)
    store = await installed.store()
    assert (store.overwrite_customer, store.erp_notifies, store.brake_percent) == (False, True, 35)
    assert (store.nature, store.contributor_nature) == ("Venda de mercadorias", "Venda a contribuinte")
    assert (store.inactive_action, store.excluded_action) == ("hide", "remove")
    assert 'value="Venda a contribuinte"' in page.page
    assert '<option value="hide" selected>' in page.page


async def test_locks_and_switched_off_fields_are_saved_and_shown_as_they_were_written(installed, page):
    locks_text = "CAN-01\n  A: B/2 : nome, Preço \n\nCAN-01: Estoque"
    await page.submit_to("configuracoes", **{**DEFAULTS, "locks": locks_text, "field_price": None})
    assert page.status == 200, page.page
    assert (await installed.store()).fields_off == ["price"]
    found = await installed.product.env.db.read(locks.everyone, installed.store_id())
    assert found == [Lock(code="A: B/2", fields=("name", "price")), Lock(code="CAN-01", fields=("stock",))]
    assert "A: B/2: Nome, Preço\nCAN-01: Estoque</textarea>" in page.page
    assert page.page.count("checked") == len(SWITCHABLE) - 1


async def test_a_pull_that_the_brake_stopped_waits_for_the_merchant(installed, page):
    merchant = installed.merchant()
    await merchant.log_in()
    await merchant.save_token(installed.erp.token)
    await installed.until_pulled()
    number, db = installed.store_id(), installed.product.env.db

    def stop(c):
        pull = pulls.begin(c, number, installed.clock.now())
        pulls.change(c, pull.id, stage=pulls.BRAKED, brake={"of": 300, "retired": 2, "repriced": 250})

    for button, sentence in (
        ("confirmar", "A sincronização continua."),
        ("descartar", "A sincronização foi descartada."),
    ):
        await db.write(stop)
        await page.go(f"{installed.url}/app/{number}")
        assert "De 300 produtos: 2 seriam ocultados ou removidos, 250 mudariam de preço." in page.page
        await page.submit_to(f"/sincronizacao/{button}")
        assert sentence in page.page
        assert 'id="brake"' not in page.page
        current = await db.read(pulls.current, number)
        if current is not None:
            await db.write(pulls.change, current.id, stage="done", finished_at=installed.clock.now())


async def test_the_secret_address_is_exchanged_and_the_old_one_stays_a_while(installed, page):
    old = installed.product.env.door_url(await installed.store())
    await page.submit_to("/endereco/trocar")
    assert "O endereço foi trocado. Cole o novo no ERP." in page.page
    assert old not in page.page
    assert "O endereço anterior ainda funciona até" in page.page
    new = installed.product.env.door_url(await installed.store())
    assert new in page.page
    for address in (old, new):
        async with installed.http.get(address) as answer:
            assert answer.status == 200


async def test_empty_settings_are_none(installed, page):
    await store_form(page, integrator_id="12345", depot="Geral")
    await store_form(page)
    store = await installed.store()
    assert (store.integrator_id, store.depot) == (None, None)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"integrator_id": "abc"}, "O identificador do integrador é um número."),
        ({"integrator_id": "1" * 19}, "O identificador do integrador é um número."),
        ({"integrator_id": "²"}, "O identificador do integrador é um número."),
        ({"depot": "x" * 121}, "O nome do depósito tem no máximo 120 letras, em uma só linha."),
        ({"depot": "a\0b"}, "O nome do depósito tem no máximo 120 letras, em uma só linha."),
        ({"stock_mode": "both"}, "Escolha o saldo físico ou o saldo disponível."),
        ({"stock_mode": ""}, "Escolha o saldo físico ou o saldo disponível."),
        ({"overwrite_customer": "talvez"}, "Escolha o que fazer com o cadastro."),
        ({"nature": "x" * 121}, "A natureza de operação tem no máximo 120 letras, em uma só linha."),
        ({"contributor_nature": "a\nb"}, "A natureza de operação para contribuintes tem no máximo 120 letras"),
        ({"erp_notifies": ""}, "Escolha quem avisa o comprador."),
        ({"inactive_action": "apagar"}, "Escolha deixar, ocultar ou remover."),
        ({"excluded_action": ""}, "Escolha deixar, ocultar ou remover."),
        ({"brake_percent": "-1"}, "O freio é uma porcentagem do catálogo: um número inteiro de 0 a 100."),
        ({"brake_percent": "101"}, "O freio é uma porcentagem do catálogo: um número inteiro de 0 a 100."),
        ({"locks": "x" * 61}, "não é um código de produto."),
        ({"locks": "A-1: Cor"}, "Campo desconhecido em “A-1: Cor”. Os campos são: Nome, Estoque,"),
        ({"brake_percent": "²"}, "O freio é uma porcentagem do catálogo: um número inteiro de 0 a 100."),
    ],
)
async def test_wrong_settings_are_explained_and_not_saved(installed, page, values, sentence):
    await store_form(page, **{"depot": "Geral", **values})
    assert page.status == 400
    assert sentence in page.page
    assert (await installed.store()).depot is None


async def test_what_else_was_typed_beside_a_mistake_is_still_there(installed, page):
    await store_form(page, depot="Geral", field_name="1", field_price="1")
    typed = {
        "integrator_id": "abc",
        "depot": NASTY,
        "stock_mode": "available",
        "overwrite_customer": "nao",
        "nature": "Venda",
        "contributor_nature": "Venda a contribuinte",
        "erp_notifies": "sim",
        "inactive_action": "hide",
        "excluded_action": "remove",
        "brake_percent": "35",
        "locks": "CAN-01\nCAN-02",
        "field_name": None,
        "field_stock": "1",
    }
    await page.submit_to("configuracoes", **typed)
    assert page.status == 400
    assert NASTY not in page.page
    wrong = page.page.split("aria-invalid")
    assert len(wrong) == 2
    assert wrong[0].endswith('name="integrator_id" ')
    assert wrong[1].startswith('="true" aria-describedby="error"')
    assert 'role="alert" id="error"' in page.page
    assert 'name="field_name" value="1" >' in page.page
    # The same form, mended where it was wrong and sent as the page has it now.
    await page.submit_to("configuracoes", integrator_id="12345")
    assert page.status == 200
    store = await installed.store()
    assert (store.integrator_id, store.depot, store.stock_mode) == ("12345", NASTY, "available")
    assert (store.overwrite_customer, store.erp_notifies, store.brake_percent) == (False, True, 35)
    assert (store.nature, store.contributor_nature) == ("Venda", "Venda a contribuinte")
    assert (store.inactive_action, store.excluded_action) == ("hide", "remove")
    assert {"name", "price", "stock"} - {*store.fields_off} == {"price", "stock"}
    found = await installed.product.env.db.read(locks.everyone, installed.store_id())
    assert [lock.code for lock in found] == ["CAN-01", "CAN-02"]


async def test_the_address_that_a_mistake_leaves_in_the_browser_leads_back_to_the_page(page):
    await store_form(page, brake_percent="many")
    assert page.address.endswith("/configuracoes")
    await page.go(page.address)
    assert (page.status, page.address.rpartition("/app/")[2].isdigit()) == (200, True)
    assert "Conector ERP" in page.page


async def test_beside_a_pull_under_way_only_its_own_outcomes_are_counted(installed, page):
    number, db = installed.store_id(), installed.product.env.db

    def list_in(c, *erp_ids):
        pull = pulls.begin(c, number, installed.clock.now())
        rows = [
            Listing(erp_id=one, code=f"A-{one}", name="Caneca", price=None, kind=Kind.SIMPLE, active=True)
            for one in erp_ids
        ]
        items.list_rows(c, number, pull.id, rows)
        return pull.id

    def first(c):
        pull_id = list_in(c, "1", "2", "3")
        for one in ("1", "2", "3"):
            items.change(c, number, one, outcome="unchanged", done_in=pull_id)
        pulls.change(c, pull_id, stage="done", finished_at=installed.clock.now())

    def second(c):
        pull_id = list_in(c, "1", "2", "3")
        pulls.change(c, pull_id, stage="products", total=3, done=1)
        items.change(c, number, "1", outcome="updated", done_in=pull_id)

    await db.write(first)
    await page.go(page.address)
    assert "<strong>3</strong> sem mudança" in page.page
    await db.write(second)
    await page.go(page.address)
    assert "1 de 3 produtos" in page.page
    assert "<strong>1</strong> atualizado" in page.page
    assert "sem mudança" not in page.page


async def test_one_is_told_as_one_and_nothing_is_not_counted(installed, page):
    number, db = installed.store_id(), installed.product.env.db
    begun = await db.write(pulls.begin, number, installed.clock.now())
    await page.go(page.address)
    assert "Lendo os produtos da loja…" in page.page
    assert "0 de 0" not in page.page

    def one_product(c):
        row = Listing(erp_id="1", code="A-1", name="Caneca", price=None, kind=Kind.SIMPLE, active=True)
        items.list_rows(c, number, begun.id, [row])
        items.change(c, number, "1", record_in=begun.id)
        pulls.change(c, begun.id, stage="products", total=1)

    await db.write(one_product)
    await page.go(page.address)
    assert "0 de 1 produto</strong> · falta 1 chamada ao ERP" in page.page


async def test_the_page_has_the_address_for_the_erp(installed, page):
    assert installed.product.env.door_url(await installed.store()) in page.page


async def test_the_page_names_every_field_of_the_erp_that_takes_the_address(page):
    told = page.page.split("Endereço do webhook")[1].split("</section>")[0]
    for field in (
        "URL do webhook de estoque",
        "URL para envio de alteração na situação de pedidos",
        "URL de rastreio",
    ):
        assert f"<strong>{field}</strong>" in told


async def test_synchronising_starts_one_pull_however_often_it_is_asked_for(installed, page):
    merchant = installed.merchant()
    await merchant.log_in()
    await merchant.save_token(installed.erp.token)
    await installed.until_pulled()
    await page.go(page.address)
    form_token = token_in(page.page)
    await page.submit_to("sincronizar")
    assert page.status == 200
    await installed.until_pulled(2)
    assert form_token == token_in(page.page)
    assert await installed.product.env.db.read(pulls.finished_count, installed.store_id()) == 2


async def test_a_store_that_is_not_connected_has_nothing_to_synchronise(installed, page):
    assert "Sincronizar agora" not in page.page
    assert "Nenhuma sincronização ainda." in page.page


async def test_names_of_products_and_depots_are_shown_as_text(installed, page):
    number = installed.store_id()

    def trouble(c):
        pull = pulls.begin(c, number, installed.clock.now())
        row = Listing(erp_id="1", code=NASTY, name=NASTY, price=None, kind=Kind.SIMPLE, active=True)
        items.list_rows(c, number, pull.id, [row])
        items.change(c, number, "1", outcome="failed", reason="shop_refused", detail=NASTY)

    await installed.product.env.db.write(trouble)
    await store_form(page, depot=f'">{NASTY}')
    await page.go(page.address)
    assert NASTY not in page.page
    assert page.page.count("&lt;script&gt;alert(") == 4


async def test_what_is_behind_a_reason_is_shown_unless_it_is_in_an_engineers_words(installed, page):
    number = installed.store_id()

    def trouble(c):
        pull = pulls.begin(c, number, installed.clock.now())
        rows = [
            Listing(erp_id=erp_id, code=f"A-{erp_id}", name="Caneca", price=None, kind=Kind.SIMPLE, active=True)
            for erp_id in ("1", "2")
        ]
        items.list_rows(c, number, pull.id, rows)
        items.change(c, number, "1", outcome="failed", reason="shop_refused", detail="validation_failed: ncm: Bad.")
        items.change(c, number, "2", outcome="failed", reason="internal", detail="KeyError")
        inbox.keep(c, number, inbox.ERP, "{", installed.clock.now())
        (kept,) = inbox.new_messages(c, number, 1)
        inbox.dealt_with(c, [(kept.id, "message_unreadable", "no dados object")])

    await installed.product.env.db.write(trouble)
    await page.go(page.address)
    assert "(Resposta da loja: validation_failed: ncm: Bad.)" in page.page
    assert "Erro interno do conector." in page.page
    assert "que o conector não consegue ler" in page.page
    assert "KeyError" not in page.page
    assert "no dados object" not in page.page


async def test_work_that_stands_still_is_shown_with_its_reason(installed, page):
    number, now = installed.store_id(), installed.clock.now()

    def park(c):
        work.enqueue(c, number, "levels", now, priority=Priority.SITUATIONS)
        (job,) = work.claim(c, number, {int(Priority.SITUATIONS): 1}, now, now - now)
        work.stop(c, job, PARKED, "shop_token_revoked", "")

    await installed.product.env.db.write(park)
    await page.go(page.address)
    assert "Envio de estoque" in page.page
    assert "A loja cancelou o acesso do aplicativo." in page.page


async def test_what_stands_still_is_done_again_one_by_one_or_all(installed, page):
    number, now = installed.store_id(), installed.clock.now()

    def bury(c):
        for key in ("1", "2", "3"):
            work.enqueue(c, number, "situation", now, priority=Priority.SITUATIONS, key=key)
        for job in work.claim(c, number, {int(Priority.SITUATIONS): 3}, now, now - now):
            work.stop(c, job, DEAD, "erp_trouble", "")

    async def stand_still():
        return len(await installed.product.env.db.read(stopped.listed, Which(store_id=number)))

    await installed.product.env.db.write(bury)
    await page.go(page.address)
    assert page.page.count("O ERP teve problemas durante três dias, e o conector parou de tentar.") == 3
    (first, *_) = await installed.product.env.db.read(stopped.listed, Which(store_id=number))
    await page.submit_to(f"/parado/{first.id}/tentar")
    assert "voltou para a fila" in page.page
    assert await stand_still() == 2
    await page.submit_to("/parado/tentar")
    assert await stand_still() == 0
    assert "Tentar tudo de novo" not in page.page


async def test_an_alarm_is_shown_until_somebody_has_seen_to_it(installed, page):
    number, now = installed.store_id(), installed.clock.now()
    for _ in range(2):
        await installed.product.env.db.write(
            alarms.sound, number, Reason.ORDER_CONFLICT, "5", "loja: cancelled, ERP: shipped", now
        )
    await page.go(page.address)
    told = page.page.split('id="alarms"')[1].split("</section>")[0]
    assert "Na loja: Cancelado. No ERP: Enviado." in told
    assert "2 vezes" in told
    await page.submit_to("/encerrar")
    assert "Aviso encerrado." in page.page
    assert 'id="alarms"' not in page.page


async def test_progress_alone_is_behind_the_same_door(installed: Stage, page, visit):
    address = f"{installed.url}/app/{installed.store_id()}/progresso"
    assert (await visit(address))[0] == 403
    await page.go(address)
    assert page.status == 200
    assert "<html" not in page.page
