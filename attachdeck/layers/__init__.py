"""Courses made of others: `extends`, translations, installed courses."""
