"""Que dit la loi ? Un pays, un sous-paquet."""
