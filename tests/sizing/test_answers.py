"""How long an answer takes at the least, and after how long it is late."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gpuplatform.catalog.instances import instance
from gpuplatform.sizing.answers import Answer

EIGHT_B = Answer(billion_parameters=8, prompt_tokens=2000, tokens=300)


def test_a_stream_of_tokens_is_no_faster_than_the_weights_are_read() -> None:
    # 16 GB at 300 GB/s: 53.3 ms a token, 18.75 tokens a second. The prompt: 2 x 8e9 x 2000 / 121e12 = 0.264 s.
    seconds = EIGHT_B.seconds(instance("g6.2xlarge"))
    assert seconds == pytest.approx(299 * 16 / 300 + 2 * 8e9 * 2000 / 121e12)
    assert seconds is not None
    assert 16 < seconds < 17


def test_of_a_streamed_answer_the_first_token_counts() -> None:
    streamed = replace(EIGHT_B, streamed=True)
    assert streamed.seconds(instance("g6.2xlarge")) == pytest.approx(0.264, abs=0.001)
    assert streamed.limit_ms(instance("g6.2xlarge")) == 2600


@pytest.mark.parametrize(
    ("answer", "type_", "limit"),
    [
        (EIGHT_B, "g6.2xlarge", 48_600),
        (EIGHT_B, "p5.4xlarge", 4_400),
        (replace(EIGHT_B, tokens=340), "g6.2xlarge", 55_000),
        (replace(EIGHT_B, tokens=900), "g6.2xlarge", 59_000),
        (replace(EIGHT_B, tokens=1), "p5.48xlarge", 500),
    ],
)
def test_a_whole_answer_is_late_after_three_times_the_bound_and_before_sagemaker_ends_it(
    answer: Answer, type_: str, limit: int
) -> None:
    assert answer.limit_ms(instance(type_)) == limit


def test_narrower_weights_are_read_and_multiplied_faster() -> None:
    whole, quarter = (replace(EIGHT_B, bytes_per_parameter=b).seconds(instance("g6.2xlarge")) for b in (2, 0.5))
    assert whole is not None
    assert quarter == pytest.approx(whole / 4)


def test_a_fraction_of_a_gpu_has_that_fraction_of_its_speed() -> None:
    whole, half = (EIGHT_B.seconds(instance(name)) for name in ("g6.4xlarge", "g6f.4xlarge"))
    assert whole is not None
    assert half == pytest.approx(whole * 2)


@pytest.mark.parametrize("type_", ["m7g.xlarge", "g7.2xlarge"])
def test_without_gpus_that_are_known_nothing_is_said(type_: str) -> None:
    assert EIGHT_B.limit_ms(instance(type_)) is None


def test_an_answer_that_sagemaker_would_end_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"1200 tokens take at least 64 s on g6.2xlarge, and SageMaker ends a request after 60 s"
    ):
        replace(EIGHT_B, tokens=1200).limit_ms(instance("g6.2xlarge"))


@pytest.mark.parametrize("field", ["billion_parameters", "bytes_per_parameter", "prompt_tokens", "tokens"])
def test_an_answer_of_nothing_is_refused(field: str) -> None:
    with pytest.raises(ValueError, match=f"{field}: 0; accepted: more than 0"):
        replace(EIGHT_B, **{field: 0})
