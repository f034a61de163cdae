"""What the operating system gives us, made safe: files, processes, the cache, unpacking, git."""
