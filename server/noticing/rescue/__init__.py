"""Rescue files: signed pushes that a device saved because it could not send them, brought in by anybody."""
