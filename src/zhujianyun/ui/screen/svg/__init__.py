"""Pictures in SVG, written by hand (手写图形): for paper, for pages without script, for the newer forms on the wall."""
