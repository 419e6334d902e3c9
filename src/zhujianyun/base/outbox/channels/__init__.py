"""One file per way out (渠道后端)."""
