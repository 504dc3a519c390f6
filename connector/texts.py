"""What merchants read, in Portuguese: one sentence for each reason, saying what to do where something can be done."""

from __future__ import annotations

import re
from decimal import Decimal

from babel.numbers import format_decimal

from connector.core.reasons import Reason
from connector.core.reconcile import Cause

_ACCOUNT = {
    Reason.TOKEN_MISSING: "Nenhum token foi informado. Cole o token do ERP em Aplicativos > ERP > Configurar.",
    Reason.TOKEN_REJECTED: (
        "O ERP não reconheceu este token. Copie o token novamente no ERP, em Configurações > E-commerce > "
        "Token API, e salve."
    ),
    Reason.PLAN_WITHOUT_API: (
        "O plano contratado no ERP não inclui acesso à API. Mude de plano no ERP; a conexão será retomada sozinha."
    ),
    Reason.API_BLOCKED: (
        "O ERP bloqueou o acesso à API desta empresa. Verifique no ERP se a extensão Token API está instalada e "
        "fale com o suporte do ERP."
    ),
    Reason.COMPANY_BLOCKED: (
        "A conta da empresa está bloqueada no ERP. Regularize a conta com o suporte do ERP; a conexão será "
        "retomada sozinha."
    ),
    Reason.STORAGE_FULL: "O espaço de armazenamento da empresa no ERP acabou. Libere espaço no ERP.",
    Reason.NO_ERP_YET: "Você informou que ainda não possui cadastro no ERP. Quando tiver, informe o token aqui.",
    Reason.ERP_UNREACHABLE: "O ERP não respondeu. Tentaremos de novo em instantes; você não precisa fazer nada.",
    Reason.ERP_BUSY: "O ERP pediu para aguardar. Tentaremos de novo em instantes; você não precisa fazer nada.",
    Reason.ERP_TROUBLE: "O ERP está com problemas. Tentaremos de novo em instantes; você não precisa fazer nada.",
}

_PRODUCT = {
    Reason.NO_CODE: "Sem código (SKU) no ERP. Preencha o código do produto no ERP.",
    Reason.BAD_CODE: "O código tem caracteres que a loja não aceita. Corrija o código no ERP.",
    Reason.NO_NAME: "Sem nome no ERP. Preencha o nome do produto no ERP.",
    Reason.NO_PRICE: "Sem preço de venda no ERP. Preencha o preço do produto no ERP.",
    Reason.BAD_PRICE: "O preço é maior do que a loja aceita. Corrija o preço no ERP.",
    Reason.INACTIVE: "Inativo no ERP. Na loja ele fica como está.",
    Reason.SERVICE: "É um serviço, não um produto.",
    Reason.GONE: "Não existe mais no ERP.",
    Reason.LOCKED: "Está bloqueado nas configurações do conector: na loja fica como está.",
    Reason.HIDDEN: "Está inativo ou excluído no ERP e foi ocultado na loja, como você escolheu.",
    Reason.REMOVED: "Está inativo ou excluído no ERP e foi removido da loja, como você escolheu.",
    Reason.UNREADABLE_ROW: "O ERP listou um produto que o conector não consegue ler. Abra-o no ERP e salve de novo.",
    Reason.IMAGE_FAILED: "A loja não conseguiu buscar esta imagem. Confira o endereço do anexo no ERP.",
    Reason.DUPLICATE_CODE: "Outro produto do ERP tem o mesmo código. Deixe cada código em um só produto.",
    Reason.VARIATION: "É uma variação: vai para a loja junto com o produto dela.",
    Reason.CODE_IS_VARIANT: "Na loja, este código é de uma variação de outro produto. Corrija um dos dois.",
    Reason.DELETED_IN_SHOP: "Foi removido na loja. Para voltar a atualizar, restaure o produto no painel da loja.",
    Reason.NO_VARIATIONS: "Produto com variações, mas nenhuma com código. Preencha os códigos no ERP.",
    Reason.TOO_MANY_AXES: "Tem mais de três atributos de variação; a loja aceita três.",
    Reason.TOO_MANY_VARIATIONS: "Tem mais de 200 variações; a loja aceita 200.",
    Reason.AXES_DISAGREE: "As variações não têm todas os mesmos atributos. Corrija a grade no ERP.",
    Reason.SAME_OPTIONS: "Duas variações têm os mesmos atributos. Corrija a grade no ERP.",
    Reason.GTIN_INVALID: "GTIN inválido: não foi enviado.",
    Reason.NCM_INVALID: "NCM inválido (são oito dígitos): não foi enviado.",
    Reason.MEASURE_INVALID: "Peso ou medida fora do que a loja aceita: enviado como zero.",
    Reason.ATTACHMENT_NOT_IMAGE: "Anexo que não é imagem: não foi enviado.",
    Reason.TOO_MANY_IMAGES: "Mais de 20 imagens: foram enviadas as 20 primeiras.",
    Reason.TEXT_CUT: "Texto maior do que a loja aceita: foi cortado.",
    Reason.CATEGORY_CUT: "Categoria com mais de cinco níveis: foram enviados os cinco primeiros.",
    Reason.ADDRESS_INVALID: "Endereço de vídeo inválido: não foi enviado.",
    Reason.VARIATION_WITHOUT_CODE: "Variação sem código ou com código inválido: não foi enviada.",
    Reason.DEPOT_UNKNOWN: "O depósito escolhido não existe no ERP: o estoque não foi enviado. Existentes:",
}

