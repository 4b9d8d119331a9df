"""An AWS on this machine: its process, what is built for it and deployed to it, and what is sent to the stack."""
