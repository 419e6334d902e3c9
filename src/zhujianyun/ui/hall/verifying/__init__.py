"""Officers verify who may act for an enterprise (企业核验)."""
