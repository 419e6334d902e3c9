"""Rules of the catalogue, without the database (目录规则): what a draft must say, what is wrong with an entry."""
