"""What all phases share: their class, the loop, checkpoints, losses, sheets."""
