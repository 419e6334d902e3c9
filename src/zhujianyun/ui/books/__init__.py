"""Books (台账): the outbox, the jobs, the journal and the indicators, for the officers who answer for them."""
