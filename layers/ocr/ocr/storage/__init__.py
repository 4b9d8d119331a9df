"""What is kept: ledger, records, lists, erasure, raw answers, usage."""
