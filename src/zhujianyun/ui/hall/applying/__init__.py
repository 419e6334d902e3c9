"""Applying (申报): services on offer, forms from definitions, drafts, uploads, handing in."""
