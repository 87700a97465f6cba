"""aggregator: many feeds in, few clean, company-tagged, disclosed ones out."""

__version__ = "0.1.0"
