"""Full-text search over everything an officer may see (全文检索). See README.md."""
