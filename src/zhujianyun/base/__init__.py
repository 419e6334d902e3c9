"""Plumbing that knows no word of the trade (基础设施)."""
