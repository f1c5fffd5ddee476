"""Pictures and pairs of them from folders."""
