"""Training for MMFS for JavaScript: the network in the published checkpoint layout, and the recipe of the mini model."""

__version__ = "0.1.0"
