"""Tests of 消防审验."""
