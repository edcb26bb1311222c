"""How long an answer of a language model takes on its hardware, at the least, and after how long one is late.

A token reads every weight once, so a stream of tokens is no faster than memory; a prompt is multiplied with every weight, so its
first token is no faster than the multipliers (2 operations a parameter and token). Both are bounds: no engine is above them but by
writing several tokens at a reading, as speculative decoding does, and no model but one that skips most of its weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gpuplatform.catalog.gpus import Speed, together
from gpuplatform.catalog.instances import InstanceType

LATE: Final = 3
"""Times the bound after which a whole answer is late: kernels reach a half to four fifths of the memory's speed, and the rest is
for those that share the GPUs."""
LATE_TO_BEGIN: Final = 10
"""Times the bound after which a first token is late: prompts reach two fifths of the multipliers' speed, and wait for three others."""
LEAST_LIMIT_MS: Final = 500
"""Below, the network and the container's own work are most of it."""
MOST_SECONDS: Final = 60
"""After which SageMaker ends a request that is not streamed (API reference, InvokeEndpoint)."""

BF16: Final = 2


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a language model is asked and answers, from which follows how long it may take."""

    billion_parameters: float
    """Of the model; of one that skips most of them, those that a token uses."""
    bytes_per_parameter: float = BF16
    """2 for bf16, 1 for fp8, 0.5 for int4."""
    prompt_tokens: int = 1000
    """Tokens of a long prompt: one in a hundred is longer."""
    tokens: int
    """Tokens of a long answer: one in a hundred is longer."""
    streamed: bool = False
    """Callers read the answer as it is written (InvokeEndpointWithResponseStream), so what counts is its first chunk."""

    def __post_init__(self) -> None:
        for field in ("billion_parameters", "bytes_per_parameter", "prompt_tokens", "tokens"):
            if getattr(self, field) <= 0:
                raise ValueError(f"{field}: {getattr(self, field)}; accepted: more than 0")

    def seconds(self, instance: InstanceType) -> float | None:
        """The least until what counts: the whole answer or, streamed, its first token. None where the GPUs are not known."""
        speed = together(instance)
        if speed is None:
            return None
        first = max(self._reading(speed), self._prompt(speed))
        return first if self.streamed else first + (self.tokens - 1) * self._reading(speed)

    def limit_ms(self, instance: InstanceType) -> int | None:
        """After which p99 is late, in tenths of a second; None where the GPUs are not known.

        Raises ValueError where SageMaker would end the answer before.
        """
        least = self.seconds(instance)
        if least is None:
            return None
        if not self.streamed and least > MOST_SECONDS:
            raise ValueError(
                f"{self.tokens} tokens take at least {least:.0f} s on {instance.name}, and SageMaker ends a request after "
                f"{MOST_SECONDS} s; stream the answer, let it be shorter, or take faster GPUs"
            )
        late = least * (LATE_TO_BEGIN if self.streamed else LATE)
        return max(LEAST_LIMIT_MS, min(round(late * 10) * 100, MOST_SECONDS * 1000 - 1000))

    def _reading(self, speed: Speed) -> float:
        """Seconds to read all weights once."""
        return self.billion_parameters * self.bytes_per_parameter / speed.memory_gbytes

    def _prompt(self, speed: Speed) -> float:
        """Seconds to multiply the prompt; narrower numbers are multiplied faster by as much as they are narrower."""
        operations = 2 * self.billion_parameters * 1e9 * self.prompt_tokens
        return operations / (speed.teraflops * 1e12 * max(1, BF16 / self.bytes_per_parameter))
