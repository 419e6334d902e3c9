"""What we say against what others have written down (符合性): shapes, clients, validators, vectors.

Each module holds the checks of one oracle; the tests here run small portions, `make conformance` all.
"""
