"""The ERP's stock messages: whoever knows the secret address is let in, and what came is durable before 200."""

import asyncio
import gzip

import pytest
import sqlalchemy as sa

from connector.store.engine import make_engine
from connector.store.tables import inbox

MESSAGE = '{"cnpj": "12345678000195", "dados": {"saldo": 4, "nome": "Calção"}}'
LIMIT = 256 * 1024


@pytest.fixture
async def door(installed):
    return installed.product.env.door_url(await installed.store())


@pytest.fixture
def ask(installed, door):
    async def send(method="POST", body=None, *, address=None, **headers):
        async with installed.http.request(method, address or door, data=body, headers=headers) as answer:
            return answer.status

    return send


def bodies(stage):
    """What is in the database file, as another program sees it."""
    engine = make_engine(stage.database_url, writes=False)
    with engine.connect() as c:
        found = list(c.scalars(sa.select(inbox.c.body).where(inbox.c.source == "erp").order_by(inbox.c.id)))
    engine.dispose()
    return found


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
async def test_the_erps_trial_of_the_address_succeeds_and_keeps_nothing(installed, ask, method):
    assert await ask(method) == 200
    assert bodies(installed) == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
async def test_an_unknown_address_is_not_found(ask, door, method):
    assert await ask(method, address=door[:-1] + ("A" if door[-1] != "A" else "B")) == 404


async def test_a_message_is_in_the_database_once_it_is_answered(installed, ask):
    assert await ask(body=MESSAGE.encode()) == 200
    assert bodies(installed) == [MESSAGE]


async def test_the_same_bytes_twice_are_two_messages(installed, ask):
    assert [await ask(body=MESSAGE.encode()) for _ in range(2)] == [200, 200]
    assert bodies(installed) == [MESSAGE] * 2


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe\x00", b"null", b"a=1&b=2"])
async def test_what_cannot_be_read_is_kept_all_the_same(installed, ask, body):
    assert await ask(body=body) == 200
    assert len(bodies(installed)) == 1


async def test_a_packed_message_is_kept_unpacked(installed, ask):
    assert await ask(body=gzip.compress(MESSAGE.encode()), **{"Content-Encoding": "gzip"}) == 200
    assert bodies(installed) == [MESSAGE]


async def test_a_message_in_pieces_is_kept_whole(installed, door):
    async def pieces():
        for byte in MESSAGE.encode():
            yield bytes([byte])
            await asyncio.sleep(0)

    async with installed.http.post(door, data=pieces()) as answer:
        assert answer.status == 200
    assert bodies(installed) == [MESSAGE]


async def test_a_large_message_is_kept_whole(installed, ask):
    assert await ask(body=b"x" * LIMIT) == 200
    assert [len(body) for body in bodies(installed)] == [LIMIT]


@pytest.mark.parametrize("body", [b"x" * (LIMIT + 1), b"x" * (3 * LIMIT)])
async def test_an_oversized_message_is_refused(installed, ask, body):
    assert await ask(body=body) == 413
    assert bodies(installed) == []


async def test_a_packed_message_that_unfolds_beyond_measure_is_refused(installed, ask):
    assert await ask(body=gzip.compress(b" " * 50_000_000, compresslevel=1), **{"Content-Encoding": "gzip"}) == 413
    assert bodies(installed) == []


async def test_a_body_that_is_not_packed_as_it_says_is_refused(installed, ask):
    assert await ask(body=MESSAGE.encode(), **{"Content-Encoding": "gzip"}) == 400
    assert bodies(installed) == []


async def test_a_message_cut_off_on_the_way_is_not_kept(installed, door, ask):
    path = door.removeprefix(installed.url)
    _, writer = await asyncio.open_connection("127.0.0.1", installed.port)
    writer.write(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{{".encode())
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert await ask(body=MESSAGE.encode()) == 200
    assert bodies(installed) == [MESSAGE]


async def test_many_messages_at_once_are_all_kept(installed, ask):
    answers = await asyncio.gather(*(ask(body=f'{{"n": {n}}}'.encode()) for n in range(100)))
    assert set(answers) == {200}
    assert sorted(bodies(installed)) == sorted(f'{{"n": {n}}}' for n in range(100))


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_other_methods_are_refused(ask, method):
    assert await ask(method, MESSAGE.encode()) == 405
