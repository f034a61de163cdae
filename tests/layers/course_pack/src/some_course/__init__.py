raise RuntimeError("the code of a course pack must never run")
