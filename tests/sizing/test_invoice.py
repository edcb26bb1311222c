"""From list prices to what is paid."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gpuplatform.sizing.invoice import Terms


def d(number: str) -> Decimal:
    return Decimal(number)


@pytest.mark.parametrize(
    ("terms", "paid"),
    [
        (Terms(), "1000"),
        (Terms(discount=d("0.05")), "950"),
        # 600 on demand, half of it 28 % cheaper: 1000 - 84.
        (Terms(committed=d("0.5"), committed_discount=d("0.28")), "916"),
        (Terms(support=d("0.03"), tax=d("0.19")), "1225.70"),
        (
            Terms(
                committed=d("0.5"), committed_discount=d("0.28"), discount=d("0.1"), support=d("0.03"), tax=d("0.19")
            ),
            "1010.46708",
        ),
    ],
)
def test_terms_are_applied_in_their_order(terms: Terms, paid: str) -> None:
    assert terms.paid(d("1000"), d("600")) == d(paid)


def test_what_nobody_states_is_named() -> None:
    assert Terms().not_included == ("Savings Plans", "discounts and credits", "the support plan", "tax")
    assert Terms(tax=d("0.19"), support=d("0.03")).not_included == ("Savings Plans", "discounts and credits")
    assert Terms().none
    assert not Terms(tax=d("0.19")).none
