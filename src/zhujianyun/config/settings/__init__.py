"""Settings per environment (配置): base, demo, production, test."""
