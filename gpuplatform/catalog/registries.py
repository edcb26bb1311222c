"""Where AWS keeps its Deep Learning Containers: one account in most regions, another in each that is opt-in or newer.

Source: aws/sagemaker-python-sdk, sagemaker-core/src/sagemaker/core/image_uri_config/djl-lmi.json at a24812666, 2026-08-21.
"""

from __future__ import annotations

from typing import Final

_USUAL: Final = "763104351884"
_OWN: Final = {
    "af-south-1": "626614931356",
    "ap-east-1": "871362719292",
    "ap-northeast-3": "364406365360",
    "ap-south-2": "772153158452",
    "ap-southeast-3": "907027046896",
    "ap-southeast-4": "457447274322",
    "ap-southeast-5": "550225433462",
    "ca-west-1": "204538143572",
    "eu-central-2": "380420809688",
    "eu-south-1": "692866216735",
    "eu-south-2": "503227376785",
    "il-central-1": "780543022126",
    "me-central-1": "914824155844",
    "me-south-1": "217643126080",
}
DEEP_LEARNING_ACCOUNTS: Final = frozenset({_USUAL, *_OWN.values()})


def deep_learning_account(region: str) -> str:
    """The account whose ECR has the Deep Learning Containers of a region."""
    return _OWN.get(region, _USUAL)