_OTHER = {
    Reason.SHOP_TOKEN_REVOKED: "A loja cancelou o acesso do aplicativo. Instale o aplicativo novamente.",
    Reason.SHOP_SUSPENDED: "A loja está suspensa. O envio continua quando ela voltar.",
    Reason.SHOP_CLOSED: "A loja foi encerrada.",
    Reason.SHOP_REFUSED: "A loja recusou o que o conector enviou. Corrija o que ela aponta e tente de novo.",
    Reason.LEVEL_REFUSED: "A loja recusou o estoque deste produto. Confira se o produto ainda existe na loja.",
    Reason.SHOP_FORBIDDEN: "A loja não deu ao aplicativo a permissão necessária. Instale o aplicativo novamente.",
    Reason.SHOP_UNREACHABLE: "A loja não respondeu. Tentaremos de novo.",
    Reason.SHOP_BUSY: "A loja pediu para aguardar. Tentaremos de novo.",
    Reason.SHOP_TROUBLE: "A loja está com problemas. Tentaremos de novo.",
    Reason.ERP_CONTRACT: "O ERP deu uma resposta que o conector não entende. O suporte foi avisado.",
    Reason.SHOP_CONTRACT: "A loja deu uma resposta que o conector não entende. O suporte foi avisado.",
    Reason.ERP_REFUSED: (
        "O ERP recusou uma consulta do conector. Tente de novo; se continuar assim, fale com o suporte do conector."
    ),
    Reason.MESSAGE_UNREADABLE: "O ERP enviou uma mensagem que o conector não consegue ler. O suporte foi avisado.",
    Reason.MESSAGE_FOREIGN: (
        "Chegou uma mensagem de outra empresa ou integração do ERP. Confira onde o endereço secreto foi colado."
    ),
    Reason.MESSAGE_UNKNOWN_KIND: "O ERP enviou um tipo de mensagem que o conector não usa.",
    Reason.NOT_LINKED: "O produto ainda não está na loja. O estoque será enviado quando estiver.",
    Reason.FEED_ANSWER_LOST: (
        "Perdeu-se uma resposta do ERP com a lista do que mudou. O conector está relendo os produtos aos poucos; você "
        "não precisa fazer nada."
    ),
    Reason.MAPPING_MISTAKE: (
        "O Identificador digitado no anúncio, no ERP, não é o número de um produto da loja. Corrija-o no ERP."
    ),
    Reason.BODY_TOO_LARGE: (
        "Chegou uma mensagem grande demais. Ela foi guardada; confira quem usa o endereço secreto."
    ),
    Reason.BODY_TOO_DEEP: (
        "Chegou uma mensagem em um formato que o ERP não usa. Ela foi guardada; confira quem usa o endereço secreto."
    ),
    Reason.BODY_NOT_UTF8: "Chegou uma mensagem com letras ilegíveis. Ela foi guardada e o suporte foi avisado.",
    Reason.BODY_BADLY_PACKED: "Chegou uma mensagem compactada de forma ilegível. Ela foi guardada; avise o suporte.",
    Reason.BODY_UNREADABLE: "Chegou uma mensagem que não se consegue ler. Ela foi guardada e o suporte foi avisado.",
    Reason.ORDER_UNKNOWN_CODE: (
        "O pedido tem produtos que não existem no ERP. Cadastre-os no ERP com o mesmo código e sincronize; "
        "o pedido segue sozinho."
    ),
    Reason.ORDER_MONEY: (
        "Os valores do pedido não fecham até o centavo, por isso ele não foi enviado. Corrija o pedido na loja ou "
        "lance-o à mão no ERP."
    ),
    Reason.ORDER_REFUSED: "O ERP recusou o pedido. Corrija o que ele aponta, na loja ou no ERP, e tente de novo.",
    Reason.ORDER_NUMBER_TAKEN: (
        "O ERP diz que já tem um pedido com este número, e nenhum dos que ele mostra é desta loja. Confira no ERP "
        "e lance o pedido à mão ou cancele o outro."
    ),
    Reason.ORDER_IN_DOUBT: (
        "O ERP não confirmou o pedido. O conector está conferindo se ele foi gravado; você não precisa fazer nada."
    ),
    Reason.ORDER_CONFLICT: (
        "A loja e o ERP dizem coisas diferentes deste pedido. Confira os dois lados e corrija um deles, ou aceite a "
        "diferença."
    ),
    Reason.INVOICE_PENDING: (
        "A nota fiscal ainda não foi autorizada. O conector olha de novo; você não precisa fazer nada."
    ),
    Reason.INVOICE_INVALID: (
        "A nota fiscal do ERP tem um dado que a loja não aceita, por isso não aparece no pedido. Confira a nota no ERP "
        "e tente de novo."
    ),
    Reason.INVOICE_SECOND: (
        "O pedido já mostra outra nota fiscal, que não está cancelada. Se a nova é a certa, cancele a outra no ERP, ou "
        "apague-a na loja, e tente de novo."
    ),
    Reason.ORDER_DOCUMENT: (
        "O CPF ou CNPJ do comprador não existe (os dígitos verificadores não conferem). Corrija-o na loja; o pedido "
        "segue sozinho."
    ),
    Reason.ORDER_DOUBLED: (
        "O ERP tem mais de um pedido para o mesmo pedido da loja. O conector segue o mais antigo; cancele os outros no "
        "ERP."
    ),
    Reason.ORDER_EDITED: (
        "O pedido foi alterado na loja depois de enviado ao ERP, que não aceita alterações. Corrija-o à mão no ERP."
    ),
    Reason.ORDER_TEXT_CUT: (
        "O ERP não tem espaço para todo o texto do pedido. Leia o que ficou de fora e anote-o no ERP, se precisar."
    ),
    Reason.ORDER_NO_ANSWER: (
        "O ERP não confirma o pedido, e nenhuma consulta o encontra lá. O conector continua tentando, com intervalos "
        "maiores; se o pedido for urgente, lance-o à mão no ERP."
    ),
    Reason.CATALOGUE_BRAKE: (
        "A sincronização parou antes de escrever: mudaria produtos demais de uma vez. Confira o ERP e confirme ou "
        "descarte a sincronização nesta página."
    ),
    Reason.INTERNAL: "Erro interno do conector. O suporte foi avisado; tentaremos de novo.",
}

