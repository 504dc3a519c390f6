"""Nothing that a client sends makes the fake fail: every answer is HTTP 200 with an envelope, or below 500."""

from __future__ import annotations

import pytest

ODD_TEXTS = ["\x00", "\ud800", "९", "-1", "1e9", "9" * 5000, "' OR 1=1", "%", "𝟙", "<x>&amp;", "\r\n", "٣", "null"]


def form(**fields: str) -> bytes:
    """A form that may hold lone surrogates, as raw percent sequences."""
    quoted = ("".join(f"%{byte:02X}" for byte in value.encode("utf-8", "surrogatepass")) for value in fields.values())
    return "&".join(f"{name}={value}" for name, value in zip(fields, quoted, strict=True)).encode()


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("odd", ODD_TEXTS, ids=ascii)
@pytest.mark.parametrize("formato", ["json", "xml"])
async def test_odd_values_are_answered_with_an_envelope(erp, odd, formato):
    token = (await erp.world(products=2))["token"]
    for service, name in [
        ("produto.obter.php", "id"),
        ("produto.obter.estoque.php", "id"),
        ("produtos.pesquisa.php", "pagina"),
        ("produtos.pesquisa.php", "pesquisa"),
        ("produtos.pesquisa.php", "situacao"),
        ("produtos.pesquisa.php", "dataCriacao"),
        ("produtos.pesquisa.php", "idTag"),
    ]:
        body = form(token=token, formato=formato, **{name: odd})
        reply = await erp.send("POST", service, data=body, headers=FORM)
        assert reply.status == 200
        assert b"status_processamento" in reply.body
    assert len(await erp.journal()) == 7


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"\xff\xfe\x00token=\xff", "application/x-www-form-urlencoded"),
        (b"token=a", "application/x-www-form-urlencoded; charset=nonsense"),
        (b"&" * 5000, "application/x-www-form-urlencoded"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"--x\r\nbroken", "multipart/form-data"),
        (b'--x\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n\xff\r\n--x--', "multipart/form-data; boundary=x"),
        (b"{", "application/json"),
        (b"\x00" * 100, "application/octet-stream"),
        (b"x", "no type at all"),
    ],
)
async def test_odd_bodies_are_answered_as_a_call_without_known_token(erp, body, content_type):
    reply = await erp.send("POST", "info.php", data=body, headers={"Content-Type": content_type})
    assert reply.status == 200
    assert b"<status_processamento>1<" in reply.body


async def test_a_body_that_is_not_packed_as_it_says_is_a_bad_request(erp):
    reply = await erp.send("POST", "info.php", data=b"no gzip", headers={"Content-Encoding": "gzip"})
    assert reply.status == 400


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
async def test_other_methods_are_no_failure(erp, method):
    assert (await erp.send(method, "info.php")).status == 200


@pytest.mark.parametrize(("depth", "code"), [(500, 32), (508, 32), (509, 3), (5000, 3)])
async def test_a_document_may_be_as_deep_as_php_takes_it(erp, depth, code):
    """512 is PHP's own bound; four levels are the payload's own."""
    token = (await erp.world(products=0))["token"]
    deep = "[" * depth + "]" * depth
    payload = '{"expedicoes":[{"expedicao":{"id":' + deep + "}}]}"
    reply = await erp.call("expedicao.incluir.agrupamento.php", token, expedicoes=payload)
    assert f'"{code}"' in reply.body.decode() or f":{code}," in reply.body.decode()


async def test_the_door_explains_a_document_that_is_too_deep(erp):
    async with erp.session.post(
        f"{erp.door_address}/__fake__/worlds", data=b'{"name":' + b"[" * 600 + b"]" * 600 + b"}"
    ) as a:
        assert (a.status, (await a.json())["error"]) == (400, "the body is no JSON: nested more than 512 deep")
