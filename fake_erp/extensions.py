"""What a merchant installs in the "Loja de extensões", and what each opens (products §9, transport §2.2).

Keys are this fake's own; the names are the store's.
"""

from __future__ import annotations

TOKEN_API = "token_api"
DEPOTS = "depositos"
LIVE_STOCK = "estoque_tempo_real"
PROMOTIONAL_PRICE = "preco_promocional"
WEBHOOKS = "webhooks"

NAMES: dict[str, str] = {
    TOKEN_API: "Token API",
    DEPOTS: "Depósitos de estoque",
    LIVE_STOCK: "API para estoque em tempo real",
    PROMOTIONAL_PRICE: "Preço promocional",
    WEBHOOKS: "Webhooks",
}
