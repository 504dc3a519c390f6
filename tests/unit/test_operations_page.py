"""docs/OPERATIONS.md against the contracts, the reasons, the merchant's sentences and the command line.

A row is missing: add one to the table that the failure names, `| `name` | … |`; a sentence goes between « and ».
"""

import re
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from connector import texts
from connector.cli import cli
from connector.core.reasons import Reason

PAGE = (Path(__file__).parents[2] / "docs" / "OPERATIONS.md").read_text(encoding="utf-8")

# Contract, erp-transport section 3.4.
ERP_CODES = [*range(1, 12), *range(20, 24), *range(30, 36), 99]

# What is met instead of a code: erp-transport sections 3.1 and 3.6, erp-observed.
NO_CODES = [
    "HTTP 404",
    "HTTP 429",
    "HTTP 503",
    "HTTP 5xx",
    "HTML with HTTP 200",
    "empty body",
    "XML",
    "JSON without `retorno`",
    "no answer in `CONNECTOR_ERP_TIMEOUT`",
    "no connection",
    "connection cut half-way",
    "`OK` with empty `registros`",
    "`OK` outside, `Erro` in the record",
    "code 35 on a write",
    "`lista.atualizacoes.*`",
    "`x-limit-api: 0`",
]

# Contract, webstore-api section 12.
WEBSTORE_ERRORS = {
    "400": ["malformed_json", "missing_user_agent", "bad_request"],
    "401": ["missing_token", "invalid_token", "token_revoked"],
    "402": ["store_suspended"],
    "403": ["insufficient_scope", "wrong_store"],
    "404": ["not_found"],
    "405": ["method_not_allowed"],
    "409": [
        "invalid_transition",
        "payment_managed_by_gateway",
        "order_not_paid",
        "order_closed",
        "invoice_already_set",
        "already_referenced",
        "product_deleted",
        "code_is_variant",
        "product_has_variants",
        "duplicate_webhook",
    ],
    "410": ["store_closed"],
    "413": ["payload_too_large"],
    "415": ["unsupported_media_type"],
    "422": ["validation_failed"],
    "429": ["rate_limited"],
    "500": ["internal_error"],
    "502": ["none, a proxy's page"],
    "503": ["maintenance"],
    "504": ["none, a proxy's page"],
}
WEBSTORE_DETAILS = [
    "required",
    "invalid_format",
    "invalid_check_digit",
    "too_long",
    "too_small",
    "too_large",
    "not_allowed_value",
    "unknown_field",
    "unknown_parameter",
    "read_only_field",
    "code_mismatch",
    "code_in_use",
    "page_out_of_range",
]

COLUMNS = {"The connector", "The merchant reads", "The operator"}


def table(heading: str, header: str) -> list[list[str]]:
    """The rows, header first, of the table under a heading whose first column has this header."""
    section = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", PAGE, re.DOTALL | re.MULTILINE)
    assert section, f"no heading {heading!r}"
    for block in re.findall(r"(?:^\|.*\n)+", section[1], re.MULTILINE):
        rows = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in block.splitlines()]
        if rows[0][0] == header:
            assert all(len(row) == len(rows[0]) and all(row) for row in rows), "a row has an empty or a missing cell"
            return [rows[0], *rows[2:]]
    raise AssertionError(f"no table under {heading!r} begins with {header!r}")


def firsts(heading: str, header: str) -> list[str]:
    return [row[0].strip("`") for row in table(heading, header)[1:]]


@pytest.mark.parametrize(
    ("heading", "header"),
    [
        ("Codes of the ERP", "Code"),
        ("What is no code", "Answer"),
        ("Errors of Webstore", "HTTP"),
        ("Reasons", "Reason"),
    ],
)
def test_each_table_says_what_the_connector_does_the_merchant_reads_and_the_operator_does(heading, header):
    assert set(table(heading, header)[0]) >= COLUMNS


@pytest.mark.parametrize("code", ERP_CODES)
def test_every_code_of_the_erp_has_one_row(code):
    assert firsts("Codes of the ERP", "Code").count(str(code)) == 1


@pytest.mark.parametrize("code", ["any other", "none"])
def test_codes_that_the_contract_does_not_list_have_a_row(code):
    assert code in firsts("Codes of the ERP", "Code")


