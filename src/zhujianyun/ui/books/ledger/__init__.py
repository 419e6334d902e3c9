"""The journal as a book (留痕查阅), for the audit officer alone."""
