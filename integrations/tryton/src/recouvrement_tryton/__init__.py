"""Le module « recouvrement » de Tryton. ``tryton.cfg`` en dit les classes."""
