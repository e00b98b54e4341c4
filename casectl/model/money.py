"""Money, exact: an amount in decimal digits and the code of its currency (ISO 4217). Amounts of two are never added."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from decimal import Decimal

MONEY = r"([0-9]{1,12}(?:\.[0-9]{1,4})?) ([A-Z]{3})"
SHARE = r"([0-9]{1,3}(?:\.[0-9]{1,4})?) ?%"

_MONEY = re.compile(MONEY)
_SHARE = re.compile(SHARE)
_MINOR_UNITS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
}
"""Digits after the point, by ISO 4217; 2 for every other currency."""


class Money(NamedTuple):
    """So much of one currency."""

    amount: Decimal
    currency: str

    def times(self, share: Decimal, at_most: bool = False) -> Money:
        """That share of it (1 is all), rounded half up to the currency's smallest coin; `at_most`: rounded down."""
        from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

        coin = Decimal(1).scaleb(-_MINOR_UNITS.get(self.currency, 2))
        return Money((self.amount * share).quantize(coin, ROUND_FLOOR if at_most else ROUND_HALF_UP), self.currency)

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"


def parse_money(text: str) -> Money | None:
    """`1234.50 GBP`; None for what is no money."""
    from decimal import Decimal  # which few commands need

    found = _MONEY.fullmatch(text)
    return Money(Decimal(found[1]), found[2]) if found else None


def parse_share(text: str) -> Decimal | None:
    """`10%` as 0.1, `99.95%` as 0.9995; None for what is no share, or more than all."""
    from decimal import Decimal

    found = _SHARE.fullmatch(text)
    share = Decimal(found[1]) / 100 if found else None
    return share if share is not None and share <= 1 else None