_SENTENCES = {**_OTHER, **_PRODUCT, **_ACCOUNT}

# The fields that can be switched off or locked, by the names of the ERP's screens.
FIELDS = {
    "name": "Nome",
    "stock": "Estoque",
    "description": "Descrição complementar",
    "gtin": "GTIN",
    "unit": "Unidade",
    "ncm": "NCM",
    "price": "Preço",
    "net_weight": "Peso líquido",
    "gross_weight": "Peso bruto",
    "height": "Altura",
    "width": "Largura",
    "length": "Comprimento",
    "images": "Anexos",
    "related": "Informações relacionadas",
}

# What is said of passing trouble once it has lasted so long that nothing is tried any more.
_GIVEN_UP = {
    Reason.ERP_UNREACHABLE: (
        "O ERP não respondeu durante três dias, e o conector parou de tentar. Quando o ERP voltar, tente de novo."
    ),
    Reason.ERP_TROUBLE: (
        "O ERP teve problemas durante três dias, e o conector parou de tentar. Quando o ERP voltar, tente de novo."
    ),
    Reason.SHOP_UNREACHABLE: (
        "A loja não respondeu durante três dias, e o conector parou de tentar. Quando a loja voltar, tente de novo."
    ),
    Reason.SHOP_TROUBLE: (
        "A loja teve problemas durante três dias, e o conector parou de tentar. Quando a loja voltar, tente de novo."
    ),
    Reason.INTERNAL: (
        "Um erro interno do conector se repetiu durante três dias. Ele parou de tentar; fale com o suporte."
    ),
}

