"""What no source may contain: doubles by patching, time and chance from outside, machine paths, registry hosts.

Each rule is a function over a source text; a bad sample proves that it sees what it should.
"""

import ast
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).relative_to(ROOT)

# Clocks read the time, and so may the modules that choose a clock for a program.
READS_TIME = re.compile(r"(connector|scenarios/harness)/clock\.py|[a-z_]+/(cli\.py|demo([a-z_]*\.py|/.*))")

MACHINE_PATH = re.compile(r"(?<![\w.}~-])/(?:work|home|root)/")
REGISTRY = re.compile(
    r"\b(?:pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|crates\.io|docker\.io|ghcr\.io|quay\.io|rubygems\.org)\b"
    r"|index-url[ =]\S*://"
)


def breaches(source: str, is_breach: Callable[[ast.AST], bool]) -> list[int]:
    """The lines of a Python source that break a rule."""
    return sorted({node.lineno for node in ast.walk(ast.parse(source)) if hasattr(node, "lineno") and is_breach(node)})


def patches(node: ast.AST) -> bool:
    """Whether this takes a piece of a program out and puts another in."""
    match node:
        case ast.Import(names=names):
            return any(name.name in ("mock", "unittest.mock", "pytest_mock") for name in names)
        case ast.ImportFrom(module="mock" | "unittest.mock" | "pytest_mock"):
            return True
        case ast.ImportFrom(module="unittest", names=names):
            return any(name.name == "mock" for name in names)
        case ast.Call(func=ast.Name(id="patch")):
            return True
        case ast.Attribute(value=ast.Name(id="mock" | "mocker"), attr="patch"):
            return True
        case ast.Attribute(attr="setattr" | "delattr"):
            return True
        case ast.arg(arg="mocker"):
            return True
    return False


def reads_time(node: ast.AST) -> bool:
    """Whether this asks the machine for the time instead of a clock, also without calling it on the spot."""
    match node:
        case ast.Attribute(attr="now" | "utcnow" | "today", value=ast.Name(id="datetime" | "date")):
            return True
        case ast.Attribute(attr="now" | "utcnow" | "today", value=ast.Attribute(attr="datetime" | "date")):
            return True
        case ast.Attribute(attr="time" | "time_ns", value=ast.Name(id="time")):
            return True
        case ast.ImportFrom(module="time", names=names):
            return any(name.name in ("time", "time_ns") for name in names)
    return False


def shared_chance(source: str) -> list[int]:
    """Lines that draw from the module `random`, whose seed is everybody's; its classes are no draw."""
    classes = ("Random", "SystemRandom")
    imported = {
        name.asname or name.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import)
        for name in node.names
        if name.name == "random"
    }

    def draws(node: ast.AST) -> bool:
        match node:
            case ast.ImportFrom(module="random", names=names):
                return any(name.name not in classes for name in names)
            case ast.Attribute(value=ast.Name(id=name), attr=attr):
                return name in imported and attr not in classes
        return False

    return breaches(source, draws)


def text_breaches(text: str, pattern: re.Pattern[str]) -> list[int]:
    """The lines of any text in which a pattern occurs."""
    return [number for number, line in enumerate(text.splitlines(), start=1) if pattern.search(line)]


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (path.relative_to(ROOT) for path in sorted((ROOT / folder).rglob("*.py")))


