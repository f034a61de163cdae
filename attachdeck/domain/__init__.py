"""The words of a course: Course, Lesson, Card, Source, Location, Diagnostic, names."""
