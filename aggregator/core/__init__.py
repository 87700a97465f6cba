"""The stages that think: no I/O, no clock, no chance, no globals."""
