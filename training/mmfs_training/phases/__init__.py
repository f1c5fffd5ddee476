"""The phases of training: a file each."""
