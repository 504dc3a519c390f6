"""What is wrong with a story file is told as `file:line:column: what, and what to do`, everything at once."""

from __future__ import annotations

import pytest

STORY = """\
title: a story
steps:
  - merchant: connects
"""


def told(ended, path):
    """The problems without the file's name."""
    *problems, last = ended.err.splitlines()
    assert ended.status == 2
    assert ended.out == ""
    assert last == f"{len(problems)} problem(s); nothing was played"
    assert all(line.startswith(f"{path}:") for line in problems)
    return [line.removeprefix(f"{path}:") for line in problems]


@pytest.mark.parametrize("action", ["run", "check"])
def test_every_problem_of_a_file_is_told_at_once(command, write, action):
    path = write(
        """\
        titel: a story
        seed: many
        steps:
          - merchant: conects
          - eventually: pulled
        """
    )
    assert told(command(action, path), path) == [
        "1:1: 'title' is missing: add it here",
        "1:1: unknown key 'titel' (did you mean 'title'?); known: title, seed, tags, needs, settle, worlds, steps",
        "2:7: 'seed' must be a whole number, not 'many'",
        "4:15: merchant: 'conects' is no step (did you mean 'connects'?); known: connects, pastes_token, installs, "
        "uninstalls, chooses, synchronises, confirms_pull, discards_pull, exchanges_address, retries, removes_product, "
        "restores_product, edits_product",
        "5:5: 'within' is missing: add it here",
    ]


def test_names_that_nothing_gives_and_files_that_are_not_there_are_told_beside_all_else(command, write):
    path = write(
        """\
        seed: many
        title: a story
        worlds:
          accounts: {a: {products: 0}}
          shops: {s: {account: z}}
        steps:
          - merchant: connects
            shop: u
          - shopper: orders
            count: none
            as: one
          - shopper: pays
            order: one
          - shopper: pays
            order: nix
          - erp: is_down
            for: 1m
            account: b
          - hook: calls
            function: gone.py:look
        """
    )
    told_lines = [line.partition(";")[0] for line in told(command("check", path), path)]
    assert told_lines == [
        "1:7: 'seed' must be a whole number, not 'many'",
        "4:28: 'products' must be 1 or more, not 0",
        "5:24: there is no account 'z'",
        "8:11: there is no shop 'u' in `worlds`",
        "10:12: 'count' must be a whole number, not 'none'",
        "15:12: no step before this one names its orders 'nix'",
        "18:14: there is no account 'b' in `worlds`",
        "20:15: there is no file gone.py beside the story: put it there, or name another one",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "title: x\nworlds: 1\n",
        "title: x\nworlds: {shops: [a], accounts: 3}\n",
        "title: x\nworlds: {shops: {s: 1}}\nsteps: {}\n",
    ],
)
def test_a_head_of_the_wrong_shape_is_told_and_stops_nothing(command, write, text):
    path = write(text)
    assert told(command("check", path), path)


@pytest.mark.parametrize(
    ("head", "problem"),
    [
        ("seed: -1", "1:7: 'seed' must be 0 or more, not -1"),
        ("seed: 1.5", "1:7: 'seed' must be a whole number, not 1.5"),
        ("seed: 0x1F", "1:7: a number of this kind is not taken: 0x1F; write it in plain decimal digits"),
        ("tags: smoke", "1:7: 'tags' must be a list, not 'smoke'"),
        ("tags: [ok, Not ok]", "1:12: this must be a name of your own: small letters, digits, _ and -"),
        ("needs: real", "1:8: 'needs' cannot be 'real' (did you mean 'virtual'?); known: virtual"),
        ("settle: 5 minutes", "1:9: 'settle' must be a length of time such as 30s, 10m, 11h or 1h30m, not '5 minutes'"),
        ("settle: 90", "1:9: 'settle' must be a length of time such as 30s, 10m, 11h or 1h30m, not 90"),
        ("worlds: {acounts: {}}", "1:10: unknown key 'acounts' (did you mean 'accounts'?); known: accounts, shops"),
        ("worlds: {accounts: {a: {}, b: {}}}", "1:28: no shop's token opens the account 'b': give one `account: b`"),
        (
            "worlds: {accounts: {a: {plan: evolve}}}",
            "1:31: 'plan' cannot be 'evolve' (did you mean 'evoluir'?); known:",
        ),
        ("worlds: {accounts: {a: {products: 0}}}", "1:35: 'products' must be 1 or more, not 0"),
        ("worlds: {accounts: {a: {}}, shops: {s: {account: b}}}", "1:50: there is no account 'b'; known: a"),
        ("worlds: {accounts: {Matriz: {}}}", "1:21: 'Matriz' is no name: take small letters, digits, _ and -"),
    ],
)
def test_problems_of_the_head(command, write, head, problem):
    path = write(f"{head}\n{STORY}")
    (only,) = told(command("check", path), path)
    assert only.startswith(problem)


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        (
            "merchnat: connects",
            "4:5: nobody acts in this step (did you mean 'merchant'?); begin it with one of merchant,",
        ),
        ("connects", "4:5: a step is an actor and what is done, such as `merchant: connects`, not 'connects'"),
        ("{merchant: connects, shopper: orders}", "4:5: one step is done by one, not by merchant and shopper"),
        ("eventually: [pulled]", "4:17: eventually: a list is no step; known: pulled, "),
        ("operator: moves_stock", "4:5: give exactly one of 'any' and 'code'"),
        ("{operator: moves_stock, any: 1, code: A}", "4:5: give exactly one of 'any' and 'code'"),
        (
            "{operator: moves_stock, any: 1, too: 4}",
            "4:37: unknown key 'too' (did you mean 'to'?); known: operator, any",
        ),
        ("{shopper: orders, count: yes}", "4:30: 'count' must be a whole number, not 'yes'"),
        ("{shopper: orders, count: true}", "4:30: 'count' must be a whole number, not true"),
        ("{shopper: orders, payment: cash}", "4:32: 'payment' cannot be 'cash'; known: pix, credit_card, boleto"),
        ("{shopper: pays, order: one}", "4:28: no step before this one names its orders 'one'; write `as: one` where"),
        ("{clock: waits, for: 3}", "4:25: 'for' must be a length of time such as 30s, 10m, 11h or 1h30m, not 3"),
        ("{clock: waits, for: ''}", "4:25: 'for' must be a length of time such as 30s, 10m, 11h or 1h30m, not ''"),
        ("{at: noon, merchant: connects}", "4:10: 'at' must be a length of time"),
        (
            "{at: 99999h, merchant: connects}",
            "4:10: 'at' is too long: no number in it may have more than 4 digits, not '99999h'",
        ),
        (
            "{hook: calls, function: noth}",
            "4:29: 'function' must be file.py:name of a function in a file beside the story, not 'noth'",
        ),
        (
            "{operator: changes_product, any: 1, price: '12,9'}",
            "4:48: 'price' must be the new price, such as 12.90, not '12,9'",
        ),
        (
            "{merchant: edits_product, code: A, price: '1'}",
            "4:47: 'price' must be a new price such as 12.90, not '1'",
        ),
    ],
)
def test_problems_of_a_step(command, write, step, problem):
    path = write(f"{STORY}  - {step}\n")
    (only,) = told(command("check", path), path)
    assert only.startswith(problem)


