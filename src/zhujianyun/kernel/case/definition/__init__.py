"""Process definitions (流程定义): what a kind of case may do, as data.

`load` reads and lints a YAML file into a `Definition`; `walk` tries every path; `diagram` draws it.
"""
