"""The ERP's stock messages: whoever knows the secret address is let in, and what came is durable before 200."""

import asyncio
import gzip
from datetime import timedelta

import pytest
import sqlalchemy as sa

from connector.flows import door as door_flow
from connector.store import alarms, quarantine, stores
from connector.store.engine import make_engine
from connector.store.tables import inbox
from tests import full

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


@pytest.mark.parametrize(
    ("body", "encoding", "reason"),
    [
        (b"{", "", "body_unreadable"),
        (b"null", "", "body_unreadable"),
        (b"a=1&b=2", "", "body_unreadable"),
        (b"\xff\xfe\x00", "", "body_not_utf8"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "", "body_too_deep"),
        (b"[" * 100_000, "", "body_too_deep"),
        (b"dados=" + b"%5b" * 2000, "", "body_too_deep"),
        (b"x" * (LIMIT + 1), "", "body_too_large"),
        (b"x" * (3 * LIMIT), "", "body_too_large"),
        (gzip.compress(b" " * 5_000_000), "gzip", "body_too_large"),
        (b"\x1f\x8b broken", "gzip", "body_badly_packed"),
        (b"\x1b\x00\x00", "br", "body_badly_packed"),
    ],
)
async def test_what_cannot_be_read_is_put_aside_as_it_came_and_answered(installed, ask, body, encoding, reason):
    headers = {"Content-Encoding": encoding} if encoding else {}
    assert await ask(body=body, **headers) == 200
    assert bodies(installed) == []
    [bad] = await aside(installed)
    assert (bad.reason, bad.size) == (reason, len(body))
    store_id = installed.store_id()
    assert await installed.product.env.db.read(quarantine.body, store_id, bad.id) == body
    [alarm] = await installed.product.env.db.read(alarms.open_ones, store_id)
    assert alarm.reason == reason


async def aside(stage):
    return await stage.product.env.db.read(quarantine.latest, stage.store_id())


async def test_a_message_that_is_not_packed_as_it_says_is_read_as_it_is(installed, ask):
    assert await ask(body=MESSAGE.encode(), **{"Content-Encoding": "gzip"}) == 200
    assert (bodies(installed), await aside(installed)) == ([MESSAGE], [])


async def test_deep_brackets_within_a_text_are_no_depth(installed, ask):
    message = '{"dados": {"sku": "' + "[" * 500 + '\\""}}'
    assert await ask(body=message.encode()) == 200
    assert bodies(installed) == [message]


async def test_a_tracking_message_is_answered_with_its_number(installed, door):
    message = {"tipo": "rastreio", "dados": {"idEntregaEcommerce": 31, "idVendaTiny": 7}}
    async with installed.http.post(door, json=message) as answer:
        assert (answer.status, await answer.json()) == (200, {"idEntregaEcommerce": 31})


async def test_a_large_message_is_kept_whole(installed, ask):
    message = '{"a": "' + "x" * (LIMIT - 9) + '"}'
    assert await ask(body=message.encode()) == 200
    assert bodies(installed) == [message]


async def test_what_nobody_would_ever_keep_is_refused(installed, ask):
    assert await ask(body=b"x" * (2**20 + 1)) == 413
    assert (bodies(installed), await aside(installed)) == ([], [])


async def test_an_uninstalled_stores_address_is_gone_at_once(installed, ask):
    assert await ask(body=MESSAGE.encode()) == 200
    await installed.product.env.db.write(stores.uninstall, installed.store_id(), installed.clock.now())
    assert [await ask(body=MESSAGE.encode()), await ask("GET")] == [410, 410]
    assert bodies(installed) == [MESSAGE]


async def test_after_a_rotation_both_addresses_work_and_the_panel_shows_the_new_one(installed, ask, door):
    await rotate(installed)
    new = installed.product.env.door_url(await installed.store())
    assert new != door
    assert [await ask(body=MESSAGE.encode(), address=each) for each in (door, new)] == [200, 200]

    async def shown():
        return installed.shop.stores[installed.store_id()].settings.stock_webhook_url == new

    await installed.until(shown, "the new address in the panel")


