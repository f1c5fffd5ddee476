"""Writes state.pth, state-legacy.pth and state-protocol{3,4,5}.pth beside this file."""

from pathlib import Path

import torch
from torch import nn
from torch.optim import lr_scheduler as schedulers

torch.manual_seed(0)
network = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 2))
optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, betas=(0.1, 0.999))
network(torch.ones(1, 3)).sum().backward()
optimizer.step()
makers = [
    lambda: schedulers.LambdaLR(optimizer, lambda epoch: 1.0),
    lambda: schedulers.StepLR(optimizer, 3),
    lambda: schedulers.MultiStepLR(optimizer, [2, 4]),
    lambda: schedulers.ReduceLROnPlateau(optimizer),
    lambda: schedulers.CosineAnnealingLR(optimizer, 10),
]
base = torch.arange(24, dtype=torch.float32)
types = (torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.bool)
types += (torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64)
state = {
    "G_ema_model": network.state_dict(),
    "optimizer_0": optimizer.state_dict(),
    **{f"scheduler_{i}": make().state_dict() for i, make in enumerate(makers)},
    "epoch": 3,
    "total_iters": 1234,
    "metric": 1.5,
    "none": None,
    "flags": [True, False],
    "pair": (1, "zwei"),
    "big": 2**70,
    "parameter": network[0].weight,
    "size": network[0].weight.shape,
    "views": {
        "whole": base,
        "transposed": base.view(4, 6).t(),
        "slice": base[5:11:2],
        "scalar": base[7],
        "empty": base[:0],
    },
    "types": {str(t).removeprefix("torch."): torch.tensor([1, 0, 2]).to(t) for t in types},
}
here = Path(__file__).parent
torch.save(state, here / "state.pth")
torch.save(state, here / "state-legacy.pth", _use_new_zipfile_serialization=False)
for protocol in (3, 4, 5):
    torch.save(state, here / f"state-protocol{protocol}.pth", pickle_protocol=protocol)
