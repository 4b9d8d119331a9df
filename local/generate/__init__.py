"""`make generate`: everything that is made from the code and could drift from it.

Sample events and JSON Schemas below `events/`, an example of its record in each product's folder, the OpenAPI document
that the API serves, and the tables in the README between `<!-- name -->` and `<!-- /name -->`.
"""
