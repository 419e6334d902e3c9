"""Saved layouts (屏幕布局): edited in the workbench, kept as versions, published beside the files in git."""
