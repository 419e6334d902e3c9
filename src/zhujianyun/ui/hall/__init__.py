"""办事大厅 (hall): where applicants apply and follow their cases, and the public reads and verifies."""
