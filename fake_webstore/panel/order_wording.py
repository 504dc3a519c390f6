"""Words of the pages about orders, and how a badge looks (§10.1, 10.6–10.8)."""

from __future__ import annotations

STATES = {
    "awaiting_payment": ("Aguardando pagamento", "warn"),
    "payment_review": ("Pagamento em análise", "warn"),
    "paid": ("Pago", "good"),
    "preparing": ("Em separação", "good"),
    "invoiced": ("Faturado", "good"),
    "ready_to_ship": ("Pronto para envio / retirada", "good"),
    "shipped": ("Enviado", "good"),
    "delivered": ("Entregue", "good"),
    "not_delivered": ("Não entregue", "bad"),
    "cancelled": ("Cancelado", "bad"),
}
PAYMENT_STATES = {
    "pending": ("Pendente", "warn"),
    "in_review": ("Em análise", "warn"),
    "authorized": ("Autorizado", "good"),
    "paid": ("Pago", "good"),
    "partially_refunded": ("Devolvido em parte", "warn"),
    "refunded": ("Devolvido", "neutral"),
    "refused": ("Recusado", "bad"),
    "expired": ("Vencido", "bad"),
    "voided": ("Anulado", "neutral"),
    "chargeback": ("Contestado", "bad"),
}
METHODS = {
    "pix": "Pix",
    "boleto": "Boleto",
    "credit_card": "Cartão de crédito",
    "debit_card": "Cartão de débito",
    "bank_transfer": "Transferência bancária",
    "wallet": "Carteira digital",
    "voucher": "Vale",
    "other": "Outra forma",
}
CHANNELS = {"storefront": "Loja virtual", "marketplace": "Marketplace", "manual": "Manual"}
REASONS = {
    "customer": "Pedido do cliente",
    "payment": "Problema no pagamento",
    "fraud": "Suspeita de fraude",
    "inventory": "Falta de estoque",
    "other": "Outro motivo",
}
ACTORS = {"platform": "Plataforma", "merchant": "Lojista", "app:erp": "ERP", "customer": "Cliente"}
TAXPAYERS = {
    "contributor": "Contribuinte do ICMS",
    "exempt": "Isento de inscrição",
    "non_contributor": "Não contribuinte",
}
# §10.8: the number that a person finds in the ERP, or its identifier where there is none.
ERP = "Importado no ERP: pedido {}"


def grouped(text: str | None, shape: str) -> str:
    """A document or postal code as people read it; `shape` has a # for each character."""
    if text is None or len(text) != shape.count("#"):
        return text or "—"
    characters = iter(text)
    return "".join(next(characters) if place == "#" else place for place in shape)


def cpf(text: str | None) -> str:
    return grouped(text, "###.###.###-##")


def cnpj(text: str | None) -> str:
    return grouped(text, "##.###.###/####-##")


def zip_code(text: str | None) -> str:
    return grouped(text, "#####-###")


def phone(text: str | None) -> str:
    """(31) 98765-4321 (§16.4)."""
    digits = (text or "").removeprefix("+55")
    return grouped(digits or None, "(##) #####-####" if len(digits) == 11 else "(##) ####-####")


def day(text: str | None) -> str:
    return "/".join(reversed(text.split("-"))) if text else "—"


FILTERS = {"cpf": cpf, "cnpj": cnpj, "zip_code": zip_code, "phone": phone, "day": day}
