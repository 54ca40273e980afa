"""Wire ↔ model by ``schemas/``, the contract of record. The only user of jsonschema, which it imports late.

``bodies`` reads what callers send, ``shapes`` holds the prepared schemas, ``places`` says where a body breaks
its schema, ``document`` puts the OpenAPI document together. Refusals never carry what was sent.
"""

from chalicelib.contract.bodies import check, check_content_type, parse_json, read, read_handoff
from chalicelib.contract.document import openapi

__all__ = ["check", "check_content_type", "openapi", "parse_json", "read", "read_handoff"]
