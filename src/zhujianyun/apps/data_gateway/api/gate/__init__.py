"""What both planes share (共享入口): the policy in force, the quota ledger, the call log."""
