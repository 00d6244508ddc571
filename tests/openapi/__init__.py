"""The part of Checkly's OpenAPI document that the gate's requests need, and a validator for it.

`checkly.json` contains the parameters, bodies and responses that Checkly publishes at api.checklyhq.com,
without their descriptions.
"""
