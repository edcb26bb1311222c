"""Engines that serve models on the cluster: a file each, by the name that settings call it."""

from __future__ import annotations

from collections.abc import Mapping

from k8s.engines.engine import Engine
from k8s.engines.vllm import Vllm

ENGINES: Mapping[str, Engine] = {"vllm": Vllm()}
