"""What the catalogue knows (资源目录查询)."""

CASES = "data_catalogue.view_cases"
VIEW = "data_catalogue.view"
EDIT = "data_catalogue.edit"
PUBLISH = "data_catalogue.publish"
MOUNT = "data_catalogue.mount"
DECIDE = "data_catalogue.decide"
SUPERVISE = "data_catalogue.supervise"
