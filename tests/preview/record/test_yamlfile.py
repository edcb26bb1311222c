"""YAML is read as Pulumi's own parser reads it, and every key knows its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gpuplatform.preview.record.yamlfile import YamlError, read


def parsed(tmp_path: Path, text: str) -> Any:
    file = tmp_path / "Pulumi.dev.yaml"
    file.write_text(text, encoding="utf-8")
    return read(file)[0]


# go-yaml/yaml v3, resolve.go: what each plain word becomes; `pulumi config get --json` of CLI 3.272 says the same.
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("no", "no"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("12:30", "12:30"),
        ("70e9", 70_000_000_000),
        ("0.5", 0.5),
        (".5", 0.5),
        ("1_000", 1000),
        ("0x10", 16),
        ("010", 8),
        ("0o10", 8),
        ("089", 89),
        ("-7", -7),
        ("1.2.3", "1.2.3"),
        ("10.40.0.0/16", "10.40.0.0/16"),
        ('"1.35"', "1.35"),
        ("'on'", "on"),
        ("1e400", "1e400"),
        ("18446744073709551615", 18446744073709551615),
        ("18446744073709551617", 18446744073709551616),
        ("1000000000000000000000000", 1e24),
        ("0xffffffffffffffffff", "0xffffffffffffffffff"),
        (".nan", ".nan"),
        ("-.inf", "-.inf"),
        pytest.param("9" * 5000, "9" * 5000, id="a very long number"),
        ('"2026-12-20"', "2026-12-20"),
        ("2026-12-20 00:00:00 +0000 UTC", "2026-12-20 00:00:00 +0000 UTC"),
    ],
)
def test_a_plain_word_means_what_it_means_to_pulumi(tmp_path: Path, text: str, value: object):
    assert parsed(tmp_path, f"key: {text}") == {"key": value}


def test_on_is_a_key_like_any_other(tmp_path: Path):
    assert parsed(tmp_path, "on: eks") == {"on": "eks"}


def test_every_key_and_element_knows_its_line(tmp_path: Path):
    file = tmp_path / "f.yaml"
    file.write_text("a:\n  b:\n    - 1\n    - c: 2\n", encoding="utf-8")

    assert read(file)[1] == {"a": 1, "a.b": 2, "a.b[0]": 3, "a.b[1]": 4, "a.b[1].c": 4}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [1, 2", "Pulumi.dev.yaml: line 1, column 9"),
        ("a: 1\n b: 2", "Pulumi.dev.yaml: line 2, column 3"),
        ("a: 1\na: 2", "line 2: a is written twice"),
        ("a:\n  b: 2026-12-20", 'line 2: a.b: write the date in quotes, "2026-12-20"'),
        ("a: 2026-12-20T10:00:00Z", "write the date in quotes"),
        ("a: \x00", "is no YAML text"),
        ("a: &a [*a]", "line 1: nested deeper than 100 levels; write it without aliases"),
        ("a: &a {b: *a}", "line 1: nested deeper than 100 levels"),
        ("a: &a [x, x]\nb: *c", "found undefined alias 'c'"),
        pytest.param("a: " + "[" * 30_000, "nested deeper than 100 levels", id="deep"),
        ("a: !foo 1", "line 1: a: the tag !foo is not read; write plain values"),
        ("a: !!python/object/apply:os.getpid []", "the tag !!python/object/apply:os.getpid is not read"),
        ("a: !!binary aGk=", "the tag !!binary is not read"),
        ("a:\n  ? [b, c]\n  : 1", "line 2: a: a key is a list or an object; write a word"),
        ("a:\n  <<: 3", "<< takes an object"),
        ('a: "\\ud800"', "line 1: a: the string holds half of a surrogate pair"),
        ("a:\n\tb: 1", "found character '\\t' that cannot start any token"),
    ],
)
def test_what_pulumi_would_not_read_as_written_is_one_sentence_with_its_line(tmp_path: Path, text: str, words: str):
    with pytest.raises(YamlError) as caught:
        parsed(tmp_path, text)

    assert [words in p for p in caught.value.problems] == [True]
    assert "\n" not in caught.value.problems[0]


def test_aliases_and_merges_are_what_they_stand_for(tmp_path: Path):
    text = "a: &a {b: 1, c: 2}\nd: *a\ne:\n  <<: *a\n  c: 3\nf:\n  <<: [{b: 9}, *a]\n"

    assert parsed(tmp_path, text) == {
        "a": {"b": 1, "c": 2},
        "d": {"b": 1, "c": 2},
        "e": {"b": 1, "c": 3},
        "f": {"b": 9, "c": 2},
    }


def test_aliases_that_multiply_are_refused_before_they_fill_the_memory(tmp_path: Path):
    lines = ["a0: &a0 [" + ", ".join("x" * 9) + "]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]

    with pytest.raises(YamlError, match="more than 100,000 values; write it without aliases"):
        parsed(tmp_path, "\n".join(lines))


@pytest.mark.parametrize("text", ["\ufeffa: 1\n", "a: 1\r\n", "a: 1\r", "---\na: 1\n...\n", "%YAML 1.2\n---\na: 1\n"])
def test_marks_and_line_ends_change_nothing(tmp_path: Path, text: str):
    assert parsed(tmp_path, text) == {"a": 1}


def test_every_fault_is_told_at_once(tmp_path: Path):
    with pytest.raises(YamlError) as caught:
        parsed(tmp_path, "a: 2026-01-01\nb: 2026-01-02\nb: 1\n")

    assert len(caught.value.problems) == 3
