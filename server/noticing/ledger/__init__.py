"""What a restore must not undo: endings, revocations and issued feedback, in synced files beside the database."""
