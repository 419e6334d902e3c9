"""住建云: the open platform of a provincial department of housing and construction."""

__version__ = "0.1.0"
