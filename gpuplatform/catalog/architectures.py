"""What published models need for every token that they keep in mind: their layers and the heads of their keys and values.

Where the makers state it: "The Llama 3 Herd of Models", table 3, and the model cards of Llama 3.2; "Qwen2.5 Technical Report", table 1;
"Qwen3 Technical Report", tables 1 and 2; "Mixtral of Experts", table 1. Llama 3 8B and 70B and Qwen2.5 7B were compared with pages that
quote these, on the day below; the others were not looked up again. Models whose layers keep other things (DeepSeek's latent attention,
sliding windows, state spaces) have no row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

AS_OF: Final = "2026-12-01"


@dataclass(frozen=True, kw_only=True, slots=True)
class Architecture:
    name: str
    written: str
    """A pattern of its name, in lower case, with `-` between the parts."""
    billions: float
    layers: int
    kv_heads: int
    head: int = 128

    def kv_bytes(self, bytes_per_value: float, tensor_parallel: int) -> float:
        """Of one token over all GPUs of a copy: a key and a value for each head and layer; a GPU has one head at least."""
        heads = max(self.kv_heads, tensor_parallel)
        return 2 * self.layers * heads * self.head * bytes_per_value


def _row(name: str, written: str, billions: float, layers: int, kv_heads: int, head: int = 128) -> Architecture:
    return Architecture(name=name, written=written, billions=billions, layers=layers, kv_heads=kv_heads, head=head)


ROWS: Final = (
    _row("Llama 3 405B", r"llama-?3(\.\d)?-405b", 405, 126, 8),
    _row("Llama 3 70B", r"llama-?3(\.\d)?-70b|llama-70b", 70.6, 80, 8),
    _row("Llama 3 8B", r"llama-?3(\.\d)?-8b|llama-8b", 8.03, 32, 8),
    _row("Llama 3.2 3B", r"llama-?3\.2-3b", 3.21, 28, 8),
    _row("Llama 3.2 1B", r"llama-?3\.2-1b", 1.24, 16, 8, 64),
    _row("Qwen2.5 72B", r"qwen-?2(\.5)?-72b", 72.7, 80, 8),
    _row("Qwen2.5 32B", r"qwen-?2\.5(-coder)?-32b", 32.5, 64, 8),
    _row("Qwen2.5 14B", r"qwen-?2\.5(-coder)?-14b", 14.7, 48, 8),
    _row("Qwen2.5 7B", r"qwen-?2(\.5)?(-coder)?-7b", 7.61, 28, 4),
    _row("Qwen2.5 3B", r"qwen-?2\.5(-coder)?-3b", 3.09, 36, 2),
    _row("Qwen2.5 1.5B", r"qwen-?2(\.5)?(-coder)?-1\.5b", 1.54, 28, 2),
    _row("Qwen2.5 0.5B", r"qwen-?2(\.5)?(-coder)?-0\.5b", 0.49, 24, 2, 64),
    _row("Qwen3 235B-A22B", r"qwen-?3-235b", 235, 94, 4),
    _row("Qwen3 30B-A3B", r"qwen-?3(-coder)?-30b", 30.5, 48, 4),
    _row("Qwen3 32B", r"qwen-?3-32b", 32.8, 64, 8),
    _row("Qwen3 14B", r"qwen-?3-14b", 14.8, 40, 8),
    _row("Qwen3 8B", r"qwen-?3-8b", 8.2, 36, 8),
    _row("Qwen3 4B", r"qwen-?3-4b", 4.0, 36, 8),
    _row("Mixtral 8x7B", r"mixtral-8x7b", 46.7, 32, 8),
    _row("Mistral 7B", r"mistral-7b-(instruct-)?v0\.[23]", 7.25, 32, 8),
)

_OTHERWISE: Final = re.compile(
    r"deepseek|gemma|mamba|jamba|falcon-h|gpt-oss|nemotron|granite|minimax|kimi|phi-?3|a\d+b|moe|vl\b|embed"
)
_SIZE: Final = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)b(?![a-z0-9])")
_BITS: Final = (
    (re.compile(r"awq|gptq|int4|w4a16|4bit|fp4|bnb|bitsandbytes|marlin|mxfp4"), 0.5),
    (re.compile(r"fp8|int8|w8a8|8bit|w8a16"), 1.0),
)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9.]+", "-", name.lower())


def of_name(name: str) -> Architecture | None:
    """The model that a name, or the path of its weights, is of; None where it is none of these."""
    plain = _plain(name)
    found = (row for row in ROWS if re.search(rf"(?<![a-z0-9.])({row.written})(?![a-z0-9])", plain))
    return next(found, None)


def billions(name: str) -> float | None:
    """Parameters that a name says, such as `…-8b-…`; None where it says none, or a number for each expert."""
    known = of_name(name)
    if known:
        return known.billions
    sizes = _SIZE.findall(_plain(name))
    return float(sizes[0]) if len(sizes) == 1 and "x" not in _plain(name).partition(sizes[0])[0][-2:] else None


def bytes_per_parameter(*said: str) -> float:
    """As names of weights and flags say it; two, where they say nothing."""
    words = " ".join(map(_plain, said))
    return next((size for pattern, size in _BITS if pattern.search(words)), 2.0)


def least_kv_bytes(name: str, parameters: float, bytes_per_value: float, tensor_parallel: int) -> float | None:
    """Bytes of a token: of the model that is named, else the least of the rows of about its size; None where nothing can be said."""
    known = of_name(name)
    if known:
        return known.kv_bytes(bytes_per_value, tensor_parallel)
    if _OTHERWISE.search(_plain(name)):
        return None
    alike = [row for row in ROWS if 0.65 <= row.billions * 1e9 / parameters <= 1.5 and "-A" not in row.name]
    return min((row.kv_bytes(bytes_per_value, tensor_parallel) for row in alike), default=None)
