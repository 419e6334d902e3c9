"""The outbox as a book (外发台账): what waits, what failed and why, sent again or taken back."""
