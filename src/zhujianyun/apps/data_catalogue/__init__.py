"""公共数据资源目录: entries, editions, mounts, findings, open data, sharing."""
