"""The networks as published, plain and fast, and their checkpoints."""
