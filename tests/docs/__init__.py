"""The documents against the code and against one another (文档核对)."""
