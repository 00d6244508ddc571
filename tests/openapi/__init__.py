"""The part of Checkly's OpenAPI document that covers the gate's requests, and a validator that uses it.

`checkly.json` contains the parameters, bodies and responses as Checkly documents them at api.checklyhq.com,
without the descriptions.
"""
