"""The instruments: reading and checking their files, the kinds of entries, and whether a payload fits its item."""
