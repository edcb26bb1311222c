"""The accounts of AWS's container images."""

from __future__ import annotations

import re

from gpuplatform.catalog.registries import DEEP_LEARNING_ACCOUNTS, deep_learning_account


def test_most_regions_share_an_account_and_the_others_have_one_each():
    assert deep_learning_account("us-east-1") == deep_learning_account("eu-west-1") == "763104351884"
    assert deep_learning_account("eu-south-1") == "692866216735"
    assert all(re.fullmatch(r"\d{12}", account) for account in DEEP_LEARNING_ACCOUNTS)
