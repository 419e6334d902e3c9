"""Subject (主体)."""
