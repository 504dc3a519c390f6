"""JSON as PHP writes it: escaped beyond ASCII, slashes too (contract, transport §2.5)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_erp.envelope import encode_json


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("ção", b'"\\u00e7\\u00e3o"'),
        ("a/b", b'"a\\/b"'),
        ("😀", b'"\\ud83d\\ude00"'),
        ("–", b'"\\u2013"'),
        ("\\xe7 ç", b'"\\\\xe7 \\u00e7"'),
    ],
)
def test_a_text_is_written_with_escapes(text, written):
    assert encode_json(text) == written


@given(st.text())
def test_what_is_written_reads_as_what_was_meant(text):
    assert json.loads(encode_json({"nome": text})) == {"nome": text}
