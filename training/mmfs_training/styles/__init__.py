"""Styles as places in z space, and the packs that hold one."""
