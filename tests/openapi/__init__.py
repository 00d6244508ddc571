"""Checkly's OpenAPI document for the calls of the gate, without its prose, and a validator for it.

`checkly.json` contains parameters, bodies and responses as Checkly publishes them at api.checklyhq.com.
"""
