"""Sign-in (登录): pages for name and password, second factor, recovery codes, change of password."""
