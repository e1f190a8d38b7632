"""What a text says on users' data and on offers, and what an edit of it means to a reader.

Each module is asked by its own name: whoever puts a finding into words does not load the lexicons that found it.
"""
