"""Backups that are made while the server runs, and restoring one so that tablets and ledger heal the rest."""
