"""What can be done in 资产台账 (资产台账办理), by drawer.

`entering` the record of a system and its changes; `ending` retiring and merging; `linking` links and
the times in which a system counts as linked; `holding` contracts, contacts, data, documents; `planning`;
`probing` and `asking`; `finding`; `reviewing`; `importing`.
"""
