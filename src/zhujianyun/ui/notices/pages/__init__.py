"""Pages of notices (消息页面)."""
