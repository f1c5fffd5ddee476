"""Features of pictures by a fixed classification network in a TFLite file, with which sets of pictures are compared."""

from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..common.errors import TrainingError
from ..data.pictures import Pictures

POOLED = re.compile(r"avg_?pool|average_pooling", re.IGNORECASE)


class TfliteFeatures:
    """The averaged features in front of the classifier: 1,280 numbers of an ImageNet MobileNetV2 (arXiv 1801.04381).

    path: a quantised graph that takes RGB bytes [1, H, W, 3] and has a tensor [1, …, 1, C] that an average pooling
    made, as its name tells. It runs with the library's plain kernels on the CPU: same file and picture, same numbers.
    Needs `ai-edge-litert`, the extra `evaluate`.
    """

    def __init__(self, path: Path, threads: int = 1) -> None:
        try:
            from ai_edge_litert.interpreter import Interpreter, OpResolverType
        except ImportError as error:
            raise TrainingError(
                "EXTRA_MISSING", "Features need the package ai-edge-litert: pip install 'mmfs-training[evaluate]'."
            ) from error
        if not path.is_file():
            raise TrainingError("FEATURES_MISSING", f"There is no file {path}: name the TFLite file of the features.")
        try:
            self.graph = Interpreter(
                str(path),
                num_threads=threads,
                # a delegate fuses operators, and the tensor in the middle is lost
                experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
                experimental_preserve_all_tensors=True,
            )
            self.graph.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise TrainingError("FEATURES_UNSUITABLE", f"{path} is no TFLite file that can be run: {error}.") from error
        self.input = self.graph.get_input_details()[0]
        shape = self.input["shape"].tolist()
        if self.input["dtype"] != np.uint8 or len(shape) != 4 or shape[0] != 1 or shape[3] != 3:
            raise TrainingError("FEATURES_UNSUITABLE", f"{path} does not take RGB bytes [1, H, W, 3].")
        self.height, self.width = shape[1:3]
        pooled = [
            tensor
            for tensor in self.graph.get_tensor_details()
            if POOLED.search(tensor["name"]) and tensor["shape"].size > 1 and tensor["shape"][:-1].max() == 1
        ]
        if not pooled:
            raise TrainingError("FEATURES_UNSUITABLE", f"{path} has no tensor that an average pooling made.")
        self.output = max(pooled, key=lambda tensor: int(tensor["shape"][-1]))

    def __call__(self, picture: Pictures) -> NDArray[np.float32]:
        """RGB bytes [H, W, 3] of any size to C numbers."""
        if picture.shape[:2] != (self.height, self.width):
            smaller = picture.shape[0] > self.height
            interpolation = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
            picture = cv2.resize(picture, (self.width, self.height), interpolation=interpolation)
        self.graph.set_tensor(self.input["index"], picture[None])
        self.graph.invoke()
        values = self.graph.get_tensor(self.output["index"]).ravel().astype(np.float32)
        scale, zero = self.output["quantization"]
        return np.asarray((values - zero) * scale if scale else values, np.float32)
