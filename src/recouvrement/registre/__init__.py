"""Qu'est-il arrivé ? Journaux en ajout seul, chaînés par empreintes."""
