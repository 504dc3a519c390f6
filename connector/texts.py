"""What merchants read, in Portuguese: one sentence for each reason, saying what to do where something can be done."""

from __future__ import annotations

from connector.core.reasons import Reason

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
    Reason.DUPLICATE_CODE: "Outro produto do ERP tem o mesmo código. Deixe cada código em um só produto.",
    Reason.CODE_IS_VARIANT: "Na loja, este código é de uma variação de outro produto. Corrija um dos dois.",
    Reason.DELETED_IN_SHOP: "Foi removido na loja. Para voltar a atualizar, restaure o produto no painel da loja.",
    Reason.NO_VARIATIONS: "Produto com variações, mas nenhuma com código. Preencha os códigos no ERP.",
    Reason.TOO_MANY_AXES: "Tem mais de três atributos de variação; a loja aceita três.",
    Reason.TOO_MANY_VARIATIONS: "Tem mais de 200 variações; a loja aceita 200.",
    Reason.AXES_DISAGREE: "As variações não têm todas os mesmos atributos. Corrija a grade no ERP.",
    Reason.SAME_OPTIONS: "Duas variações têm os mesmos atributos. Corrija a grade no ERP.",
    Reason.SHOP_REFUSED: "A loja recusou o produto.",
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
    Reason.SHOP_FORBIDDEN: "A loja não deu ao aplicativo a permissão necessária. Instale o aplicativo novamente.",
    Reason.SHOP_UNREACHABLE: "A loja não respondeu. Tentaremos de novo.",
    Reason.SHOP_BUSY: "A loja pediu para aguardar. Tentaremos de novo.",
    Reason.SHOP_TROUBLE: "A loja está com problemas. Tentaremos de novo.",
    Reason.ERP_CONTRACT: "O ERP deu uma resposta que o conector não entende. O suporte foi avisado.",
    Reason.SHOP_CONTRACT: "A loja deu uma resposta que o conector não entende. O suporte foi avisado.",
    Reason.ERP_REFUSED: "O ERP recusou o pedido do conector.",
    Reason.MESSAGE_UNREADABLE: "O ERP enviou uma mensagem que o conector não consegue ler. O suporte foi avisado.",
    Reason.MESSAGE_FOREIGN: (
        "Chegou uma mensagem de outra empresa ou integração do ERP. Confira onde o endereço secreto foi colado."
    ),
    Reason.MESSAGE_UNKNOWN_KIND: "O ERP enviou um tipo de mensagem que o conector não usa.",
    Reason.NOT_LINKED: "O produto ainda não está na loja. O estoque será enviado quando estiver.",
    Reason.MAPPING_MISTAKE: (
        "O Identificador digitado no anúncio, no ERP, não é o número de um produto da loja. Corrija-o no ERP."
    ),
    Reason.ORDER_UNKNOWN_CODE: (
        "O pedido tem produtos que não existem no ERP. Cadastre-os no ERP com o mesmo código e sincronize; "
        "o pedido segue sozinho."
    ),
    Reason.ORDER_MONEY: "Os valores do pedido não fecham até o centavo, por isso ele não foi enviado.",
    Reason.ORDER_REFUSED: "O ERP recusou o pedido.",
    Reason.ORDER_NUMBER_TAKEN: (
        "O ERP diz que já tem um pedido com este número, e nenhum dos que ele mostra é desta loja. Confira no ERP "
        "e lance o pedido à mão ou cancele o outro."
    ),
    Reason.ORDER_IN_DOUBT: "O ERP não confirmou o pedido. O conector está conferindo se ele foi gravado.",
    Reason.ORDER_CONFLICT: "O pedido mudou na loja e no ERP ao mesmo tempo. Confira os dois lados.",
    Reason.INTERNAL: "Erro interno do conector. O suporte foi avisado; tentaremos de novo.",
}

_SENTENCES = {**_OTHER, **_PRODUCT, **_ACCOUNT}

_KINDS = {
    "connect": "Conexão com o ERP",
    "report": "Aviso ao painel da loja",
    "subscribe": "Inscrição nos avisos da loja",
    "pull": "Sincronização de produtos",
    "pull.shop": "Leitura dos produtos da loja",
    "pull.listing": "Leitura da lista de produtos do ERP",
    "pull.product": "Produto",
    "levels": "Envio de estoque",
    "messages": "Mensagens do ERP",
    "stock.ask": "Consulta de estoque",
    "order": "Pedido",
    "orders": "Busca de pedidos",
    "situation": "Situação do pedido",
    "situations": "Busca de situações",
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


def connection(state: str, code: str | None, company: str | None) -> str:
    """What the panel shows about the connection."""
    if state == "connected":
        return f"Conectado à empresa {company} no ERP." if company else "Conectado ao ERP."
    return reason(code) if code else "Conferindo o token com o ERP…"


def state(code: str) -> str:
    return _STATES[code]


def kind(code: str) -> str:
    """What a piece of work is about."""
    return _KINDS.get(code, code)


def duration(seconds: float) -> str:
    """A time that remains, roughly."""
    minutes = round(seconds / 60)
    if seconds < 60:
        return "menos de um minuto"
    if minutes < 60:
        return f"cerca de {minutes} min"
    return f"cerca de {minutes // 60} h {minutes % 60:02d} min"
