"""Training for MMFS for JavaScript: the network in the published checkpoint layout, and the mini model's recipe."""

__version__ = "0.1.0"
