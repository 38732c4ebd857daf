"""One file, one cause; the registry says in which order they are asked."""
