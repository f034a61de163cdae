"""Decks and texts of others as courses: packages, CrowdAnki's folders, spreadsheets and Markdown.

What cannot be carried is listed, a line each; nothing is dropped in silence.
"""
