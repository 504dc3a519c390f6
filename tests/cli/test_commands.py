"""What each command says and with which status it ends."""

import json
import signal
import sqlite3
import urllib.error
import urllib.request

import pytest
from cryptography.fernet import Fernet

from connector.store import schema

NEEDED = ["PUBLIC_URL", "WEBSTORE_URL", "APP_ID", "APP_SECRET", "KEYS"]


def without(variables, *names):
    return {name: value for name, value in variables.items() if name not in names}


def test_key_prints_a_key_that_can_be_used(connector, good):
    ended = connector("key")
    assert (ended.returncode, ended.stderr) == (0, "")
    Fernet(ended.stdout.strip())
    assert connector("check", **{**good, "CONNECTOR_KEYS": ended.stdout.strip()}).returncode == 0


def test_key_prints_another_key_each_time(connector):
    assert connector("key").stdout != connector("key").stdout


def test_check_is_content_with_a_good_configuration(connector, good):
    ended = connector("check", **good)
    assert ended.returncode == 0
    assert "configuration is good" in ended.stdout


def test_check_without_anything_names_every_variable_that_is_needed(connector):
    ended = connector("check", CONNECTOR_DATABASE_URL="sqlite:////no/such/folder/x.sqlite3")
    lines = ended.stdout.splitlines()
    assert ended.returncode == 1
    for name in NEEDED:
        assert any(line.startswith(f"✗ CONNECTOR_{name} is not set (") for line in lines), name
    assert lines[-1] == "6 problem(s)"


def test_check_tells_all_kinds_of_problems_at_once(connector, good, taken_port):
    wrong = {
        "CONNECTOR_KEYS": "never-to-be-seen",
        "CONNECTOR_PUBLIC_URL": "conector.example",
        "CONNECTOR_DATABASE_URL": "sqlite:////no/such/folder/x.sqlite3",
        "CONNECTOR_PORT": taken_port,
    }
    ended = connector("check", **without({**good, **wrong}, "CONNECTOR_APP_ID"))
    assert ended.returncode == 1
    for hint in (
        "CONNECTOR_APP_ID is not set (number of the app at Webstore)",
        "CONNECTOR_KEYS: key 1 is no key: `connector key` prints one",
        "CONNECTOR_PUBLIC_URL: must be an address such as https://",
        "does not exist: create it or change CONNECTOR_DATABASE_URL",
        "is in use: stop the other program or set CONNECTOR_PORT",
    ):
        assert hint in ended.stdout
    assert ended.stdout.splitlines()[-1] == "5 problem(s)"


# Each table is one run, since every problem is told at once.
@pytest.mark.parametrize(
    "wrong",
    [
        {
            "KEYS": ("", "holds no key"),
            "APP_ID": ("abc", "valid integer"),
            "PORT": ("0", "greater than or equal to 1"),
            "PUBLIC_URL": ("ftp://x", "must be an address"),
            "WEBSTORE_URL": ("http://[", "address of the Webstore platform"),
            "DATABASE_URL": ("", "is no database address"),
            "CLOCK": ("sundial", "is no clock"),
            "LOG_LEVEL": ("loud", "must be debug, info, warning or error"),
            "ERP_TIMEOUT": ("0", "greater than 0"),
        },
        {
            "KEYS": (f"{'A' * 43}=,short", "key 2 is no key"),
            "PORT": ("http", "valid integer"),
            "PUBLIC_URL": ("https://ana:never-to-be-seen@x", "neither a query nor a user name"),
            "DATABASE_URL": ("mysql://ana:never-to-be-seen@x/y", "names mysql; use sqlite:///FILE or postgresql://"),
        },
        {"DATABASE_URL": ("postgresql://ana:x@host:never-to-be-seen/y", "is no database address")},
        {"DATABASE_URL": ("sqlite://", "names no file")},
        {"DATABASE_URL": ("sqlite:///:memory:", "names no file")},
        {"HOST": ("no-such-host.invalid", "cannot listen on no-such-host.invalid:"), "KEYS": ("x", "key 1 is no key")},
        {"HOST": ("192.0.2.1", "check CONNECTOR_HOST and CONNECTOR_PORT")},
    ],
)
def test_check_says_what_is_wrong_with_each_value(connector, good, wrong):
    values = {f"CONNECTOR_{name}": value for name, (value, _) in wrong.items()}
    ended = connector("check", **{**good, **values})
    *problems, count = ended.stdout.splitlines()
    assert ended.returncode == 1
    for name, (_, hint) in wrong.items():
        assert any(f"CONNECTOR_{name}" in problem and hint in problem for problem in problems), (name, problems)
    assert count == f"{len(wrong)} problem(s)"
    assert "never-to-be-seen" not in ended.stdout


def test_check_says_that_a_database_cannot_be_written(connector, good, tmp_path):
    (tmp_path / "folder.sqlite3").mkdir()
    ended = connector("check", **{**good, "CONNECTOR_DATABASE_URL": f"sqlite:///{tmp_path / 'folder.sqlite3'}"})
    assert ended.returncode == 1
    assert "cannot be used (unable to open database file): check CONNECTOR_DATABASE_URL and the rights" in ended.stdout


