"""Brazilian names: people, streets, districts.

Tables of our own: a library of such data takes more memory than a fake with ten thousand products may
(`make bench-fake`), and its draws with one seed change from version to version.
"""

from __future__ import annotations

from random import Random

_FIRST = (
    *("Adriana", "Agatha", "Aline", "Amanda", "Ana Beatriz", "Ana Clara", "André", "Antônio", "Arthur", "Augusto"),
    *("Bárbara", "Beatriz", "Benício", "Bernardo", "Bianca", "Breno", "Bruna", "Bruno", "Caio", "Camila", "Carlos"),
    *("Carolina", "Cauã", "Cecília", "Célia", "Clarice", "Cláudio", "Cristiane", "Daniel", "Davi", "Débora", "Diego"),
    *("Eduarda", "Eduardo", "Elaine", "Elisa", "Emanuel", "Enzo", "Érica", "Estêvão", "Fabiana", "Fábio", "Felipe"),
    *(
        "Fernanda",
        "Fernando",
        "Flávia",
        "Francisco",
        "Gabriel",
        "Gabriela",
        "Giovana",
        "Guilherme",
        "Gustavo",
        "Heitor",
    ),
    *("Helena", "Henrique", "Hugo", "Iara", "Igor", "Inês", "Isabela", "Isadora", "Jéssica", "João Pedro", "Joaquim"),
    *("Jorge", "José", "Júlia", "Juliana", "Kauê", "Laís", "Lara", "Larissa", "Laura", "Leonardo", "Letícia", "Lívia"),
    *(
        "Lorena",
        "Lucas",
        "Luísa",
        "Luiz",
        "Manuela",
        "Marcela",
        "Márcio",
        "Marcos",
        "Maria",
        "Maria Eduarda",
        "Mariana",
    ),
    *("Marina", "Mateus", "Miguel", "Milena", "Murilo", "Natália", "Nicolas", "Otávio", "Paula", "Paulo", "Pedro"),
    *("Priscila", "Rafael", "Raquel", "Rebeca", "Renata", "Ricardo", "Roberta", "Rodrigo", "Rogério", "Rosângela"),
    *("Samuel", "Sandra", "Sérgio", "Sílvia", "Simone", "Sofia", "Stella", "Tainá", "Tatiane", "Thaís", "Thiago"),
    *("Tomás", "Valentina", "Vanessa", "Vera Lúcia", "Vicente", "Vinícius", "Vitória", "Wagner", "Yasmin", "Yuri"),
)
_LAST = (
    *(
        "Abreu",
        "Aguiar",
        "Albuquerque",
        "Almeida",
        "Alves",
        "Amaral",
        "Andrade",
        "Antunes",
        "Araújo",
        "Assis",
        "Azevedo",
    ),
    *("Barbosa", "Barros", "Batista", "Borges", "Braga", "Brito", "Bueno", "Caldeira", "Camargo", "Campos", "Cardoso"),
    *("Carneiro", "Carvalho", "Castro", "Cavalcanti", "Chaves", "Coelho", "Conceição", "Correia", "Costa", "Cunha"),
    *("D'Ávila", "Dias", "Duarte", "Esteves", "Farias", "Fernandes", "Ferreira", "Figueiredo", "Fonseca", "Freitas"),
    *("Furtado", "Garcia", "Gomes", "Gonçalves", "Gouveia", "Guimarães", "Leal", "Leite", "Lemos", "Lima", "Lopes"),
    *(
        "Macedo",
        "Machado",
        "Maia",
        "Marques",
        "Martins",
        "Medeiros",
        "Melo",
        "Mendonça",
        "Menezes",
        "Miranda",
        "Monteiro",
    ),
    *("Moraes", "Moreira", "Mota", "Moura", "Nascimento", "Neves", "Nogueira", "Nunes", "Oliveira", "Pacheco", "Paiva"),
    *("Peixoto", "Pereira", "Pinheiro", "Pinto", "Pires", "Prado", "Queiroz", "Ramos", "Rangel", "Rebouças", "Rezende"),
    *(
        "Ribeiro",
        "Rocha",
        "Rodrigues",
        "Sales",
        "Sampaio",
        "Santana",
        "Santos",
        "Silva",
        "Silveira",
        "Siqueira",
        "Soares",
    ),
    *("Souza", "Tavares", "Teixeira", "Toledo", "Torres", "Valença", "Vasconcelos", "Vieira", "Xavier", "Zanetti"),
)
_WAYS = ("Rua", "Rua", "Rua", "Rua", "Avenida", "Avenida", "Travessa", "Alameda", "Praça", "Estrada", "Viela", "Largo")
_THINGS = (
    *(
        "das Acácias",
        "dos Andradas",
        "da Aurora",
        "do Bosque",
        "das Camélias",
        "do Comércio",
        "da Conceição",
        "do Cruzeiro",
    ),
    *(
        "das Flores",
        "da Fonte",
        "dos Girassóis",
        "da Glória",
        "da Independência",
        "dos Ipês",
        "dos Jacarandás",
        "da Liberdade",
    ),
    *(
        "da Matriz",
        "das Mangueiras",
        "do Mercado",
        "dos Navegantes",
        "das Oliveiras",
        "das Palmeiras",
        "da Paz",
        "do Porto",
    ),
    *(
        "da Quitanda",
        "da República",
        "do Rosário",
        "da Saudade",
        "São Bento",
        "São João",
        "São José",
        "Sete de Setembro",
    ),
    *("do Sol", "Tiradentes", "dos Três Poderes", "Vinte e Cinco de Março", "das Violetas", "Quinze de Novembro"),
)
_PLACES = (
    *("Água Verde", "Alto da Boa Vista", "Bela Vista", "Boa Esperança", "Bom Jesus", "Caiçara", "Campo Belo", "Centro"),
    *(
        "Cidade Alta",
        "Cidade Nova",
        "Fátima",
        "Funcionários",
        "Glória",
        "Jardim América",
        "Jardim das Flores",
        "Lagoinha",
    ),
    *(
        "Jardim Europa",
        "Liberdade",
        "Mangabeiras",
        "Moinhos",
        "Nova Esperança",
        "Novo Horizonte",
        "Pampulha",
        "Parque Industrial",
    ),
    *(
        "Petrópolis",
        "Planalto",
        "Ponta Verde",
        "Praia do Canto",
        "Santa Cecília",
        "Santa Efigênia",
        "Santa Luzia",
        "São Cristóvão",
    ),
    *(
        "São Francisco",
        "São Geraldo",
        "São Pedro",
        "Savassi",
        "Setor Sul",
        "Tambaú",
        "Vila Mariana",
        "Vila Nova",
        "Vila Rica",
    ),
)


class Names:
    """Draws names from a seed of their own, so that who asks for how many of them changes nothing else."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def first_name(self) -> str:
        return self._random.choice(_FIRST)

    def last_name(self) -> str:
        return self._random.choice(_LAST)

    def street(self) -> str:
        """Named after a thing, or after a person as most are."""
        way = self._random.choice(_WAYS)
        if self._random.random() < 0.4:
            return f"{way} {self._random.choice(_THINGS)}"
        return f"{way} {self.first_name()} {self.last_name()}"

    def district(self) -> str:
        return self._random.choice(_PLACES)