def read(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8", errors="replace")


def found(paths: Iterator[Path], lines_of: Callable[[str], list[int]]) -> list[str]:
    """Every breach in these files as `path:line`."""
    return [f"{path}:{line}" for path in paths for line in lines_of(read(path))]


def repository_files() -> Iterator[Path]:
    """All files that git tracks or would track."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("no git checkout: what belongs to the repository cannot be told")
    command = [git, "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return (Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file() and Path(name) != HERE)


def test_no_test_patches():
    paths = (path for path in python_files("tests") if path != HERE)
    assert found(paths, lambda source: breaches(source, patches)) == []


def test_only_clocks_read_the_time():
    programs = python_files("connector", "fake_erp", "fake_webstore", "scenarios/harness")
    paths = (path for path in programs if not READS_TIME.fullmatch(path.as_posix()))
    assert found(paths, lambda source: breaches(source, reads_time)) == []


def test_chance_comes_from_a_source_that_was_handed_in():
    paths = python_files("connector", "fake_erp", "fake_webstore", "scenarios")
    assert found(paths, shared_chance) == []


def test_no_file_names_a_path_of_one_machine():
    assert found(repository_files(), lambda text: text_breaches(text, MACHINE_PATH)) == []


def test_no_file_names_a_registry():
    assert found(repository_files(), lambda text: text_breaches(text, REGISTRY)) == []


@pytest.mark.parametrize(
    "sample",
    [
        "import unittest.mock",
        "import mock",
        "from unittest import mock",
        "from unittest.mock import AsyncMock",
        "from pytest_mock import MockerFixture",
        "with patch('a.b'): pass",
        "@mock.patch.object(a, 'b')\ndef f(): pass",
        "def test_it(mocker): pass",
        "monkeypatch.setattr(a, 'b', 1)",
        "monkeypatch.context().setattr(a, 'b', 1)",
    ],
)
def test_patching_is_seen(sample):
    assert breaches(sample, patches)


@pytest.mark.parametrize("sample", ["await session.patch('/x')", "monkeypatch.setenv('A', '1')", "setattr(a, 'b', 1)"])
def test_what_looks_like_patching_is_let_be(sample):
    assert breaches(f"async def f(session):\n    {sample}", patches) == []


@pytest.mark.parametrize(
    "sample",
    [
        "datetime.now(UTC)",
        "datetime.datetime.now()",
        "datetime.utcnow()",
        "date.today()",
        "time.time()",
        "from time import time",
        "field(default_factory=datetime.now)",
        "Worker(now=time.time)",
    ],
)
def test_reading_the_time_is_seen(sample):
    assert breaches(sample, reads_time) == [1]


@pytest.mark.parametrize(
    "sample", ["clock.now()", "world.clock.now()", "time.monotonic()", "loop.time()", "'time.time('"]
)
def test_asking_a_clock_is_let_be(sample):
    assert breaches(sample, reads_time) == []


@pytest.mark.parametrize(
    ("path", "may"),
    [
        ("connector/clock.py", True),
        ("connector/cli.py", True),
        ("connector/demo.py", True),
        ("connector/demo/compare.py", True),
        ("scenarios/harness/clock.py", True),
        ("connector/core/clock.py", False),
        ("connector/flows/cli.py", False),
        ("fake_erp/clock.py", False),
        ("connector/democracy/x.py", False),
    ],
)
def test_who_may_read_the_time(path, may):
    assert bool(READS_TIME.fullmatch(path)) is may


@pytest.mark.parametrize(
    "sample",
    ["import random\nrandom.choice(a)", "import random as r\nr.seed(1)", "#\nfrom random import choice"],
)
def test_shared_chance_is_seen(sample):
    assert shared_chance(sample) == [2]


@pytest.mark.parametrize(
    "sample",
    [
        "import random\nsource = random.Random(7)",
        "from random import Random\ndef f(random: Random): return random.choice('ab')",
        "world.random.choice(a)",
    ],
)
def test_chance_that_was_handed_in_is_let_be(sample):
    assert shared_chance(sample) == []


@pytest.mark.parametrize(
    "sample", ["see /wor" + "k/notes", 'open("/hom' + 'e/ana/x")', "cd /roo" + "t/x", "(/hom" + "e/x/y)"]
)
def test_a_machine_path_is_seen(sample):
    assert text_breaches(f"first line\n{sample}", MACHINE_PATH) == [2]


@pytest.mark.parametrize(
    "sample", ["https://shop.example/home/", "docs/wor" + "k/plan.md", "{base}/home/", "network/", "../root/x"]
)
def test_what_looks_like_a_machine_path_is_let_be(sample):
    assert text_breaches(sample, MACHINE_PATH) == []


@pytest.mark.parametrize(
    "sample",
    [
        "https://pypi.org/simple",
        "files.pythonhosted.org",
        "FROM ghcr.io/x/y",
        "--index" + "-url https://mirror.example/simple",
    ],
)
def test_a_registry_is_seen(sample):
    assert text_breaches(sample, REGISTRY) == [1]


def test_an_option_without_a_host_is_let_be():
    assert text_breaches("--no-emit-index-url \\", REGISTRY) == []
