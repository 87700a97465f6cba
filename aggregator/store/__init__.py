"""The only memory: tables, and every statement beside its use."""
