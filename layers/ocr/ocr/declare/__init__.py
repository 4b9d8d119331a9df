"""What products are declared with: fields, types, checks, identifiers, dates, options, offers."""