def test_a_name_that_is_given_too_late_is_seen(command, write):
    path = write(f"{STORY}  - shopper: pays\n    order: frist\n  - shopper: orders\n    as: first\n")
    assert told(command("check", path), path)[0].startswith("5:12: no step before this one names its orders 'frist'")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"", "1:1: the file is empty: begin with `title:` and `steps:`"),
        (b"- 1\n", "1:1: this must be a group of keys and values, not a list"),
        (b"title: x\nsteps: [a\n", "3:1: this is no YAML: "),
        (b"title: x\nsteps:\n\t- a\n", "3:1: this is no YAML: "),
        (b"title: a: b\n", "1:9: this is no YAML: mapping values are not allowed here; check indentation"),
        (b"title: x\ntitle: y\n", "2:1: 'title' stands here a second time: keep one of the two"),
        (b"title: x\n1: y\n", "2:1: a key must be a word: write its name, or put it in quotes"),
        (b"title: &a x\ntags: [*a]\n", "1:8: an alias (*name) leads here: stories have none"),
        (b"title: &a [*a]\n", "1:8: an alias (*name) leads here: stories have none"),
        (b"title: !secret x\n", "1:8: stories have no tags: take !secret away"),
        (b"title: x\n---\ntitle: y\n", "2:1: a second document begins here"),
        (b"title: x\nseed: \xff\n", "2:1: this is no UTF-8 text: save the file as UTF-8"),
        (b"title: \x01\n", "1:1: this is no YAML: unacceptable character"),
        (b"[" * 5000, "1:1: the file is nested too deeply to be a story"),
        (b"title: x\nseed: " + b"9" * 5000, "2:7: a number of this kind is not taken: 999"),
    ],
)
def test_problems_of_the_yaml(command, write, text, problem):
    path = write(text)
    (only,) = told(command("check", path), path)
    assert only.startswith(problem)


def test_a_dates_look_makes_no_date_and_a_whole_number_is_one_with_a_point(command, write):
    assert command("check", write("title: 2026-01-01\nseed: 4.0\nsteps: [{merchant: connects}]\n")).status == 0


def test_nothing_is_played_if_one_of_the_files_is_wrong(command, tmp_path):
    (tmp_path / "good.yaml").write_text(STORY)
    (tmp_path / "wrong.yaml").write_text("title: x\nstep: []\n")
    ended = command("run", tmp_path)
    assert (ended.status, ended.out) == (2, "")
    assert "wrong.yaml:2:1: unknown key 'step' (did you mean 'steps'?)" in ended.err


def test_a_path_that_is_not_there_and_a_folder_without_stories_are_named(command, tmp_path):
    (tmp_path / "empty").mkdir()
    ended = command("run", tmp_path / "gone.yaml", tmp_path / "empty")
    assert ended.status == 2
    assert "gone.yaml: cannot be read (No such file or directory)" in ended.err
    assert "empty: there is no story in this folder: stories end in .yaml or .yml" in ended.err


def test_a_good_file_is_told_with_its_title(command, write):
    path = write(STORY)
    assert command("check", path).lines == [f"✓ {path}: a story, 1 steps"]


@pytest.mark.parametrize("steps", ["", "steps: []\n", "steps: [{clock: waits, for: 11h}]\n"])
def test_a_story_in_which_nobody_does_anything_is_told_before_it_is_played(command, write, steps):
    path = write(f"title: nothing\n{steps}")
    ended = command("check", path)
    told = f"{path}:1:1: nobody does anything in it: add steps of merchant, shopper or operator\n1 problem(s)\n"
    assert (ended.status, ended.out, ended.err) == (2, "", told)
