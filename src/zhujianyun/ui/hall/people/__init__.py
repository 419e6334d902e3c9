"""People in the hall (申请人): registering, signing in, one-time codes, enterprises and who acts for them."""