_KINDS = {
    "connect": "Conexão com o ERP",
    "report": "Aviso ao painel da loja",
    "subscribe": "Inscrição nos avisos da loja",
    "pull": "Sincronização de produtos",
    "pull.shop": "Leitura dos produtos da loja",
    "pull.listing": "Leitura da lista de produtos do ERP",
    "pull.product": "Produto",
    "refresh": "Releitura dos produtos alterados",
    "scan": "Releitura dos produtos aos poucos",
    "feed": "Leitura das alterações do ERP",
    "prune": "Limpeza de registros antigos",
    "retire": "Produto que saiu do ERP",
    "levels": "Envio de estoque",
    "messages": "Mensagens do ERP",
    "stock.ask": "Consulta de estoque",
    "order": "Pedido",
    "orders": "Busca de pedidos",
    "backfill": "Busca de pedidos antigos",
    "situation": "Situação do pedido",
    "situations": "Busca de situações",
    "early": "Mensagem sobre um pedido",
    "invoice": "Nota fiscal",
    "reconcile": "Comparação da loja com o ERP",
    "reconcile.daily": "Comparação diária da loja com o ERP",
}

# Why both sides differ.
_CAUSES = {
    Cause.MESSAGE_LOST: "O aviso do ERP não chegou à loja.",
    Cause.EDITED_IN_SHOP: "Foi alterado na loja.",
    Cause.EDITED_IN_ERP: "Foi alterado no ERP depois da última sincronização.",
    Cause.REMOVED_IN_SHOP: "Foi removido na loja. Restaure o produto no painel da loja, ou mantenha-o fora dela.",
    Cause.GONE_IN_ERP: "Não existe mais no ERP. Confira no ERP o que foi feito dele.",
    Cause.NEVER_TOLD: "Ainda não foi enviado à loja.",
    Cause.NEVER_SENT: "O pedido não está no ERP. Mande enviá-lo.",
    Cause.NOT_LINKED: "O pedido está no ERP, mas não ligado ao da loja. Mande ligá-lo.",
    Cause.NOT_REFERENCED: "A loja não sabe qual pedido do ERP é este. Mande informá-la.",
    Cause.DOUBLED_IN_ERP: "O ERP tem mais de um pedido para o mesmo pedido da loja. Cancele no ERP os que sobram.",
    Cause.CONFLICT: "A loja e o ERP dizem coisas que não combinam. Confira os dois lados e corrija um deles.",
    Cause.UNKNOWN: "Mudou nos dois lados. Confira qual está certo.",
}

# How many pieces of work of a kind wait, in words for one and for several.
_QUEUED = {
    "order": ("pedido", "pedidos"),
    "situation": ("situação de pedido", "situações de pedidos"),
    "pull.product": ("produto", "produtos"),
    "stock.ask": ("consulta de estoque", "consultas de estoque"),
    "levels": ("envio de estoque", "envios de estoque"),
}
_QUEUED_ELSE = ("outra tarefa", "outras tarefas")

# An order's situation in the ERP, by the wire's neutral names.
_SITUATIONS = {
    "open": "Em aberto",
    "approved": "Aprovado",
    "preparing": "Preparando envio",
    "invoiced": "Faturado",
    "ready": "Pronto para envio",
    "shipped": "Enviado",
    "delivered": "Entregue",
    "not_delivered": "Não entregue",
    "cancelled": "Cancelado",
    "incomplete": "Dados incompletos",
}

