"""The pages of 资源目录 in the workbench (页面)."""