@pytest.mark.parametrize("answer", NO_CODES)
def test_what_is_no_code_has_a_row(answer):
    assert any(answer in first for first in (row[0] for row in table("What is no code", "Answer")[1:]))


@pytest.mark.parametrize(
    ("status", "code"), [(status, code) for status, all in WEBSTORE_ERRORS.items() for code in all]
)
def test_every_error_of_the_shop_has_one_row(status, code):
    rows = [(row[0], row[1].strip("`")) for row in table("Errors of Webstore", "HTTP")[1:]]
    assert rows.count((status, code)) == 1


@pytest.mark.parametrize("code", WEBSTORE_DETAILS)
def test_every_detail_of_a_refusal_has_one_row(code):
    assert firsts("Errors of Webstore", "Code").count(code) == 1


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_one_row_with_its_sentence(reason):
    rows = {row[0].strip("`"): row[1] for row in table("Reasons", "Reason")[1:]}
    row = f"| `{reason}` | «{texts.reason(reason)}» | … | … |"
    assert reason in rows, f"add to the table under Reasons: {row}"
    assert rows[reason] == f"«{texts.reason(reason)}»", f"the sentence is now: {row}"


def test_no_row_is_about_a_reason_that_is_gone():
    named = firsts("Reasons", "Reason")
    assert sorted(named) == sorted(set(named))
    assert set(named) <= set(Reason)


def test_what_the_merchant_reads_is_said_in_the_programs_words():
    known = {texts.reason(reason) for reason in Reason}
    for heading, header in (
        ("Codes of the ERP", "Code"),
        ("What is no code", "Answer"),
        ("Errors of Webstore", "HTTP"),
    ):
        head, *rows = table(heading, header)
        for row in rows:
            quoted = re.findall(r"«(.*?)»", row[head.index("The merchant reads")])
            assert set(quoted) <= known, row[0]


def commands(group: TyperGroup, path: tuple[str, ...] = ()) -> dict[str, set[str]]:
    """All commands, groups too, by their whole name, with their options."""
    found: dict[str, set[str]] = {}
    for name, command in group.commands.items():
        options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        found[" ".join((*path, name))] = options
        if isinstance(command, TyperGroup):
            found |= commands(command, (*path, name))
    return found


def named_on_page() -> list[str]:
    """Each `connector …` of the page, inline or in a block, without what is said of it."""
    inline = re.findall(r"`(connector [^`]+)`", PAGE.replace("\n", " "))
    blocks = [
        line.split("#")[0]
        for block in re.findall(r"^```\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
        for line in block.splitlines()
    ]
    return [" ".join(line.split()) for line in [*inline, *blocks] if line.startswith("connector ")]


def test_every_command_on_the_page_exists_with_its_options():
    group = typer.main.get_command(cli)
    assert isinstance(group, TyperGroup)
    known, lines = commands(group), named_on_page()
    assert len(lines) > 20
    for line in lines:
        words = line.split()[1:]
        names = [name for name in known if words[: len(name.split())] == name.split()]
        assert names, f"{line}: no such command"
        name = max(names, key=len)
        is_group = any(other.startswith(f"{name} ") for other in known)
        assert not is_group or words == name.split(), f"{line}: no such command"
        assert {word for word in words if word.startswith("--")} <= known[name], f"{line}: no such option"


def test_the_page_names_every_command():
    group = typer.main.get_command(cli)
    assert isinstance(group, TyperGroup)
    known = commands(group)
    single = {name for name in known if not any(other.startswith(f"{name} ") for other in known)}
    named = {name for name in single if any(f"{line} ".startswith(f"connector {name} ") for line in named_on_page())}
    assert single - named == {"demo"}


def test_every_reason_named_in_a_filter_exists():
    named = re.findall(r"--reason ([a-z_]+)", PAGE)
    assert named
    assert set(named) <= set(Reason)


@pytest.mark.parametrize(
    "title",
    [
        "A token was regenerated",
        "The quota is shared with another tool",
        "The database was restored from a copy",
        "The database is full, read-only or away",
        "Keys are rotated or lost",
        "The webhook address has leaked",
        "The ERP is down overnight",
        "A doubled order was found",
    ],
)
def test_there_is_a_runbook(title):
    assert f"### {title}\n" in PAGE.partition("## Runbooks\n")[2]


def test_every_link_within_the_page_leads_somewhere():
    headings = re.findall(r"^#+ (.*)$", PAGE, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= anchors
