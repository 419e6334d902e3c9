"""What can be done in 资源目录 (资源目录办理), by drawer: editing, finding, mounting, importing, regulating."""
