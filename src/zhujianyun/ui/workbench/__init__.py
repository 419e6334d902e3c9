"""Workbench (工作台)."""
