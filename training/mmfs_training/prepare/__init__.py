"""Makes what phases are trained on: photos, pairs, tables of art."""
