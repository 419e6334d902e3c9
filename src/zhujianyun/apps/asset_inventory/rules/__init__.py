"""What 资产台账 decides (资产台账规则): pure functions over dates and facts, by drawer.

`linking` when a system counts as linked; `probing` what an answer means; `finding` what is wrong with
a system; `sheet` what a row of a spreadsheet says.
"""
