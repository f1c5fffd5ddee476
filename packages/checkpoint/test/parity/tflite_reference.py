"""Runs selfie_segmentation.tflite in LiteRT and writes what it says of the pictures in a file.

    python tflite_reference.py MODEL PICTURES OUT

PICTURES holds float32 numbers of any number of pictures [256, 256, 3] in [0, 1], OUT gets [256, 256] for each. Needs
ai-edge-litert and numpy. LiteRT lacks MediaPipe's operator Convolution2DTransposeBias: the graph is cut before it, and
it and the sigmoid behind it are computed here in float64.
"""

import sys

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from flatbuffers import Builder

model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(open(sys.argv[1], "rb").read(), 0))
graph = model.subgraphs[0]
custom = graph.operators[-2]
assert model.operatorCodes[custom.opcodeIndex].customCode == b"Convolution2DTransposeBias"
assert bytes(custom.customOptions) == np.array([1, 2, 2], np.int32).tobytes()
features, *weights = custom.inputs


def widened(place):
    half = next(o.inputs[0] for o in graph.operators if o.outputs[0] == place)
    tensor = graph.tensors[half]
    return np.frombuffer(bytes(model.buffers[tensor.buffer].data), np.float16).reshape(tensor.shape).astype(np.float64)


kernel, bias = (widened(place) for place in weights)
graph.operators = graph.operators[:-2]
graph.outputs = [features]
builder = Builder(0)
builder.Finish(model.Pack(builder), b"TFL3")
interpreter = Interpreter(model_content=bytes(builder.Output()))
interpreter.allocate_tensors()
mattes = []
for picture in np.fromfile(sys.argv[2], "<f4").reshape(-1, 1, 256, 256, 3):
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], picture)
    interpreter.invoke()
    x = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0].astype(np.float64)
    # every pixel becomes two by two pixels that lie beside those of its neighbours
    blocks = np.einsum("yxc,ijc->yixj", x, kernel[0]).reshape(256, 256) + bias[0]
    mattes.append(1 / (1 + np.exp(-blocks)))
np.asarray(mattes, "<f4").tofile(sys.argv[3])
