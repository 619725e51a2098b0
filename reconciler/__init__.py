"""Coupon series as code: plan and apply what YAML files in `series/` say should be."""

__version__ = "0.1.0"  # a literal: reading package metadata costs 44 ms at start-up
