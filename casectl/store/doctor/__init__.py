"""What can be wrong with a case repository, found and, where that is safe, mended."""
