"""The catalogue for other programs (对外目录): DCAT-AP 3."""
