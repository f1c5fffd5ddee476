"""Tests compute tiny things, for which a second thread only means waiting for it."""

import os

os.environ["OMP_NUM_THREADS"] = "1"  # of the processes that tests start

import torch

torch.set_num_threads(1)
