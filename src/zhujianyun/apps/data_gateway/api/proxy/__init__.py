"""The way to a provider's interface (接口代理): an asyncio protocol on uvloop with httptools."""