def test_check_says_that_a_file_is_no_database(connector, good, tmp_path):
    (tmp_path / "connector.sqlite3").write_text("Prezada senhora, " * 100)
    ended = connector("check", **good)
    assert ended.returncode == 1
    assert "file is not a database" in ended.stdout


def test_check_says_that_a_server_does_not_answer_and_keeps_its_password(connector, good):
    ended = connector(
        "check", **{**good, "CONNECTOR_DATABASE_URL": "postgresql://ana:never-to-be-seen@127.0.0.1:1/shop"}
    )
    assert ended.returncode == 1
    assert "postgresql://ana:***@127.0.0.1:1/shop cannot be used" in ended.stdout
    assert "never-to-be-seen" not in ended.stdout


def test_a_file_of_variables_is_read_from_the_folder(connector, good, tmp_path):
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in good.items()))
    assert connector("check").returncode == 0


@pytest.mark.parametrize("command", ["serve", "worker", "status"])
def test_no_command_begins_without_keys(connector, good, command):
    ended = connector(command, **without(good, "CONNECTOR_KEYS"))
    assert ended.returncode == 2
    assert "CONNECTOR_KEYS is not set" in ended.stderr
    assert "`connector key` prints one" in ended.stderr
    assert ended.stdout == ""


def test_serve_on_a_port_in_use_says_so_in_one_line(connector, good, taken_port):
    ended = connector("serve", **{**good, "CONNECTOR_PORT": taken_port})
    assert ended.returncode == 1
    assert ended.stderr == (
        f"connector: port {taken_port} is in use: stop the other program or set CONNECTOR_PORT to a free one\n"
    )


def test_serve_without_its_database_says_so_in_one_line(connector, good):
    ended = connector("serve", **{**good, "CONNECTOR_DATABASE_URL": "sqlite:////no/such/folder/x.sqlite3"})
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert "create it or change CONNECTOR_DATABASE_URL" in ended.stderr


def test_a_worker_of_its_own_needs_postgresql(connector, good):
    ended = connector("worker", **good)
    assert ended.returncode == 2
    assert "a SQLite file has one process" in ended.stderr


@pytest.mark.parametrize("command", ["status", "calls", "drift 7", "pull plan 7"])
def test_without_a_database_a_command_says_so_and_makes_none(connector, good, tmp_path, command):
    ended = connector(*command.split(), **good)
    assert ended.returncode == 1
    assert "start `connector serve` first" in ended.stderr
    assert not list(tmp_path.glob("*.sqlite3*"))


def test_status_of_another_programs_database_says_so(connector, good, tmp_path):
    made = sqlite3.connect(tmp_path / "connector.sqlite3")
    made.execute("CREATE TABLE letters (id INTEGER)")
    made.close()
    ended = connector("status", **good)
    assert ended.returncode == 1
    assert "there is no usable database" in ended.stderr


def test_status_shows_the_shops(connector, good):
    schema.migrate(good["CONNECTOR_DATABASE_URL"])
    ended = connector("status", **good)
    assert ended.returncode == 0
    assert "connection" in ended.stdout


def test_without_a_command_the_help_is_shown(connector):
    ended = connector()
    assert all(command in ended.stdout + ended.stderr for command in ("serve", "worker", "check", "key", "status"))


def test_an_unknown_command_is_refused(connector):
    assert connector("sevre").returncode == 2


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("command", [["serve"], ["serve", "--no-work"]])
def test_serve_answers_and_ends_cleanly_on_a_signal(serving, good, command, sign):
    process = serving(*command, **good)
    with urllib.request.urlopen(f"http://127.0.0.1:{good['CONNECTOR_PORT']}/health", timeout=10) as answer:
        assert json.load(answer) == {"status": "ok"}
    process.send_signal(sign)
    assert process.wait(10) == 0
    assert process.communicate() == ("", "")


def test_what_a_server_has_kept_is_there_when_it_begins_again(serving, good):
    for _ in range(2):
        process = serving("serve", **good)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_a_second_server_on_the_same_port_does_not_disturb_the_first(serving, connector, good):
    process = serving("serve", **good)
    assert connector("serve", **good).returncode == 1
    with urllib.request.urlopen(f"http://127.0.0.1:{good['CONNECTOR_PORT']}/health", timeout=10) as answer:
        assert answer.status == 200
    assert process.poll() is None


def test_the_path_of_a_door_is_in_no_log(serving, good):
    process = serving("serve", **good, CONNECTOR_LOG_LEVEL="debug")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"http://127.0.0.1:{good['CONNECTOR_PORT']}/erp/estoque/p0rt4-s3cr3t4", timeout=10)
    process.send_signal(signal.SIGTERM)
    assert "p0rt4" not in "".join(process.communicate(timeout=10))


def test_calls_of_a_store_that_is_not_there_are_one_line(connector, good):
    assert connector("check", **good).returncode == 0
    ended = connector("calls", "7", **good)
    assert ended.returncode == 1
    assert ended.stderr.startswith("connector: store 7 has no ERP account here")


def test_before_the_first_call_there_is_nothing_to_show(connector, good):
    assert connector("check", **good).returncode == 0
    ended = connector("calls", "--days", "7", **good)
    assert (ended.returncode, ended.stdout.strip()) == (0, "no call in these days")
