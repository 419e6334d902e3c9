"""数据共享: one door for tables and interfaces, by grant, by quota, accounted for to the last call."""
