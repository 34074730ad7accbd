"""Amounts as people write them. Pure."""

from decimal import Decimal

SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹"}


def money_words(amount: Decimal | None, currency: str) -> str:
    """ "€48,000", "€12.50", "CHF 48,000"; empty where nobody has said."""
    if amount is None:
        return ""
    number = f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"
    sign = SIGNS.get(currency)
    return f"{sign}{number}" if sign else f"{currency} {number}"
