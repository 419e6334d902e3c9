"""展示大屏: the main screen, and the count of the screens that are declared."""
