"""What the pages ask for (填报): forms, the grid of items, sheets."""
