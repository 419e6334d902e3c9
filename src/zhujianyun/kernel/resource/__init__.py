"""Resource (资源)."""
