"""Who may import whom: the contracts of `.importlinter`, and what the core may import at all."""

import ast
import configparser
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = "from importlinter.cli import lint_imports_command as lint; lint()"

# In the standard library, and still not for a ring that only decides.
NOT_FOR_CORE = frozenset(
    {"asyncio", "concurrent", "logging", "multiprocessing", "os", "socket", "sqlite3", "ssl", "subprocess"}
    | {"threading", "time"}
)


def core_breaches(source: str) -> list[str]:
    """What a source of `connector.core` imports and must not."""
    imported = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            imported += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level:
            imported.append("." * node.level)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            imported += [f"connector.{alias.name}" for alias in node.names] if module == "connector" else [module]
    return [name for name in imported if not fit_for_core(name)]


def fit_for_core(module: str) -> bool:
    root = module.partition(".")[0]
    if root in sys.stdlib_module_names:
        return root not in NOT_FOR_CORE
    return module == "connector.core" or module.startswith("connector.core.")


def read_contracts() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter")
    return parser


CONTRACTS = read_contracts()
PROGRAMS = CONTRACTS["importlinter"]["root_packages"].split()
NAMED = [section for section in CONTRACTS.sections() if ":contract:" in section]


def modules(section: str, *keys: str) -> list[str]:
    return [module for key in keys for module in CONTRACTS[section].get(key, "").split()]


def is_missing(module: str) -> bool:
    """Whether a module of ours is not written yet."""
    path = ROOT / module.replace(".", "/")
    is_ours = module.partition(".")[0] in PROGRAMS
    return is_ours and not (path / "__init__.py").is_file() and not path.with_suffix(".py").is_file()


def lint(tree: Path, contracts: configparser.ConfigParser, folder: Path) -> str:
    """What import-linter says about the packages below `tree`; COLUMNS keeps each verdict on one line."""
    config = folder / "contracts.ini"
    with config.open("w") as file:
        contracts.write(file)
    run = subprocess.run(
        [sys.executable, "-c", LINT, "--config", str(config), "--no-cache", "--no-logo"],
        cwd=tree,
        env=os.environ | {"COLUMNS": "300", "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        check=False,
    )
    return run.stdout + run.stderr


def without_what_is_missing() -> configparser.ConfigParser:
    """The contracts as far as the modules they name are written."""
    present = read_contracts()
    for section in NAMED:
        for key in ("source_modules", "forbidden_modules", "protected_modules", "allowed_importers"):
            if key in present[section]:
                there = [module for module in modules(section, key) if not is_missing(module)]
                present[section][key] = "\n".join(["", *there])
                if not there:
                    present.remove_section(section)
                    break
    return present


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory) -> str:
    """The verdicts on this repository."""
    return lint(ROOT, without_what_is_missing(), tmp_path_factory.mktemp("contracts"))


@pytest.mark.parametrize("section", NAMED)
def test_the_contract_is_kept(section, verdicts):
    if section not in without_what_is_missing():
        pytest.skip("what it speaks about is not written yet")
    assert f"{CONTRACTS[section]['name']} KEPT" in verdicts, verdicts


@pytest.fixture(scope="module")
def verdicts_on_rogues(tmp_path_factory) -> str:
    """The verdicts on a repository in which every forbidden import was made, and only those."""
    tree = tmp_path_factory.mktemp("rogues")
    for section in NAMED:
        for module in modules(section, *CONTRACTS[section]):
            if module.partition(".")[0] in PROGRAMS:
                write(tree, f"{module}.__init__", "")
    for number, section in enumerate(NAMED):
        for place in modules(section, "source_modules") or ["connector"]:
            wrong = modules(section, "forbidden_modules", "protected_modules")
            write(tree, f"{place}.rogue_{number}", "".join(f"import {module}\n" for module in wrong))
    return lint(tree, CONTRACTS, tree)


def write(tree: Path, module: str, source: str) -> None:
    """Make a module below `tree`, and packages of all the folders above it."""
    path = (tree / module.replace(".", "/")).with_suffix(".py")
    path.parent.mkdir(parents=True, exist_ok=True)
    for folder in path.relative_to(tree).parents:
        if folder.name:
            (tree / folder / "__init__.py").touch()
    path.write_text(source)


@pytest.mark.parametrize("section", NAMED)
def test_the_contract_breaks_when_it_should(section, verdicts_on_rogues):
    assert f"{CONTRACTS[section]['name']} BROKEN" in verdicts_on_rogues, verdicts_on_rogues


@pytest.mark.parametrize("section", NAMED)
def test_each_module_that_a_contract_forbids_is_seen(section, verdicts_on_rogues):
    number = NAMED.index(section)
    for place in modules(section, "source_modules") or ["connector"]:
        for module in modules(section, "forbidden_modules", "protected_modules"):
            assert f"{place}.rogue_{number} -> {module} " in verdicts_on_rogues


def core_files() -> list[Path]:
    return sorted((ROOT / "connector" / "core").rglob("*.py"))


@pytest.mark.parametrize("path", core_files(), ids=lambda path: path.name)
def test_the_core_imports_the_standard_library_and_itself(path):
    assert core_breaches(path.read_text(encoding="utf-8")) == []


def test_there_is_a_core():
    assert core_files()


@pytest.mark.parametrize(
    ("source", "breaches"),
    [
        ("import asyncio", ["asyncio"]),
        ("import re, logging.config", ["logging.config"]),
        ("from time import time", ["time"]),
        ("import orjson", ["orjson"]),
        ("from connector.wire import erp", ["connector.wire"]),
        ("from connector import store, core", ["connector.store"]),
        ("from connector.corelike import x", ["connector.corelike"]),
        ("from .. import wire", [".."]),
        ("def f():\n    import aiohttp.web", ["aiohttp.web"]),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from sqlalchemy import Table", ["sqlalchemy"]),
    ],
)
def test_a_breach_of_the_core_is_seen(source, breaches):
    assert core_breaches(source) == breaches


def test_what_the_core_needs_is_allowed():
    assert core_breaches("from datetime import datetime\nfrom connector.core import stock\nimport decimal") == []
