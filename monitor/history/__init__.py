"""Readers of captures recorded elsewhere, for the pipeline that live checks go through."""
