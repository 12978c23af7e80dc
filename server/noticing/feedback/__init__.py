"""What a teacher gets: notes as a page and as a PDF, and her reply."""
