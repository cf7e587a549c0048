"""Powers of two with fractions of a half-life, in integers: the same on every machine and in every order.

A sum of fading amounts is kept *forward*: each amount is multiplied by 2^(day / half-life) when it is added,
and the sum is divided by that of today when it is read. Adding and taking away then commute, to the last bit.
"""

from functools import cache

# Bits behind the point of a factor, and those of the roots that the tables are made of.
BITS = 62
_ROOT_BITS = 256


@cache
def _growth(half_life: int) -> tuple[int, ...]:
    """`floor(2^(r / half_life) * 2^62)` for each r below the half-life, from an integer root of 2."""
    one = 1 << _ROOT_BITS
    low, high = one, 2 * one
    while high - low > 1:
        middle = (low + high) // 2
        if _power(middle, half_life) > 2 * one:
            high = middle
        else:
            low = middle
    table, value = [], one
    for _ in range(half_life):
        table.append(value >> (_ROOT_BITS - BITS))
        value = value * low >> _ROOT_BITS
    return tuple(table)


def _power(base: int, exponent: int) -> int:
    value = 1 << _ROOT_BITS
    for bit in f"{exponent:b}":
        value = value * value >> _ROOT_BITS
        if bit == "1":
            value = value * base >> _ROOT_BITS
    return value


@cache
def _decay(half_life: int) -> tuple[int, ...]:
    return tuple((1 << (2 * BITS)) // factor for factor in _growth(half_life))


def grown(days: int, half_life: int) -> int:
    """2^(days / half_life), times 2^62."""
    whole, rest = divmod(days, half_life)
    return _growth(half_life)[rest] << whole


def faded(amount: int, days: int, half_life: int) -> int:
    """What is left of the amount after these days."""
    whole, rest = divmod(days, half_life)
    return amount * (_decay(half_life)[rest] >> whole) >> BITS if whole < BITS else 0
