"""One numbered list per tenant of everything that changed, in the order of commits."""
