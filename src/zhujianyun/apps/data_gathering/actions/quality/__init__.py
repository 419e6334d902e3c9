"""Writing rules of quality and looking at snapshots by them (质量规则的编写与检查)."""
