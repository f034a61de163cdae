"""A local page that shows a course as a learner meets it, and follows every save.

`site` knows what there is to show, `server` answers the browser, `assets/` is the page. Cards are
drawn by `rendering` into sandboxed frames.
"""
