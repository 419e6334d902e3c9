"""Pages of 数据共享 (页面)."""
