"""The stages chained: polling, publishing, deriving again."""
