"""Qu'est-ce qui est ? Les faits : sans droit, sans pays, sans horloge."""
