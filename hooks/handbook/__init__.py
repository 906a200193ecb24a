"""A course handbook made from YAML: the pure core, which knows no site generator.

The way of the data, one direction only::

    data/*.yml, references.bib ──► source ──► schema ──► book ──► rules ──► problems
                                                          │
                                    overrides/pages/*.md ─┴► views ──► pages
                                                                         │
                                             git ─► history ─► exports ◄─┤
                                                   compose(root) ◄─┴─────┘
                                               mkdocs_hooks.py │ handbook check

A module imports only from those before it in this order: problem, codes, source, edits, writing,
spelling, schema, prose, extension, markup, nodes, git, store, compiled, kept, processors, files,
revision, provenance, bibliography, workdays, text, book, addresses, schedule, clashes, dates,
deadlines, rules, outward, stale, grid, views, timetable, redaction, changes, days, differences,
news, chronicle, api, pages, sheets, jsonld, search, offline, zones, history, calendars, security,
signposts, overlay, atom, cards, packing, pdf, exports, compose, mend, publication, watching,
report, roll, checklist, reach, telling, diff, due, rehearsal, editor, skeleton, renaming, start,
spreadsheet, rescheduling, slotsheet, commands, cli.
"""
