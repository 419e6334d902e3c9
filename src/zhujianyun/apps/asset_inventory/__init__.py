"""资产台账: the systems of the department, their links, probes, findings and yearly review."""
