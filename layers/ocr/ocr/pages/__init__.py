"""A file becomes pages: gate, formats, examine, resize."""
