"""The rules of reporting to the autonomous region's platform (上报规则): what is due, packages, receipts.

Pure functions. The interface of the region's platform is not known yet; what stands here is the default,
a file drop with signed packages and signed receipts (docs/decisions/0024).
"""
