"""Two-tower models: pictures and texts to one space of embeddings."""
