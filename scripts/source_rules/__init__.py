"""The rules that scripts/lint and scripts/layering hold the source to. Standard library only."""
