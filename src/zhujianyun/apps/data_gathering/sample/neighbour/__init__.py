"""Neighbours of the demo that speak HTTP (扮演外部接口): one of the simulated systems, three departments.

They know nothing of the platform's database and run on this machine only.
"""
