"""D'où viennent les faits ? CSV et factures EN 16931."""
