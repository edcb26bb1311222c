"""From list prices to what is paid: commitments, a discount, support and tax, in the order in which AWS applies them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from gpuplatform.sizing.blocks import ZERO


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a company has agreed with AWS. Everything is 0 where nothing is stated: the list price."""

    committed: Decimal = ZERO
    """Part of the on-demand compute that Savings Plans cover, 0 to 1."""
    committed_discount: Decimal = ZERO
    """What these save of the on-demand price, 0 to 1."""
    discount: Decimal = ZERO
    """Off the whole bill, 0 to 1, as in a private pricing agreement."""
    support: Decimal = ZERO
    """Of the discounted bill, 0 to 1."""
    tax: Decimal = ZERO
    """Of all that, 0 to 1."""

    @property
    def none(self) -> bool:
        return self == Terms()

    def paid(self, listed: Decimal, on_demand: Decimal) -> Decimal:
        """Dollars paid for a month that is `listed` in all, `on_demand` of it compute on demand."""
        saved = on_demand * self.committed * self.committed_discount
        return (listed - saved) * (1 - self.discount) * (1 + self.support) * (1 + self.tax)

    @property
    def not_included(self) -> tuple[str, ...]:
        """What the list price leaves out and nobody states."""
        stated = (
            ("Savings Plans", self.committed),
            ("discounts and credits", self.discount),
            ("the support plan", self.support),
            ("tax", self.tax),
        )
        return tuple(name for name, part in stated if not part)
