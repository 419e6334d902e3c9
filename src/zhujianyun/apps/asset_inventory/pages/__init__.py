"""The pages of 资产台账 in the workbench (资产台账页面): they only translate."""
