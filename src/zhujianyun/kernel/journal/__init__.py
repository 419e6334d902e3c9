"""Journal (留痕)."""
