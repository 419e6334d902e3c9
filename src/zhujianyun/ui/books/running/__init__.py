"""The jobs as a book (任务台账): what waits, runs, failed; the schedule; the workers."""