# The shop's own words (webstore-api §10.1), where they are not the same.
_STATUSES = {
    "awaiting_payment": "Aguardando pagamento",
    "payment_review": "Pagamento em análise",
    "paid": "Pago",
    "ready_to_ship": "Pronto para envio",
}

_ORDERS = {"held": "Retido", "sending": "Em conferência", "sent": "Divergente", "ready": "Aguardando envio"}

# The shop's words for a picture that it could not fetch (webstore-api §8).
_IMAGES = {
    "unreachable": "não responde",
    "unsupported_type": "não é JPEG, PNG, WebP nem GIF",
    "too_large": "tem mais de 10 MB",
    "not_allowed": "endereço não permitido",
}

# What a detail says, and how a merchant reads it: the first form that fits.
_REFUSAL = (r"(?:code )?(\d+): (.+)", "Resposta do ERP: {1} (código {0})")
# In an engineer's words: a service, an exception, a status.
_UNSAID = [(r".*", "")]
_DETAILS = {
    Reason.ORDER_UNKNOWN_CODE: [(r"(.+)", "Códigos: {0}")],
    Reason.ORDER_MONEY: [
        (
            r"(\S+) - (\S+) \+ (\S+) \+ (\S+) = (\S+) ≠ (\S+)",
            "Produtos {0} − descontos {1} + frete {2} + acréscimos {3} = {4}, mas o total do pedido é {5}.",
        ),
        (r"parcelas (\S+) ≠ (\S+)", "As parcelas somam {0}, mas o total do pedido é {1}."),
    ],
    Reason.ORDER_REFUSED: [_REFUSAL, (r"(.+)", "Resposta do ERP: {0}")],
    Reason.ORDER_NUMBER_TAKEN: [(r"(.+)", "Resposta do ERP: {0}")],
    Reason.ORDER_IN_DOUBT: [_REFUSAL, *_UNSAID],
    Reason.ORDER_DOCUMENT: [(r"(.+)", "Documento informado: {0}")],
    Reason.ORDER_DOUBLED: [(r"(\S+): (.+)", "Pedido {0} da loja. Pedidos no ERP: {1}.")],
    Reason.ORDER_EDITED: [(r"(\S+): (\S+) → (\S+)", "Pedido {0}: o total era {1} e agora é {2}.")],
    Reason.ORDER_TEXT_CUT: [(r"(\S+): (.+)", "Pedido {0}. Ficou de fora: {1}")],
    Reason.ORDER_NO_ANSWER: [(r"(\S+): (\d+)", "Pedido {0}: enviado {1} vezes sem resposta.")],
    Reason.ORDER_CONFLICT: [
        (r"loja: (\S+), ERP: (\S+)", "Na loja: {0}. No ERP: {1}."),
        (r"ERP (\S+), loja \?", "O conector o enviou como pedido {0} do ERP; na loja ele está ligado a outro."),
        (r"ERP (\S+), loja (\S+)", "O conector o enviou como pedido {0} do ERP; na loja ele está ligado ao {1}."),
    ],
    Reason.SHOP_REFUSED: [(r"(.+)", "Resposta da loja: {0}")],
    Reason.LEVEL_REFUSED: [(r"(.+)", "Resposta da loja: {0}")],
    Reason.ERP_REFUSED: [_REFUSAL, *_UNSAID],
    Reason.IMAGE_FAILED: [(r"(.+): (\w+)", "{0}: {1}")],
    Reason.UNREADABLE_ROW: [(r"([^:]*): .*", "Produto: {0}")],
    Reason.CATALOGUE_BRAKE: [
        (r"(\d+) \+ (\d+) / (\d+)", "De {2} produtos: {0} seriam ocultados ou removidos, {1} mudariam de preço.")
    ],
    **dict.fromkeys(
        [
            Reason.GONE,
            Reason.MESSAGE_UNREADABLE,
            Reason.BODY_TOO_LARGE,
            Reason.BODY_TOO_DEEP,
            Reason.BODY_NOT_UTF8,
            Reason.BODY_BADLY_PACKED,
            Reason.BODY_UNREADABLE,
            Reason.ERP_UNREACHABLE,
            Reason.ERP_BUSY,
            Reason.ERP_TROUBLE,
            Reason.ERP_CONTRACT,
            Reason.SHOP_UNREACHABLE,
            Reason.SHOP_BUSY,
            Reason.SHOP_TROUBLE,
            Reason.SHOP_CONTRACT,
            Reason.INTERNAL,
        ],
        _UNSAID,
    ),
}

