"""Where the parts are put together (装配): settings, roster, doctor, command line, addresses, demo year."""
