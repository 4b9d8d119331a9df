"""What a call costs: a product's function beside a naive one, the engine, what ships."""
