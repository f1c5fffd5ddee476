"""How often results are of the style that was asked for, by what a judge says of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Judged:
    """style: what was asked for. verdicts: the style that the judge sees in each face's result, at least one."""

    style: str
    verdicts: Sequence[str]

    @property
    def hit_rate(self) -> float:
        """The share of faces that are of the style asked for."""
        return self.verdicts.count(self.style) / len(self.verdicts)

    @property
    def majority(self) -> bool:
        """Is the style asked for seen more often than any other?"""
        counts = Counter(self.verdicts)
        own = counts.pop(self.style, 0)
        return own > max(counts.values(), default=0)


def hit_rates(judged: Sequence[Judged]) -> dict[str, Any]:
    """count; hitRate, the mean of the shares; majority, the share of those that most of their faces are right. At least
    one."""
    return {
        "count": len(judged),
        "hitRate": sum(each.hit_rate for each in judged) / len(judged),
        "majority": sum(each.majority for each in judged) / len(judged),
    }


def confusion(judged: Sequence[Judged], styles: Sequence[str]) -> dict[str, dict[str, float]]:
    """For each style asked for, the share of results that the judge sees in each style; rows sum to 1.

    Styles that nobody asked for have no row.
    """
    table = {}
    for asked in styles:
        verdicts = [verdict for each in judged if each.style == asked for verdict in each.verdicts]
        if verdicts:
            table[asked] = {seen: verdicts.count(seen) / len(verdicts) for seen in styles}
    return table
