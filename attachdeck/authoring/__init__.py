"""Changes to a course's files on its author's behalf: new courses, lessons and cards, tidy YAML,
ids written in, a spreadsheet's edits.

Everything an author wrote stays, comments and line ends included; files are written beside their
place and then put there.
"""
