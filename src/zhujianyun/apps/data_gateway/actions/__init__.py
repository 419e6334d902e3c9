"""What is done to the gateway (共享接口操作)."""
