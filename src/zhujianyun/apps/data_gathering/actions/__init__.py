"""What is done in 数据归集 (归集办理)."""
