"""Pages of the workbench (工作台页面)."""
