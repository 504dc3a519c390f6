"""The merchant's pages, through plain forms (§4)."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest


async def settings(shop: Any) -> dict[str, Any]:
    return dict((await shop.call("GET", "/apps/erp/settings", shape="AppSettings")).body)


async def test_pages_lead_to_the_log_in_and_back(shop: Any) -> None:
    one = shop.merchant()
    sent = await one.get("/produtos?q=x")
    assert sent.status == 302
    assert sent.headers["Location"] == f"/demo/painel/entrar?voltar=/demo/painel/{one.about['id']}/produtos?q%3Dx"
    entered = await one.log_in(back=f"/demo/painel/{one.about['id']}/produtos?q=x")
    assert entered.headers["Location"] == f"/demo/painel/{one.about['id']}/produtos?q=x"


@pytest.mark.parametrize("back", ["https://mal.example/", "//mal.example", "/outra", "/demo/painel/301180"])
async def test_the_log_in_leads_nowhere_else(shop: Any, back: str) -> None:
    one = shop.merchant()
    assert (await one.log_in(back=back)).headers["Location"] == f"/demo/painel/{one.about['id']}"


async def test_a_wrong_password_is_refused_with_a_message(shop: Any) -> None:
    answer = await shop.merchant().log_in("errada")
    assert answer.status == 401
    assert "E-mail ou senha incorretos." in answer.body


async def test_a_form_without_the_csrf_field_is_403(merchant: Any) -> None:
    for path in ("/aplicativos/erp/configurar", "/aplicativos/erp/desinstalar"):
        answer = await merchant.post(path, {"registration": "existing", "token": "abc"}, csrf="errado")
        assert answer.status == 403
        assert "Acesso negado" in answer.body
    assert (await settings(merchant.shop))["erp_token"] is None


async def test_another_stores_panel_is_403_and_an_unknown_page_404(merchant: Any) -> None:
    other = merchant.shop.world["stores"][1]["id"]
    assert (await merchant.shop.send("GET", f"{merchant.panel}/{other}")).status == 403
    missing = await merchant.get("/nada")
    assert missing.status == 404
    assert "Página não encontrada" in missing.body


async def test_a_cookie_of_another_world_or_hand_is_worth_nothing(merchant: Any) -> None:
    merchant.shop.http.cookie_jar.clear()
    forged = {"Cookie": "webstore_painel=eyJzdG9yZSI6MzAxMTh9.abc"}
    answer = await merchant.shop.send("GET", merchant.home, headers=forged, allow_redirects=False)
    assert answer.status == 302


async def test_a_session_ends_after_twelve_hours(merchant: Any) -> None:
    await merchant.shop.advance(hours=12)
    assert (await merchant.get()).status == 200
    await merchant.shop.advance(seconds=1)
    assert (await merchant.get()).status == 302


async def test_logging_out_ends_the_session(merchant: Any) -> None:
    csrf = merchant.csrf_of((await merchant.get()).body)
    await merchant.shop.send("POST", f"{merchant.panel}/sair", data={"csrf": csrf}, allow_redirects=False)
    assert (await merchant.get()).status == 302


@pytest.mark.parametrize("token", ["", "   "])
async def test_an_empty_token_is_asked_for(merchant: Any, token: str) -> None:
    answer = await merchant.save(token)
    assert "Informe o token" in answer.body
    assert (await settings(merchant.shop))["registration"] is None


async def test_a_saved_token_is_trimmed_announced_and_shown_masked(merchant: Any, receiver: Any) -> None:
    shop = merchant.shop
    await shop.call("POST", "/webhooks", {"url": receiver.url, "events": ["app.configured"]})
    assert (await merchant.save("  token-do-erp-9876  ")).status == 303
    saved = await settings(shop)
    assert (saved["erp_token"], saved["registration"], saved["connection"]) == (
        "token-do-erp-9876",
        "existing",
        "not_connected",
    )
    page = (await merchant.get("/aplicativos/erp/configurar")).body
    assert "token-do-erp-9876" not in page
    assert "••••••••9876" in page
    await shop.door("POST", "/demo/webhooks/flush")
    assert [event["event"] for event in receiver.events] == ["app.configured"]
    assert receiver.events[0]["resource"]["id"] == "erp"
    assert b"token-do-erp" not in receiver.got[0][1]


async def test_the_page_shows_what_the_connector_reports(merchant: Any) -> None:
    await merchant.save("token-1-abcdef")
    report = {
        "connection": "token_rejected",
        "message": "O ERP recusou o token <b>.",
        "stock_webhook_url": "https://conector.example/estoque/x",
        "last_sync_at": "2026-08-03T12:00:00Z",
    }
    answer = await merchant.shop.call("PATCH", "/apps/erp/settings", report, shape="AppSettings")
    assert answer.status == 200
    page = (await merchant.get("/aplicativos/erp/configurar")).body
    for text in ("Token recusado", "O ERP recusou o token &lt;b&gt;.", "03/08/2026 09:00:00", "Copiar"):
        assert text in page
    assert "Notificações &gt; URL do webhook de estoque" in page
    assert 'value="https://conector.example/estoque/x"' in page
    fragment = (await merchant.get("/aplicativos/erp/situacao")).body
    assert fragment.startswith('<div id="situation"')


async def test_a_different_token_resets_the_connection_and_the_same_does_not(merchant: Any) -> None:
    await merchant.save("token-1-abcdef")
    await merchant.shop.call("PATCH", "/apps/erp/settings", {"connection": "connected", "message": "Conectado."})
    await merchant.save("token-1-abcdef")
    assert (await settings(merchant.shop))["connection"] == "connected"
    await merchant.save("token-2-abcdef")
    after = await settings(merchant.shop)
    assert (after["connection"], after["message"]) == ("not_connected", None)


@pytest.mark.parametrize(
    ("patch", "detail"),
    [
        ({"erp_token": "x"}, ("erp_token", "read_only_field")),
        ({"registration": "none"}, ("registration", "read_only_field")),
        ({"state": "x"}, ("state", "unknown_field")),
        ({"connection": "ok"}, ("connection", "not_allowed_value")),
        ({"message": "x" * 301}, ("message", "too_long")),
        ({"last_sync_at": "2026-08-03T12:00:00"}, ("last_sync_at", "invalid_format")),
        ({"last_sync_at": "2026-02-30T12:00:00Z"}, ("last_sync_at", "invalid_format")),
        ({"stock_webhook_url": "x"}, ("stock_webhook_url", "invalid_format")),
    ],
)
async def test_the_app_may_report_four_things_only(shop: Any, patch: dict[str, Any], detail: tuple[str, str]) -> None:
    answer = await shop.call("PATCH", "/apps/erp/settings", patch)
    assert (answer.status, answer.details) == (422, {detail})


async def test_without_an_account_a_sign_up_link_is_shown_and_nothing_saved(merchant: Any) -> None:
    answer = await merchant.save("token-x", registration="none")
    assert "fazer cadastro no ERP" in answer.body
    assert (await settings(merchant.shop))["registration"] is None


async def test_uninstalling_revokes_the_token_and_sends_a_last_event(merchant: Any, receiver: Any) -> None:
    shop = merchant.shop
    await shop.call("POST", "/webhooks", {"url": receiver.url, "events": ["app.uninstalled", "product.created"]})
    await merchant.save("token-1-abcdef")
    await merchant.post("/aplicativos/erp/desinstalar", {})
    assert (await shop.call("GET", "")).code == "token_revoked"
    await shop.door("POST", "/demo/webhooks/flush")
    assert [event["event"] for event in receiver.events] == ["app.uninstalled"]
    page = (await merchant.get("/aplicativos")).body
    assert "Instalar" in page
    assert "Configurar</a>" not in page
    about = (await shop.door("GET", f"/demo/stores/{shop.store['id']}/settings?secrets=1")).body
    assert about["erp_token"] is None


async def test_the_connectors_page_is_opened_by_a_signed_link(merchant: Any) -> None:
    answer = await merchant.get("/aplicativos/erp/abrir")
    query = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
    assert answer.headers["Location"].startswith("http://127.0.0.1:1/home?store_id=")
    assert query["expires"] == str(1785754800 + 60)
    message = f"{query['store_id']}.{query['expires']}".encode()
    secret = merchant.shop.world["client_secret"].encode()
    assert query["signature"] == hmac.new(secret, message, hashlib.sha256).hexdigest()


async def test_a_product_page_shows_the_fifteen_fields(merchant: Any) -> None:
    await merchant.shop.put(
        "CAF%2F1",
        name="Café torrado",
        price="1234.50",
        description_html="<p>Moído <b>na hora</b>.</p>",
        gtin="7891000315507",
        unit="KG",
        ncm="09012100",
        net_weight_kg="0.500",
        gross_weight_kg="0.550",
        package={"height_cm": "4.0", "width_cm": "12.25", "length_cm": "30.0"},
        related={"warranty": "3 meses", "product_codes": ["OUTRO"]},
    )
    product = (await merchant.shop.call("GET", "/products/by-code/CAF%2F1")).body["id"]
    await merchant.shop.call(
        "PUT", f"/products/{product}/images", [{"source_url": "https://imagens.exemplo.com.br/1.jpg"}]
    )
    await merchant.shop.call("PUT", f"/products/{product}/stock", {"quantity": 1234.5})
    page = (await merchant.get(f"/produtos/{product}")).body.replace("\xa0", " ")
    labels = (
        *("Código", "Nome", "Estoque atual", "Descrição complementar", "GTIN", "Unidade", "NCM", "Preço"),
        *("Peso líquido", "Peso bruto", "Altura da embalagem", "Largura da embalagem", "Comprimento da embalagem"),
        *("Anexos", "Informações relacionadas"),
    )
    values = (
        *("CAF/1", "Café torrado", "1.234,5", "<p>Moído <b>na hora</b>.</p>", "7891000315507", "KG", "0901.21.00"),
        *("R$ 1.234,50", "0,500 kg", "0,550 kg", "4,0 cm", "12,25 cm", "30,0 cm"),
        *("https://imagens.exemplo.com.br/1.jpg", "3 meses", "OUTRO", "03/08/2026 08:00:00"),
    )
    assert [text for text in (*labels, *values) if text not in page] == []


async def test_names_are_escaped_wherever_they_are_shown(merchant: Any) -> None:
    product = (await merchant.shop.put("%3Cb%3E", name="<script>alert(1)</script>")).body["id"]
    for path in ("/produtos", f"/produtos/{product}", "/produtos?q=%3Cscript%3E"):
        page = (await merchant.get(path)).body
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


async def test_products_are_searched_and_paged(empty_shop: Any) -> None:
    await empty_shop.create(stores=[{"installed": True, "products": 30}], bucket=False)
    one = empty_shop.merchant()
    await one.log_in()
    first = (await one.get("/produtos")).body
    assert "30 produtos" in first
    assert "Página 1 de 2" in first
    assert first.count("<tr>") == 1 + 25
    assert (await one.get("/produtos?pagina=2")).body.count("<tr>") == 1 + 5
    assert "Nenhum produto encontrado" in (await one.get("/produtos?q=zzzz")).body


async def test_the_merchant_restores_a_deleted_product(merchant: Any) -> None:
    product = (await merchant.shop.put("A")).body["id"]
    await merchant.shop.call("DELETE", f"/products/{product}")
    assert "Produto excluído" in (await merchant.get(f"/produtos/{product}")).body
    await merchant.post(f"/produtos/{product}/restaurar", {})
    assert (await merchant.shop.call("GET", f"/products/{product}")).status == 200


async def test_panel_posts_are_in_the_journal_without_secrets(merchant: Any) -> None:
    await merchant.save("token-do-erp-9876")
    entries = await merchant.shop.journal("panel")
    assert [entry["path"].rpartition("/")[2] for entry in entries] == ["entrar", "configurar"]
    text = str(entries)
    assert merchant.about["password"] not in text
    assert "token-do-erp" not in text


async def test_pages_may_load_nothing_from_elsewhere(merchant: Any) -> None:
    page = await merchant.get("/aplicativos/erp/configurar")
    assert page.headers["Content-Security-Policy"].startswith("default-src 'self'")
    for name in re.findall(r'(?:src|href)="(/demo/painel/estatico/[^"]+)"', page.body):
        assert (await merchant.shop.send("GET", f"{merchant.shop.origin}{name}")).status == 200


async def test_the_merchant_edits_a_product_in_the_shop(merchant: Any) -> None:
    shop = merchant.shop
    product = (await shop.put("A", promotional_price="5.00")).body["id"]
    path = f"/produtos/{product}"
    saved = await merchant.post(path, {"name": " Caneca azul ", "price": "1.234,5", "description_html": "<p>Nova</p>"})
    assert (saved.status, saved.headers["Location"].endswith(f"{path}?salvo=1")) == (303, True)
    assert "Produto salvo." in (await merchant.get(f"{path}?salvo=1")).body
    shown = (await shop.call("GET", path.replace("produtos", "products"))).body
    assert (shown["name"], shown["price"], shown["description_html"]) == ("Caneca azul", "1234.50", "<p>Nova</p>")
    for form, said in (
        ({"name": "", "price": "1"}, "Nome inválido"),
        ({"name": "x" * 201, "price": "1"}, "Nome inválido"),
        ({"name": "Caneca", "price": "de graça"}, "Preço inválido"),
        ({"name": "Caneca", "price": "0,00"}, "Preço inválido"),
        ({"name": "Caneca", "price": "1.5.0"}, "Preço inválido"),
        ({"name": "Caneca", "price": "4,99"}, "maior que o preço promocional"),
        ({"name": "Caneca", "price": "9", "description_html": "x" * 70_000}, "Descrição longa demais"),
    ):
        refused = await merchant.post(path, form)
        assert (refused.status, said in refused.body) == (422, True), form
        assert f'value="{form["name"]}"' in refused.body
    assert (await shop.call("GET", f"/products/{product}")).body["version"] == shown["version"]
    assert (await merchant.post(path, {"name": "x", "price": "1"}, csrf="errado")).status == 403


async def test_the_merchant_removes_a_product_and_no_sync_brings_it_back(merchant: Any) -> None:
    shop = merchant.shop
    product = (await shop.put("A")).body["id"]
    assert (await merchant.post(f"/produtos/{product}/excluir", {})).status == 303
    assert "Produto excluído" in (await merchant.get(f"/produtos/{product}")).body
    assert (await shop.put("A")).code == "product_deleted"
    for path in ("", "/excluir"):
        assert (await merchant.post(f"/produtos/{product}{path}", {"name": "x", "price": "1"})).status == 404
