"""The pages of 数据归集 in the workbench (归集页面): they only translate."""
