"""Checkly's own OpenAPI of the calls that the gate makes, without its prose, and a validator for it.

`checkly.json` holds parameters, bodies and responses as Checkly publishes them at api.checklyhq.com.
"""
