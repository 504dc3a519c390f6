"""What invariants hold an end against: times of trouble, stock over time, statuses, accounts."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from scenarios.runner import statuses
from scenarios.runner.proofs import accounting, levels, promises, situations, strangers, troubles
from scenarios.runner.proofs.ledgers import Account, Ledgers, Shop

START = datetime.fromisoformat("2026-08-03T08:00:00-03:00")
CODE, LEAF, PRODUCT, STORE = "CAN-01", 700, 50, 30118


def minute(count: float) -> datetime:
    return START + timedelta(minutes=count)


def movement(at: float, before: int, after: int) -> dict:
    return {"at": minute(at).isoformat(), "idProduto": LEAF, "saldo_antes": str(before), "saldo": str(after)}


def told(at: float, quantity: int, **more) -> dict:
    body = f'{{"items":[{{"product_id":{PRODUCT},"variant_id":null,"quantity":{quantity},"kind":"physical"}}]}}'
    entry = {"at": minute(at).isoformat(), "call": "POST /stock/batch", "status": 200, "fault": None, "body": body}
    return {**entry, **more}


def heard(at: float, level: int) -> dict:
    content = {"saldo": str(level), "skuMapeamento": str(PRODUCT), "skuMapeamentoPai": ""}
    entry = {"kind": "webhook", "tipo": "estoque", "status": 200, "fault": None, "channel": 1, "delivery": at}
    return {"at": minute(at).isoformat(), **entry, "dados": content}


def ledgers(*, movements=(), calls=(), journal=(), orders=(), kept=(), messages=(), ends=60.0, downs=()) -> Ledgers:
    leaf = {"id": LEAF, "codigo": CODE, "situacao": "A", "variacoes": []}
    account = Account(
        journal=list(journal), movements=list(movements), orders=list(kept), products=[leaf], calls_per_minute=60
    )
    shop = Shop(
        store_id=STORE,
        account="matriz",
        calls=list(calls),
        messages=list(messages),
        orders=list(orders),
        products=[{"id": PRODUCT, "code": CODE, "variants": []}],
        is_open=True,
    )
    return Ledgers(
        began=START,
        now=minute(ends),
        accounts={"matriz": account},
        shops={"loja": shop},
        unknown_tokens=[],
        platform=[],
        downs=[(minute(since), minute(to)) for since, to in downs],
    )


def wrong(look, of: Ledgers) -> tuple[str, ...]:
    return asyncio.run(look(of, of.shops["loja"])).wrong


MOVED = (movement(1, 9, 7), movement(2, 7, 5))


def test_a_level_that_the_shop_had_left_behind_is_old():
    told_old = ledgers(movements=MOVED, calls=[told(0, 9), told(2.1, 5), told(3, 7)])
    assert wrong(levels.never_older, told_old) == (
        f"{CODE}: back to 7, which the ERP had before, for 0:57:00 from 180 s",
    )


@pytest.mark.parametrize(
    "calls",
    [
        [told(0, 9), told(1.1, 7), told(2.1, 5)],
        # Late, but never back.
        [told(0, 9), told(30, 7)],
        # Mended within the bound.
        [told(0, 9), told(2.1, 5), told(3, 7), told(4, 5)],
        # What the ERP never had is another count: a depot's, or what is not reserved.
        [told(0, 9), told(2.1, 5), told(3, 4), told(4, 7)],
    ],
)
def test_what_is_late_or_mended_or_another_count_is_not_old(calls):
    assert wrong(levels.never_older, ledgers(movements=MOVED, calls=calls)) == ()


def test_while_the_connector_is_away_nothing_can_be_mended():
    calls = [told(0, 9), told(2.1, 5), told(3, 7), told(59.5, 5)]
    assert wrong(levels.never_older, ledgers(movements=MOVED, calls=calls, downs=[(3.1, 58)])) == ()
    assert wrong(levels.never_older, ledgers(movements=MOVED, calls=calls, downs=[(10, 58)])) != ()


def test_an_acknowledged_message_without_effect_is_lost_and_one_with_an_effect_is_not():
    message = heard(2, 5)
    unheard = ledgers(movements=MOVED, journal=[message], calls=[told(0, 9), told(5, 5)])
    assert wrong(promises.kept, unheard) == (f"stock of {CODE}: answered at 120 s, without effect until now",)
    assert wrong(promises.kept, ledgers(movements=MOVED, journal=[message], calls=[told(0, 9), told(2.3, 5)])) == ()
    # Who refuses a message has promised nothing.
    refused = {**message, "status": 503}
    assert wrong(promises.kept, ledgers(movements=MOVED, journal=[refused], calls=[told(0, 9), told(5, 5)])) == ()


def test_trouble_is_from_a_failed_call_to_the_next_that_succeeds():
    calls = [told(1, 9, status=502), told(4, 9), told(7, 9, fault="cut", status=None)]
    of = ledgers(calls=calls, ends=9)
    found = troubles.of(of, of.shops["loja"])
    assert found == [(minute(1), minute(4)), (minute(7), minute(9))]
    assert troubles.first_calm(minute(0), timedelta(minutes=2), found, of.now) == minute(6)
    assert troubles.first_calm(minute(0), timedelta(minutes=4), found, of.now) is None


def test_who_was_blocked_may_go_slowly_for_a_while():
    call = {"at": minute(1).isoformat(), "kind": "call", "service": "info.php", "status": 200, "fault": None}
    blocked = [{**call, "params": {}, "code": code} for code in (6, None)]
    early = ledgers(movements=MOVED, journal=[*blocked, heard(2, 5)], calls=[told(0, 9), told(5, 5)])
    assert wrong(promises.kept, early) == ()
    # Twenty minutes later it has no excuse.
    moved = (movement(1, 9, 7), movement(22, 7, 5))
    late = ledgers(movements=moved, journal=[*blocked, heard(22, 5)], calls=[told(0, 9), told(2, 7), told(40, 5)])
    assert wrong(promises.kept, late) == (f"stock of {CODE}: answered at 1320 s, without effect until now",)


def test_an_order_moves_along_the_chain_and_out_of_no_end():
    assert statuses.is_backwards("shipped", "preparing")
    assert statuses.is_backwards("cancelled", "paid")
    assert not statuses.is_backwards("paid", "shipped")
    assert not statuses.is_backwards("not_delivered", "shipped")


def order(number: int, *lines: tuple[float, str, str]) -> dict:
    history = [
        {"recorded_at": minute(at).isoformat(), "status": status, "actor": actor, "payment_status": "paid"}
        for at, status, actor in lines
    ]
    buyer = {"cpf": "11144477735", "cnpj": None}
    return {
        "id": number,
        "number": number,
        "status": history[-1]["status"],
        "total": "10.00",
        "customer": buyer,
        "history": history,
    }


def test_asking_the_shop_for_an_earlier_status_is_a_step_back_unless_somebody_else_was_quicker():
    asked = {
        "at": minute(9).isoformat(),
        "call": "PUT /orders/{id}/status",
        "status": 409,
        "fault": None,
        "error": "invalid_transition",
        "path": "/loja/api/v1/stores/30118/orders/1/status",
        "body": '{"status":"preparing"}',
    }
    long_ago = order(1, (0, "paid", "customer"), (5, "shipped", "app:erp"))
    assert "from shipped to preparing" in wrong(situations.only_forward, ledgers(orders=[long_ago], calls=[asked]))[0]
    just_now = order(1, (0, "paid", "customer"), (8.9, "cancelled", "customer"))
    assert wrong(situations.only_forward, ledgers(orders=[just_now], calls=[asked])) == ()


def test_a_call_with_another_shops_token_is_told():
    call = {"at": minute(1).isoformat(), "call": "GET /orders", "status": 403, "fault": None, "error": "wrong_store"}
    assert "with another shop's token" in wrong(strangers.none_met, ledgers(calls=[{**call, "path": "/orders"}]))[0]


def inserted(number: int, fault: str | None, code: int | None = None) -> dict:
    document = f'{{"pedido":{{"numero_pedido_ecommerce":"{number}"'
    entry = {"kind": "call", "service": "pedido.incluir.php", "status": 200, "code": code, "fault": fault}
    return {"at": minute(1).isoformat(), **entry, "params": {"pedido": document}}


def test_operations_are_counted_by_what_their_caller_knew_and_by_what_the_end_shows():
    sold = [order(number, (0, "paid", "customer")) for number in (1, 2, 3, 4)]
    calls = [inserted(1, None), inserted(2, "answer_lost"), inserted(3, None, 6), inserted(4, "cut"), inserted(2, None)]
    kept = [{"numero_ecommerce": number} for number in ("1", "2", "2", "3", "9")]
    orders, _ = accounting.tallies(ledgers(journal=calls, orders=sold, kept=kept))
    assert orders.told() == "orders: 2 ok, 1 failed, 2 unknown; 1 lost, 1 doubled, 1 unexpected, 1 recovered"


def test_an_order_that_the_shop_told_of_is_to_be_sent_unless_sending_it_has_failed():
    sold = order(1, (0, "paid", "customer"))
    event = {"kind": "webhook", "event": "order.paid", "resource": 1, "at": minute(0.1).isoformat(), "status": 200}
    assert wrong(promises.kept, ledgers(orders=[sold], messages=[event])) == (
        "order.paid of order 1: answered at 6 s, without effect until now",
    )
    arrived = {"kind": "order_inserted", "numero_ecommerce": "1", "at": minute(2).isoformat()}
    assert wrong(promises.kept, ledgers(orders=[sold], messages=[event], journal=[arrived])) == ()
    # Another order's success ends the trouble, and not this one's wait.
    calls = [inserted(1, "http_503"), inserted(2, None)]
    assert wrong(promises.kept, ledgers(orders=[sold], messages=[event], journal=calls)) == ()


def test_messages_are_counted_once_however_often_they_were_tried():
    tries = [{**heard(1, 5), "status": 503}, heard(1, 5), {**heard(2, 4), "fault": "answer_lost"}, heard(3, 3)]
    _, messages = accounting.tallies(ledgers(journal=[*tries, {**heard(4, 1), "status": None, "fault": "drop"}]))
    assert messages.told() == "messages: 2 ok, 0 failed, 2 unknown; 1 lost, 0 doubled, 0 unexpected, 1 recovered"
