"""The phases of training, in the paper's order."""
