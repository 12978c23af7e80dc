"""Photos: received in parts, kept by their content, read through the entry that shows them."""
