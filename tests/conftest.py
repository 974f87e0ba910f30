"""Met ``tests/`` sur le chemin : les fabriques et la force brute s'importent par leur nom."""
