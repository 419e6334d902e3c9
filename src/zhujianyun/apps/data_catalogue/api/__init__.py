"""Interfaces for other programs (接口)."""
