"""Template tags of the hall (办事大厅模板标签)."""
