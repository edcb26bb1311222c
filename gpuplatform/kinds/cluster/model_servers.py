"""Servers of language models among a plan's pods: what their arguments say, whoever wrote them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from gpuplatform.kinds.cluster.pods import Pod, pods
from gpuplatform.plan.model import Json, Plan, once
from gpuplatform.plan.values import as_dict, as_list, get_path

_IMAGES: Final = re.compile(r"vllm|sglang|text-generation-inference|tensorrt-?llm|djl-inference|lmdeploy")
_COMMANDS: Final = re.compile(
    r"\bvllm serve\b|vllm\.entrypoints|sglang\.launch_server|sglang serve|text-generation-launcher|trtllm-serve"
)
TENSOR: Final = ("--tensor-parallel-size", "-tp", "--tp-size", "--tp", "--num-shard")
_PIPELINE: Final = ("--pipeline-parallel-size", "-pp", "--pp-size")
_CONTEXT: Final = ("--max-model-len", "--context-length", "--max-total-tokens")
_NAMES: Final = ("--served-model-name",)
_MODEL: Final = ("--model", "--model-path", "--model-id", "--model-name-or-path")
_UTILISATION: Final = ("--gpu-memory-utilization", "--mem-fraction-static")
_CACHE: Final = ("--kv-cache-dtype",)
_QUANTIZATION: Final = ("--quantization", "-q", "--quantize", "--dtype")
"""Flags of vLLM, SGLang and TGI (docs.vllm.ai, "Engine Arguments"; docs.sglang.ai, "Server Arguments"; TGI, "Launcher arguments")."""
_ENV: Final = {"TENSOR_PARALLEL_SIZE": TENSOR, "MODEL_ID": _MODEL, "NUM_SHARD": TENSOR, "MAX_MODEL_LEN": _CONTEXT}
_TOKENS: Final = re.compile(r"(\d+(?:\.\d+)?)([kKmM]?)")
_SCALE: Final = {"": 1, "k": 1000, "K": 1024, "m": 10**6, "M": 2**20}
"""vLLM's readable numbers: `32k` is 32,000 and `32K` is 32,768."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """One container that serves a model."""

    pod: Pod
    container: Mapping[str, Json]
    words: tuple[str, ...]
    """Its command and arguments, those within a shell's script too."""

    def said(self, flags: tuple[str, ...]) -> str:
        """The value of a flag, written as one word or two, or of the variable in its place; empty where there is none."""
        for word, following in zip(self.words, [*self.words[1:], ""], strict=False):
            flag, equals, value = word.partition("=")
            if flag in flags:
                return value if equals else following
        env = {str(get_path(e, "name")): get_path(e, "value") for e in as_list(self.container.get("env"))}
        return next((str(env[key]) for key, means in _ENV.items() if means == flags and env.get(key)), "")

    @property
    def tensor_parallel(self) -> int:
        return _number(self.said(TENSOR))

    @property
    def gpus(self) -> int:
        """Of one copy within the pod."""
        return self.tensor_parallel * _number(self.said(_PIPELINE))

    @property
    def context(self) -> int | None:
        """Tokens; None where it is not said."""
        match = _TOKENS.fullmatch(self.said(_CONTEXT))
        return int(float(match[1]) * _SCALE[match[2]]) if match else None

    @property
    def model(self) -> str:
        """Name or place of the weights."""
        named = self.said(_MODEL)
        if named:
            return named
        for word, following in zip(self.words, self.words[1:], strict=False):
            if word == "serve" and not following.startswith(("-", "$")):
                return following
        # With an image's own command the model may stand first.
        args = [str(a) for a in as_list(self.container.get("args"))]
        return args[0] if args and not args[0].startswith("-") and "/" in args[0] else ""

    @property
    def served_as(self) -> str:
        return self.said(_NAMES)

    @property
    def utilisation(self) -> float:
        said = self.said(_UTILISATION)
        return float(said) if re.fullmatch(r"0?\.\d+|1(\.0)?", said) else 0.9

    @property
    def cache_bytes(self) -> float:
        return 1.0 if "8" in self.said(_CACHE) else 2.0

    @property
    def quantization(self) -> str:
        return self.said(_QUANTIZATION)

    @property
    def vllm(self) -> bool:
        return "vllm" in str(self.container.get("image")) or any("vllm" in word for word in self.words)


def _number(text: str) -> int:
    return int(text) if text.isdigit() and text != "0" else 1


@once
def servers(plan: Plan) -> tuple[Server, ...]:
    return tuple(server for pod in pods(plan) for server in _of(pod))


def _of(pod: Pod) -> Iterator[Server]:
    for container in as_list(pod.spec.get("containers")):
        body = as_dict(container)
        words = tuple(_words(body))
        text = " ".join(words)
        by_image = _IMAGES.search(str(body.get("image") or ""))
        if by_image or _COMMANDS.search(text) or any(word.partition("=")[0] in TENSOR for word in words):
            yield Server(pod=pod, container=body, words=words)


def _words(container: Mapping[str, Json]) -> Iterator[str]:
    for written in (*as_list(container.get("command")), *as_list(container.get("args"))):
        word = str(written)
        yield word
        if any(space in word.strip() for space in " \n") and "{" not in word[:1]:
            yield from _split(word)


def _split(script: str) -> list[str]:
    try:
        return shlex.split(script.replace("\\\n", " "), comments=True)
    except ValueError:
        return script.split()
