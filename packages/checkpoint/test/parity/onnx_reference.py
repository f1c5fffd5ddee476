"""Checks graphs by the ONNX specification and runs them in its reference evaluator, whose float16 is never widened.

    python onnx_reference.py FOLDER

FOLDER holds encoder.onnx, decoder.onnx and the io.safetensors of `mmfs_training reference`. Needs onnx, numpy and
safetensors. Prints the PSNR in dB of features and picture as JSON.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx.reference import ReferenceEvaluator
from safetensors.numpy import load_file

folder = Path(sys.argv[1])
io = load_file(folder / "io.safetensors")
noises = {f"noise_{i}": io[f"noise_{i}"] for i in range(9)}
runs = {
    "encoder": ({"image": io["image"]}, io["features"]),
    "decoder": ({"features": io["features"], "wplus": io["wplus"], **noises}, io["decoded"]),
}
report = {}
for name, (inputs, expected) in runs.items():
    model = onnx.load(folder / f"{name}.onnx")
    onnx.checker.check_model(model, full_check=True)
    (actual,) = ReferenceEvaluator(model).run(None, inputs)
    if actual.shape != expected.shape or actual.dtype != np.float32:
        raise SystemExit(f"{name} gives {actual.dtype} {actual.shape}")
    report[name] = float(10 * np.log10(4 / np.mean((actual.astype(np.float64) - expected) ** 2)))
print(json.dumps(report))
