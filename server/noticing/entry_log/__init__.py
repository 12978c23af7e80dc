"""The append-only log: what tablets sent, byte for byte, and how far each stream is complete."""
