"""The hash two people sign: the same for the same content, another for any other."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.hashing import content_hash

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | TEXT
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text("abc\u00e9", max_size=3), inner, max_size=4),
    max_leaves=10,
)  # fmt: skip


def test_the_hash_is_the_one_written_down() -> None:
    # Signatures are stored: if this changes, every signed version looks altered.
    expected = "f5a2ada87a60a35fd354b65275243f881a3b907094529299dd4cec519193e83a"
    assert content_hash({"b": [1, 2.5, None, True], "a": "Zürich"}) == expected


@given(JSON)
def test_the_order_of_keys_does_not_matter(content: object) -> None:
    def turned(node: object) -> object:
        if isinstance(node, dict):
            return {key: turned(node[key]) for key in reversed(node)}
        return [turned(item) for item in node] if isinstance(node, list) else node

    assert content_hash(turned(content)) == content_hash(content)


@given(JSON)
def test_a_way_through_json_does_not_matter(content: object) -> None:
    assert content_hash(json.loads(json.dumps(content))) == content_hash(content)


@given(TEXT)
def test_the_composition_of_a_text_does_not_matter(text: str) -> None:
    assert content_hash({"a": unicodedata.normalize("NFD", text)}) == content_hash({"a": text})


def test_a_number_is_the_same_after_the_database_kept_it() -> None:
    # PostgreSQL's jsonb gives 1e22 back without an exponent, which Python reads as an integer.
    assert content_hash([1e22, 20.0, -0.0]) == content_hash([10**22, 20, 0])


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, True), (0, False), ("1", 1), ([], {}), (None, ""), ([1, 2], [2, 1]), ({"a": 1}, {"a": 2})],
)
def test_different_contents_have_different_hashes(one: object, other: object) -> None:
    assert content_hash(one) != content_hash(other)


def _nest(depth: int) -> object:
    return [_nest(depth - 1)] if depth else 0


@pytest.mark.parametrize(
    "content",
    [
        float("nan"),
        float("inf"),
        "\0",
        "\ud800",
        10**400,
        {1: 2},
        {"a": object()},
        b"x",
        (1,),
        {"\u00e9": 1, "e\u0301": 2},
        _nest(60),
    ],
)
def test_what_cannot_be_stored_is_refused(content: object) -> None:
    with pytest.raises(DomainError) as caught:
        content_hash(content)
    assert caught.value.code == "invalid_content"
