"""The public side of the hall (公众服务): home, notices, figures, verification. Nobody has to sign in."""
