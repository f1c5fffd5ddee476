"""What every room needs: errors, configurations, files, the place where a run computes."""
