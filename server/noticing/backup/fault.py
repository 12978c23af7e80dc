"""What cannot be done, said in a sentence to whoever asked for it."""


class CannotBackUp(Exception):
    """The backup was not made, and nothing half-made was left."""


class CannotRestore(Exception):
    """Nothing was restored; what was there is there."""


class NotPutBack(CannotRestore):
    """Nothing was restored, and what was there lies aside still: a restore must be run again."""
