"""What people fill in and hand in in 资产台账 (资产台账表单): sheets in and out.

`columns` which columns a sheet has; `reading` a file as rows, within limits of memory; `writing` templates
and exports.
"""
