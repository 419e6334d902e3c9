"""The two planes and what they share (共享接口服务): processes without Django and without the operational database."""
