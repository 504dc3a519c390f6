"""What a merchant does to the integrations and the token of an account; recorded first, then done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_erp import announce, extensions, natures
from fake_erp.editing import BadField
from fake_erp.integrations import Integration
from scenarios.harness.journal import mask_url

if TYPE_CHECKING:
    from fake_erp.worlds import ErpWorld, ErpWorlds

_LONGEST = 50


def add(world: ErpWorld, nome: str) -> Integration:
    """A new integration under the next number. Raises BadField and JournalFull."""
    nome = _name(nome)
    number = world.integrations.next_id()
    world.journal.append("integration_added", id=number, nome=nome)
    token = world.secret(f"integration:{number}")
    return world.integrations.add(Integration(id=number, nome=nome, added=world.clock.now(), token=token))


def change(world: ErpWorld, integration: Integration, **changes: Any) -> None:
    """Change fields by name, `addresses` by their kind. Raises BadField and JournalFull; then nothing is changed."""
    if "nome" in changes:
        changes["nome"] = _name(changes["nome"])
    for name in ("nature", "contributor_nature"):
        if changes.get(name) and changes[name] not in natures.NATURES.values():
            raise BadField(f"A natureza de operação {changes[name][:60]} não existe")
    if changes.get("depot") and changes["depot"] not in [depot.nome for depot in world.depots]:
        raise BadField(f"O depósito {changes['depot']} não existe")
    addresses = changes.pop("addresses", {})
    shown = {tipo: mask_url(address) if address else "" for tipo, address in addresses.items()}
    world.journal.append("integration_changed", id=integration.id, **changes, **({"addresses": shown} if shown else {}))
    figure_before = (integration.send_physical, integration.depot)
    for name, value in changes.items():
        setattr(integration, name, value)
    integration.addresses.update(addresses)
    if world.settings.resend_stock and (integration.send_physical, integration.depot) != figure_before:
        resend_stock(world, integration)


def resend_stock(world: ErpWorld, integration: Integration) -> None:
    """Tell every mapped product's balance anew, as a burst (stock webhook, open point 3)."""
    for mapping in world.catalogue.all_mappings():
        product = world.catalogue.get(mapping.idProduto)
        if product is not None and mapping.idEcommerce == integration.id:
            announce.balance(world, integration, product, mapping)


def announcements(world: ErpWorld, integration: Integration) -> int:
    """How many products and variations are announced on this platform."""
    return sum(mapping.idEcommerce == integration.id for mapping in world.catalogue.all_mappings())


def remove_announcements(world: ErpWorld, integration: Integration) -> int:
    """*Excluir todos os anúncios*: no message tells the platform (stock webhook §2.2). How many there were."""
    world.journal.append("unmapped_all", idEcommerce=integration.id, count=announcements(world, integration))
    return world.catalogue.unmap_integration(integration.id)


def remove(world: ErpWorld, integration: Integration) -> None:
    """Take an integration away with its announcements."""
    world.journal.append("integration_removed", id=integration.id)
    world.catalogue.unmap_integration(integration.id)
    world.integrations.remove(integration.id)


def new_token(worlds: ErpWorlds, world: ErpWorld) -> None:
    """*Gerar novo token*: the old one is unknown from now on. Raises JournalFull."""
    world.tokens_made += 1
    world.journal.append("token_generated", number=world.tokens_made)
    worlds.change_token(world, world.secret(f"token:{world.tokens_made}"))


def state_of(world: ErpWorld, integration: Integration) -> str:
    """What the list shows: Ativa, Inativa, Não conectada or Não instalada (the rules are a guess)."""
    if not world.has(extensions.TOKEN_API):
        return "Não instalada"
    if not integration.active:
        return "Inativa"
    connected = world.last_call is not None and world.last_call >= integration.added
    return "Ativa" if connected else "Não conectada"


def _name(text: str) -> str:
    if not text.strip():
        raise BadField("Informe o nome da integração")
    if len(text) > _LONGEST:
        raise BadField(f"O nome da integração tem no máximo {_LONGEST} caracteres")
    return text.strip()
