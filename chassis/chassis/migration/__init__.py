"""How migrations are applied while servers run."""
