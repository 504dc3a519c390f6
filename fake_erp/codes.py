"""The ERP's error codes, what it calls each and how a refusal travels inside the program.

Contract: transport §3.3 to §3.5. The vendor's Portuguese stands here because it goes on the wire.
"""

from __future__ import annotations

NOT_PROCESSED, WITH_ERRORS, PROCESSED, PARTLY = 1, 2, 3, 4

TOKEN_MISSING = 1
TOKEN_UNKNOWN = 2
MALFORMED = 3
UNUSABLE_XML = 4
NO_API = 5
TOO_MANY_A_MINUTE = 6
NO_SPACE = 7
COMPANY_BLOCKED = 8
REPEATED_SEQUENCE = 9
PARAMETER_MISSING = 10
TOO_MANY_AT_ONCE = 11
NO_RECORDS = 20
TOO_MANY_RECORDS = 21
BATCH_TOO_LARGE = 22
NO_SUCH_PAGE = 23
DUPLICATE = 30
INVALID = 31
NOT_FOUND = 32
FOUND_TWICE = 33
NOTE_NOT_AUTHORISED = 34
UNEXPECTED = 35
MAINTENANCE = 99

# Texts of 2, 3, 6, 20, 23, 30 and 99 are documented or seen (§3.5), 8 is observed; the others are guesses.
TEXTS: dict[int, str] = {
    TOKEN_MISSING: "Token não informado",
    TOKEN_UNKNOWN: "token invalido",
    MALFORMED: "ERRO JSON mal formado ou inválido",
    UNUSABLE_XML: "Erro ao processar o XML",
    NO_API: "API bloqueada ou sem acesso",
    TOO_MANY_A_MINUTE: ("API Bloqueada - Excedido o número de acessos a API, aguarde alguns minutos e tente novamente"),
    NO_SPACE: "O espaço de armazenamento da empresa esgotou",
    COMPANY_BLOCKED: "Empresa Bloqueada",
    REPEATED_SEQUENCE: "Números de sequência repetidos no mesmo lote",
    PARAMETER_MISSING: "Parâmetro não informado",
    TOO_MANY_AT_ONCE: "API Bloqueada - Excedido o número de acessos simultâneos a API",
    NO_RECORDS: "A Consulta não retornou registros",
    TOO_MANY_RECORDS: "A Consulta retornou registros demais",
    BATCH_TOO_LARGE: "O lote tem mais registros do que o permitido",
    NO_SUCH_PAGE: "A página que você está tentando obter não existe",
    DUPLICATE: "Registro em duplicidade",
    INVALID: "Erro de validação",
    NOT_FOUND: "Registro não localizado",
    FOUND_TWICE: "Registro localizado mais de uma vez",
    NOTE_NOT_AUTHORISED: "A nota fiscal não está autorizada",
    UNEXPECTED: "Ocorreu um erro inesperado, tente novamente mais tarde",
    MAINTENANCE: "Sistema em manutenção",
}

# §3.3: 1 = not processed at all (token, blocking, maintenance), 2 = processed with errors.
_NOT_PROCESSED = frozenset(
    {
        *(TOKEN_MISSING, TOKEN_UNKNOWN, MALFORMED, UNUSABLE_XML, NO_API, TOO_MANY_A_MINUTE, NO_SPACE),
        *(COMPANY_BLOCKED, REPEATED_SEQUENCE, TOO_MANY_AT_ONCE, BATCH_TOO_LARGE, MAINTENANCE),
    }
)


def processing_status(code: int) -> int:
    """The `status_processamento` that goes with an error code."""
    return NOT_PROCESSED if code in _NOT_PROCESSED else WITH_ERRORS


class Refusal(Exception):
    """A call is answered with an error code. `field` is the offending parameter, when the ERP names it."""

    def __init__(self, code: int, text: str | None = None, field: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.text = text or TEXTS[code]
        self.field = field


class RecordRefusal(Refusal):
    """The one record of a call is refused: the code stands inside `registro` only (orders §2.4).

    `reasons` are texts, each with the offending field or "".
    """

    def __init__(self, code: int, reasons: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(code)
        self.reasons = reasons or ((self.text, ""),)
