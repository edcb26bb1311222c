"""The preview for its readers: terminal, comment, page, documents."""
