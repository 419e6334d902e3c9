"""Shared faces (界面): workbench for staff, hall for the public, screens for the wall, print for paper."""
