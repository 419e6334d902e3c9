"""Following a case (查办件): one's own, and by number and query code."""
