"""The same invented course as three sites: a handbook, stock MkDocs-Material, and Hugo.

`course` invents it, `ours` writes it as a handbook's data, `plain` as Markdown pages, `stock` and
`hugo` put those into projects; `running` times what they do. `speed.py` beside this folder is the
command.
"""