_STATES = {
    "connected": "Conectado",
    "not_connected": "Não conectado",
    "token_rejected": "Token recusado",
    "paused": "Pausado",
}


def reason(code: str) -> str:
    """The sentence for a reason."""
    return _SENTENCES[Reason(code)]


def stopped(code: str, state: str) -> str:
    """Why work stands still, parked or dead."""
    return (_GIVEN_UP.get(Reason(code)) if state == "dead" else None) or reason(code)


def connection(state: str, code: str | None, company: str | None) -> str:
    """What the panel shows about the connection."""
    if state == "connected":
        return f"Conectado à empresa {company} no ERP." if company else "Conectado ao ERP."
    return reason(code) if code else "Conferindo o token com o ERP…"


def state(code: str) -> str:
    return _STATES[code]


def cause(code: str) -> str:
    """Why both sides differ, and what to do where something can be done."""
    return _CAUSES[Cause(code)]


def kind(code: str) -> str:
    """What a piece of work is about."""
    return _KINDS.get(code, code)


def order(state: str) -> str:
    """How far an order that waits or disagrees has come."""
    return _ORDERS[state]


def situation(code: str) -> str:
    """What the ERP calls it."""
    return _SITUATIONS[code]


def detail(code: str, kept: str | None) -> str:
    """What is behind a reason, in a merchant's words; as it was kept where no form fits."""
    for form, sentence in _DETAILS.get(Reason(code), []):
        if found := re.fullmatch(form, kept or "", re.DOTALL):
            return sentence.format(*map(_in_portuguese, found.groups()))
    return kept or ""


def _in_portuguese(part: str) -> str:
    """A status of either side, the shop's word for a picture, or an amount."""
    if re.fullmatch(r"-?\d+\.\d+", part):
        return format_decimal(Decimal(part), format="#,##0.00", locale="pt_BR")
    return _SITUATIONS.get(part) or _STATUSES.get(part) or _IMAGES.get(part, part)


def queue(pending: dict[str, int]) -> str:
    """What waits, by the number of pieces of work of each kind."""
    known = [(pending.get(name, 0), words) for name, words in _QUEUED.items()]
    others = sum(count for name, count in pending.items() if name not in _QUEUED)
    parts = [f"{count} {words[count > 1]}" for count, words in [*known, (others, _QUEUED_ELSE)] if count]
    return f"Na fila: {', '.join(parts)}." if parts else "Nada na fila."


OUTAGES = {
    "erp": "O ERP não está atendendo o conector. Nada se perde: pedidos, estoque e produtos esperam na fila e seguem "
    "sozinhos quando ele voltar. Você não precisa fazer nada.",
    "shop": "A loja não está atendendo o conector. Nada se perde: o que falta levar a ela espera na fila e segue "
    "sozinho quando ela voltar. Você não precisa fazer nada.",
}
# What the page says of our own database.
DATABASE_REFUSES = (
    "O conector não consegue gravar no momento. Nada se perde: loja e ERP enviam de novo o que não foi aceito, e os "
    "pedidos são buscados na loja. O suporte precisa liberar espaço ou acesso ao banco de dados."
)
NO_DATABASE = (
    "O conector está sem o banco de dados no momento. Nada se perde: loja e ERP enviam de novo o que não foi aceito. "
    "Tente de novo em alguns minutos."
)


def duration(seconds: float) -> str:
    """A time that remains, roughly."""
    minutes = round(seconds / 60)
    if seconds < 60:
        return "menos de um minuto"
    if minutes < 60:
        return f"cerca de {minutes} min"
    return f"cerca de {minutes // 60} h {minutes % 60:02d} min"
