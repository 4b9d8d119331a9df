"""`make generate`: everything that is made from the code and could drift from it.

Sample events and JSON Schemas below `events/`, an example record in each product's folder, the OpenAPI document that
the API serves, `docs/products.md`, and the tables that pages have between `<!-- name -->` and `<!-- /name -->`.
"""
