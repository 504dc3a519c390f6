"""Every stage of every test looks, at its end, whether the ERP was told what the connector must not tell it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fake_erp.services import SERVICES
from scenarios.runner import upstream
from scenarios.runner.stage import Stage, StageError

Play = Callable[..., None]


@pytest.mark.parametrize(
    "service",
    [
        "produto.incluir.php",
        "produto.alterar",
        "produto.atualizar.estoque.php",
        "contato.incluir.php",
        "tag.incluir.php",
    ],
)
def test_a_stage_whose_erp_was_written_to_with_the_connectors_token_fails_naming_the_call(
    play: Play, service: str
) -> None:
    async def story(stage: Stage) -> None:
        form = {"token": stage.erp.token, "formato": "json"}
        async with stage.http.post(f"{stage.erp_url}{service}", data=form) as answer:
            await answer.read()

    with pytest.raises(StageError, match=service):
        play(story, erp={"products": 1})


def test_a_stage_whose_erp_was_read_and_told_of_orders_passes(play: Play) -> None:
    async def story(stage: Stage) -> None:
        await stage.connect()
        await stage.until_pulled(seconds=3600)
        await stage.shop_door.send("POST", f"/stores/{stage.store_id()}/orders", {"count": 1})

        async def arrived() -> bool:
            return bool((await stage.erp_door.get("/orders"))["orders"])

        await stage.until(arrived, "the order")
        calls = {entry["service"] for entry in stage.erp.journal if entry["kind"] == "call"}
        assert {"produto.obter.php", "pedido.incluir.php"} <= calls

    play(story, erp={"products": 2})


def test_what_is_allowed_are_services_that_the_erp_has_and_two_of_them_write() -> None:
    known = {name.removesuffix(".php") for name in SERVICES}
    assert known >= upstream.READS | upstream.WRITES
    assert {"pedido.incluir", "pedido.alterar.situacao"} == upstream.WRITES
    verbs = ("incluir", "alterar", "atualizar", "lancar", "estornar", "gerar", "cadastrar", "concluir", "liberar")
    assert [name for name in upstream.READS if any(verb in name.split(".") for verb in verbs)] == []
