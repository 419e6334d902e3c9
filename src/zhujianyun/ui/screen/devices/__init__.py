"""Wall devices (大屏设备): a TV shows a pairing code, an administrator approves it; nobody signs in on a wall."""
