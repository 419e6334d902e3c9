"""数据归集: every source brought into the lake whole, checked and countable."""
