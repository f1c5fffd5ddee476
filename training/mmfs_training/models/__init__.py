"""Models out of runs, and fits of their parts."""
