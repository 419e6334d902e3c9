"""Indicator (指标)."""
