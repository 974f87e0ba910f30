"""La République, en codes de pays ISO 3166 : ce que lisent les délais de distance, les plafonds, les voies et l'adresse."""

DE_PLEIN_DROIT = frozenset(
    {"FR", "GP", "MQ", "GF", "RE", "YT", "BL", "MF", "PM"}
)  # Constitution, art. 73 et 74 : lois applicables
REPUBLIQUE = DE_PLEIN_DROIT | {"PF", "WF", "NC", "TF"}
OUTRE_MER = REPUBLIQUE - {"FR"}  # CPC, art. 643
