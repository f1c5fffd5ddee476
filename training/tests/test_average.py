"""Weight averaging moves only what export reads."""

from __future__ import annotations

import torch

from mmfs_training.average import average_states


def test_a_share_of_the_second_run() -> None:
    def state(value: float, step: int) -> dict[str, object]:
        weights = {"weight": torch.full((2, 2), value)}
        return {
            "generator": weights,
            "average_generator": weights,
            "average_codes": weights,
            "counters": {"step": step},
        }

    averaged = average_states(state(1.0, 10), state(3.0, 20), 0.25)
    for part in ("average_generator", "average_codes"):
        assert torch.equal(averaged[part]["weight"], torch.full((2, 2), 1.5))
    assert torch.equal(averaged["generator"]["weight"], torch.full((2, 2), 3.0))
    assert averaged["counters"] == {"step": 20}
