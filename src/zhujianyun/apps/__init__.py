"""Systems of the department (业务应用), one folder each, removable by deleting the folder."""
