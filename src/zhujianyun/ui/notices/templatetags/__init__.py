"""Template tags of notices (消息模板标签)."""
