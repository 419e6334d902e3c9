"""消防审验: fire design review, fire acceptance, filing with spot checks."""