async def test_the_old_address_is_unknown_once_its_time_is_over(installed, ask, door):
    await rotate(installed, timedelta(0))
    assert await ask(body=MESSAGE.encode()) == 404
    assert await ask(body=MESSAGE.encode(), address=installed.product.env.door_url(await installed.store())) == 200


async def test_a_second_rotation_closes_the_oldest_address_at_once(installed, ask, door):
    await rotate(installed)
    assert await ask(body=MESSAGE.encode()) == 200
    await rotate(installed)
    assert await ask(body=MESSAGE.encode()) == 404


async def rotate(stage, grace=timedelta(hours=1)):
    env = stage.product.env
    assert await env.db.write(door_flow.rotate, env.vault, env.clock.now(), stage.store_id(), grace)


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


@pytest.fixture
async def both(installed, ask, signed):
    """The answers of both doors to a message each, before the senders lose patience."""
    # Signed beforehand: that reads the database.
    events = iter([await signed(event_id=f"e-{n}") for n in range(200)])

    async def send():
        body, headers = next(events)
        address = f"{installed.url}/webstore/eventos"
        async with asyncio.timeout(5):
            erp = await ask(body=MESSAGE.encode())
        async with asyncio.timeout(5), installed.http.post(address, data=body, headers=headers) as answer:
            return erp, answer.status

    return send


@pytest.fixture
def until_answered(installed, both):
    async def wait(statuses):
        async def answered():
            return await both() == statuses

        await installed.until(answered, f"both doors answer {statuses}")

    return wait


async def test_a_database_that_cannot_be_written_is_503_for_both_doors_before_the_senders_lose_patience(
    installed, both, until_answered
):
    engine = make_engine(installed.database_url)
    with engine.begin():
        # Another process holds the file's only write lock.
        assert await both() == (503, 503)
    engine.dispose()
    await until_answered((200, 200))
    assert len(bodies(installed)) >= 1


async def test_on_a_full_disk_both_doors_keep_what_they_take_and_refuse_the_rest(installed, both, kept, until_answered):
    db = installed.product.env.db
    await full.fill(db)
    before = [await kept("erp"), await kept("webstore")]
    answers = []
    # A short message may find room in a page that has some.
    while not answers or answers[-1] != (503, 503):
        answers.append(await both())
    assert {status for pair in answers for status in pair} <= {200, 503}
    taken = [sum(pair[door] == 200 for pair in answers) for door in (0, 1)]
    assert [await kept("erp"), await kept("webstore")] == [b + t for b, t in zip(before, taken, strict=True)]
    await db.write(full.empty)
    await until_answered((200, 200))


class TestOnPostgres:
    @pytest.fixture
    def database_url(self, postgres_url):
        return postgres_url

    async def test_a_read_only_database_is_503_for_both_doors(
        self, installed, both, until_answered, postgres_url, order_postgres
    ):
        name = sa.make_url(postgres_url).database
        leave = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        order_postgres(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        order_postgres(leave)
        await until_answered((503, 503))
        assert await both() == (503, 503)
        order_postgres(f"ALTER DATABASE {name} RESET default_transaction_read_only")
        order_postgres(leave)
        await until_answered((200, 200))


class TestOnPostgresOfItsOwn:
    @pytest.fixture
    def database_url(self, postgres_to_stop):
        return postgres_to_stop.get_uri()

    async def test_a_server_that_is_stopped_is_503_for_both_doors(self, both, until_answered, postgres_to_stop):
        assert await both() == (200, 200)
        await asyncio.to_thread(postgres_to_stop.stop)
        assert await both() == (503, 503)
        await asyncio.to_thread(postgres_to_stop.start)
        await until_answered((200, 200))
